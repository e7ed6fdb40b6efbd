#include "audit/appender.hpp"

#include "unit/audit/memory_log.hpp"

namespace dbw::audit {
namespace {

using test::MemoryLog;

TEST(Layout, IndexPathsOfTlogTiles) {
  EXPECT_EQ(index_path(0), "000");
  EXPECT_EQ(index_path(67), "067");
  EXPECT_EQ(index_path(1234), "x001/234");
  EXPECT_EQ(index_path(1234067), "x001/x234/067");
  EXPECT_EQ(open_line_path(256 * 5 + 7), "entries/005.p/007");
  EXPECT_EQ(bundle_path(5), "entries/005");
  EXPECT_EQ(tile_path(0, 1234067, 256), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(1, 0, 5), "tile/1/000.p/5");
}

TEST(Layout, CheckpointIsStrict) {
  const crypto::MachineKey key = test::machine_key('k');
  const Checkpoint checkpoint{test::k_origin, {3, test::k_root}};
  const std::string note = make_checkpoint(checkpoint, key);
  crypto::PublicKey signer;
  EXPECT_EQ(require_checkpoint(note, test::k_origin, {key.public_key()}, {}, &signer).head, checkpoint.head);
  EXPECT_EQ(signer, key.public_key());
  const auto refused = [&](const std::string& bytes, const std::string& origin, const crypto::MachineKey& by) {
    return test::code_of([&] { require_checkpoint(bytes, origin, {by.public_key()}); });
  };
  EXPECT_EQ(refused(note, "00112233445566778899aabbccddeeff/other", key), ErrorCode::audit_checkpoint);
  EXPECT_EQ(refused(note, test::k_origin, test::machine_key('x')), ErrorCode::note_unknown_key);
  EXPECT_EQ(
      refused(crypto::sign_note(test::k_origin + "\n03\n" + to_base64(test::k_root.raw()) + "\n", test::k_origin, key),
              test::k_origin, key),
      ErrorCode::audit_checkpoint);
  EXPECT_EQ(refused(crypto::sign_note(test::k_origin + "\n3\n" + to_base64("short") + "\n", test::k_origin, key),
                    test::k_origin, key),
            ErrorCode::audit_checkpoint);
  EXPECT_EQ(
      refused(crypto::sign_note(checkpoint_text(checkpoint) + "extension\n", test::k_origin, key), test::k_origin, key),
      ErrorCode::audit_checkpoint);
  EXPECT_EQ(parse_checkpoint_text(checkpoint_text(checkpoint)).head, checkpoint.head);
}

/// ATTACKS: a known key's bad signature beside a good one refuses the note.
TEST(Layout, BadSignatureOfKnownKeyRefusesTheNote) {
  const crypto::MachineKey key = test::machine_key('k');
  const crypto::MachineKey other = test::machine_key('o');
  const Checkpoint checkpoint{test::k_origin, {3, test::k_root}};
  const std::string good = make_checkpoint(checkpoint, other);
  const std::string mine = make_checkpoint({test::k_origin, {4, test::k_root}}, key);
  const std::string both = good + mine.substr(mine.find("\n\n") + 2);
  EXPECT_EQ(test::code_of([&] {
              require_checkpoint(both, test::k_origin, {key.public_key(), other.public_key()});
            }),
            ErrorCode::note_bad_signature);
}

/// The same tree whatever the sizes of the appends, across bundles.
TEST(Appender, EveryWayOfAppendingGivesTheSameFiles) {
  const crypto::MachineKey key = test::machine_key('k');
  const MemoryLog whole = test::log_of(600, key);
  for (const std::uint64_t step : {1ULL, 7ULL, 255ULL, 256ULL, 257ULL}) {
    MemoryLog log;
    Blobs blobs;
    log.append({test::genesis(blobs, key)}, blobs, key);
    std::uint64_t size = 1;
    while (size < 600) {
      std::vector<model::AuditEntry> entries;
      for (std::uint64_t i = 0; i < step && size < 600; ++i, ++size)
        entries.push_back(test::deny(static_cast<int>(size), static_cast<std::int64_t>(size)));
      const AppendPlan plan = log.append(std::move(entries), {}, key);
      EXPECT_EQ(plan.head.size, size);
      ASSERT_LE(plan.changes.size(), step + 263);
    }
    EXPECT_EQ(log.files, whole.files) << step;
  }
  std::vector<std::string> paths;
  for (const auto& [path, bytes] : whole.files)
    if (!path.starts_with("evidence/") && !path.starts_with("entries/002.p/")) paths.push_back(path);
  EXPECT_EQ(paths, (std::vector<std::string>{"checkpoint", "entries/000", "entries/001", "tile/0/000", "tile/0/001",
                                             "tile/0/002.p/88", "tile/1/000.p/2"}));
}

TEST(Appender, RefusesAHeadThatDoesNotFit) {
  const crypto::MachineKey key = test::machine_key('k');
  struct Case {
    std::string name;
    std::function<void(MemoryLog&)> damage;
    ErrorCode code;
  };
  const std::vector<Case> cases{
      {"no checkpoint", [](MemoryLog& log) { log.files.erase("checkpoint"); }, ErrorCode::audit_checkpoint},
      {"foreign checkpoint",
       [](MemoryLog& log) { log.files["checkpoint"] = test::log_of(300, test::machine_key('x')).files["checkpoint"]; },
       ErrorCode::note_unknown_key},
      {"older checkpoint",
       [&](MemoryLog& log) { log.files["checkpoint"] = test::log_of(299, key).files["checkpoint"]; },
       ErrorCode::audit_tile_mismatch},
      {"edited tile", [](MemoryLog& log) { log.files["tile/0/001.p/44"][3] ^= 1; }, ErrorCode::audit_root_mismatch},
      {"short tile", [](MemoryLog& log) { log.files["tile/0/001.p/44"].pop_back(); }, ErrorCode::audit_tile_mismatch},
      {"last line gone", [](MemoryLog& log) { log.files.erase("entries/001.p/043"); }, ErrorCode::audit_truncated},
      {"last line edited", [](MemoryLog& log) { log.files["entries/001.p/043"] = log.files["entries/001.p/042"]; },
       ErrorCode::audit_tile_mismatch},
  };
  for (const Case& test : cases) {
    MemoryLog log = test::log_of(300, key);
    test.damage(log);
    EXPECT_EQ(test::code_of([&] { read_head(log.reader(), test::k_origin, {key.public_key()}); }), test.code)
        << test.name;
  }
}

TEST(Appender, LastLeafAtTheEndOfABundleComesFromFullTiles) {
  const crypto::MachineKey key = test::machine_key('k');
  MemoryLog log = test::log_of(256, key);
  EXPECT_EQ(read_head(log.reader(), test::k_origin, {key.public_key()}).last_leaf,
            leaf_hash(*read_line(log.reader(), 255, 256)));
  log.files["tile/0/000"][5] ^= 1;
  EXPECT_EQ(test::code_of([&] { read_head(log.reader(), test::k_origin, {key.public_key()}); }),
            ErrorCode::audit_tile_mismatch);
}

TEST(Appender, ClosingABundleChecksTheEarlierLines) {
  const crypto::MachineKey key = test::machine_key('k');
  MemoryLog log = test::log_of(255, key);
  log.files["entries/000.p/003"] = log.files["entries/000.p/004"];
  EXPECT_EQ(test::code_of([&] { log.append({test::deny(1, 300)}, {}, key); }), ErrorCode::audit_tile_mismatch);
}

TEST(Appender, RefusesWhatALogMayNotBecome) {
  const crypto::MachineKey key = test::machine_key('k');
  const crypto::MachineKey other = test::machine_key('o');
  MemoryLog log = test::log_of(3, key);
  Blobs blobs;
  EXPECT_EQ(test::code_of([&] { MemoryLog().append({test::deny(1)}, {}, key); }), ErrorCode::audit_genesis);
  EXPECT_EQ(test::code_of([&] { log.append({test::genesis(blobs, key)}, blobs, key); }), ErrorCode::audit_genesis);
  EXPECT_EQ(test::code_of([&] { log.append({test::deny(1, -100)}, {}, key); }), ErrorCode::audit_time);
  EXPECT_EQ(test::code_of([&] { log.append({test::deny(1, 9)}, {}, other, {key.public_key()}); }),
            ErrorCode::audit_unknown_key);
  EXPECT_EQ(test::code_of([&] {
              log.append({test::deny(1, 9)}, {{test::k_root, "other"}}, key);
            }),
            ErrorCode::audit_evidence_mismatch);
  model::AuditEntry large = test::deny(1, 9);
  large.body.set("message", std::string(k_audit_line_bytes_max, 'x'));
  EXPECT_EQ(test::code_of([&] { log.append({large}, {}, key); }), ErrorCode::audit_line_too_large);
}

TEST(Appender, MarksHoldAcrossAppends) {
  const crypto::MachineKey key = test::machine_key('k');
  std::vector<TreeHead> marks;
  for (const std::uint64_t size : {1ULL, 2ULL, 255ULL, 256ULL, 257ULL, 300ULL, 513ULL})
    marks.push_back(read_head(test::log_of(size, key).reader(), test::k_origin, {key.public_key()}).head);
  const MemoryLog log = test::log_of(513, key);
  for (const TreeHead& mark : marks) {
    require_extends(log.reader(), mark, marks.back());
    TreeHead wrong = mark;
    wrong.root = test::k_root;
    EXPECT_EQ(test::code_of([&] { require_extends(log.reader(), wrong, marks.back()); }),
              ErrorCode::audit_not_append_only)
        << mark.size;
  }
  EXPECT_EQ(test::code_of([&] { require_extends(test::log_of(300, key).reader(), marks[6], marks[5]); }),
            ErrorCode::audit_truncated);
}

}  // namespace
}  // namespace dbw::audit
