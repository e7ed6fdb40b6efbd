#include "audit/verifier.hpp"

#include "unit/audit/memory_log.hpp"

namespace dbw::audit {
namespace {

using test::MemoryLog;
using testing::Contains;
using testing::ElementsAre;

const crypto::MachineKey& key() {
  static const crypto::MachineKey k = test::machine_key('k');
  return k;
}

VerifyReport verify(const MemoryLog& log) { return verify_log(log.reader(), test::options_for(key())); }

TEST(Verifier, GoodLogsOfManySizes) {
  for (const std::uint64_t size : {1ULL, 2ULL, 255ULL, 256ULL, 257ULL, 512ULL, 600ULL}) {
    const VerifyReport report = verify(test::log_of(size, key()));
    EXPECT_TRUE(report.good()) << size << ": " << (report.findings.empty() ? "" : report.findings[0].reason.message);
    EXPECT_EQ(report.lines, size);
    ASSERT_TRUE(report.checkpoint.has_value());
    EXPECT_EQ(report.checkpoint->head, report.head);
  }
}

/// ATTACKS: edit, insert, reorder, cut, splice; each names the first bad line.
struct Tampering {
  std::string name;
  std::function<void(MemoryLog&)> damage;
  ErrorCode code;
  std::optional<std::uint64_t> first_bad;
};

std::string resigned_line(std::uint64_t seq, const std::string& log, const crypto::MachineKey& by) {
  model::AuditEntry entry = test::deny(7, static_cast<std::int64_t>(seq));
  entry.log = log;
  entry.seq = static_cast<std::int64_t>(seq);
  entry.prev = test::k_root;
  return make_line(entry, by) + '\n';
}

std::string edited_bundle(const std::string& bytes, const std::function<void(std::vector<std::string>&)>& edit) {
  std::vector<std::string> lines = split_bundle(bytes);
  edit(lines);
  std::string out;
  for (const std::string& line : lines) out += line + '\n';
  return out;
}

TEST(Verifier, EveryTamperingIsNamed) {
  const auto bundle = [](auto edit) {
    return [edit](MemoryLog& log) { log.files["entries/000"] = edited_bundle(log.files["entries/000"], edit); };
  };
  const std::vector<Tampering> cases{
      {"letter edited", bundle([](auto& lines) { lines[100].replace(lines[100].find("number"), 6, "Number"); }),
       ErrorCode::audit_bad_signature, 100},
      {"not canonical", bundle([](auto& lines) { lines[100].insert(1, " "); }), ErrorCode::audit_line_malformed, 100},
      {"swapped", bundle([](auto& lines) { std::swap(lines[50], lines[51]); }), ErrorCode::audit_seq, 50},
      {"inserted", bundle([](auto& lines) { lines.insert(lines.begin() + 60, lines[59]); }), ErrorCode::audit_seq, 60},
      {"removed", bundle([](auto& lines) { lines.erase(lines.begin() + 60); }), ErrorCode::audit_seq, 60},
      {"spliced from another log",
       [](MemoryLog& log) {
         log.files["entries/001.p/003"] = resigned_line(259, "00112233445566778899aabbccddeeff/other", key());
       },
       ErrorCode::audit_origin, 259},
      {"rewritten by its own key",
       [](MemoryLog& log) { log.files["entries/001.p/003"] = resigned_line(259, test::k_origin, key()); },
       ErrorCode::audit_prev, 259},
      {"written by another key",
       [](MemoryLog& log) {
         log.files["entries/001.p/003"] = resigned_line(259, test::k_origin, test::machine_key('x'));
       },
       ErrorCode::audit_unknown_key, 259},
      {"tail cut",
       [](MemoryLog& log) {
         for (const char* n : {"041", "042", "043"}) log.files.erase(std::string("entries/001.p/") + n);
       },
       ErrorCode::audit_truncated, 297},
      {"bundle lost", [](MemoryLog& log) { log.files.erase("entries/000"); }, ErrorCode::audit_truncated, 0},
      {"tile only", [](MemoryLog& log) { log.files["tile/0/000"][32 * 9] ^= 1; }, ErrorCode::audit_tile_mismatch, 9},
      {"upper tile", [](MemoryLog& log) { log.files["tile/1/000.p/1"][0] ^= 1; }, ErrorCode::audit_tile_mismatch,
       std::nullopt},
      {"tile lost", [](MemoryLog& log) { log.files.erase("tile/0/001.p/44"); }, ErrorCode::audit_tile_mismatch,
       std::nullopt},
      {"checkpoint lost", [](MemoryLog& log) { log.files.erase("checkpoint"); }, ErrorCode::audit_checkpoint,
       std::nullopt},
      {"checkpoint by another key",
       [](MemoryLog& log) { log.files["checkpoint"] = test::log_of(300, test::machine_key('x')).files["checkpoint"]; },
       ErrorCode::note_unknown_key, std::nullopt},
      {"line added", [](MemoryLog& log) { log.files["entries/001.p/044"] = resigned_line(300, test::k_origin, key()); },
       ErrorCode::audit_surplus, 300},
      {"evidence lost", [](MemoryLog& log) { log.files.erase(evidence_path(crypto::sha256("roster 1"))); },
       ErrorCode::audit_evidence_missing, 0},
      {"evidence edited", [](MemoryLog& log) { log.files[evidence_path(crypto::sha256("policy 1"))] += "x"; },
       ErrorCode::audit_evidence_mismatch, 0},
  };
  const MemoryLog good = test::log_of(300, key());
  ASSERT_TRUE(verify(good).good());
  for (const Tampering& test : cases) {
    MemoryLog log = good;
    test.damage(log);
    const VerifyReport report = verify(log);
    EXPECT_FALSE(report.good()) << test.name;
    EXPECT_THAT(test::codes_of(report), Contains(test.code)) << test.name;
    EXPECT_EQ(report.first_bad, test.first_bad) << test.name;
    if (test.name == "letter edited") {
      EXPECT_THAT(test::codes_of(report), Contains(ErrorCode::audit_prev));
      EXPECT_THAT(test::codes_of(report), Contains(ErrorCode::audit_root_mismatch));
    }
  }
}

/// ATTACKS: cut the tail and sign a new head: only what somebody remembers can tell.
TEST(Verifier, RememberedHeadFindsACutAndARewrite) {
  const MemoryLog full = test::log_of(300, key());
  VerifyOptions options = test::options_for(key());
  options.known = verify(full).head;
  EXPECT_TRUE(verify_log(full.reader(), options).good());

  const VerifyReport cut = verify_log(test::log_of(297, key()).reader(), options);
  EXPECT_THAT(test::codes_of(cut), ElementsAre(ErrorCode::audit_truncated));
  EXPECT_EQ(cut.first_bad, 297U);

  MemoryLog rebuilt = test::log_of(299, key());
  rebuilt.append({test::deny(1, 299), test::deny(2, 300)}, {}, key());
  EXPECT_THAT(test::codes_of(verify_log(rebuilt.reader(), options)), ElementsAre(ErrorCode::audit_not_append_only));
}

TEST(Verifier, ResumesFromAKnownHead) {
  const MemoryLog whole = test::log_of(600, key());
  const TreeHead head = verify(whole).head;
  for (const std::uint64_t start : {1ULL, 255ULL, 256ULL, 300ULL, 600ULL}) {
    VerifyOptions options = test::options_for(key());
    options.known = verify(test::log_of(start, key())).head;
    options.resume_key = key().public_key();
    MemoryLog log = whole;
    const VerifyReport report = verify_log(log.reader(), options);
    EXPECT_TRUE(report.good()) << start << ": " << (report.findings.empty() ? "" : report.findings[0].reason.message);
    EXPECT_EQ(report.lines, 600 - start);
    EXPECT_EQ(report.head, head);

    log.files["entries/002.p/087"] = log.files["entries/002.p/086"];
    const VerifyReport bad = verify_log(log.reader(), options);
    EXPECT_FALSE(bad.good());
    if (start < 600) {
      EXPECT_EQ(bad.first_bad, 599U);
    }
    options.known->root = test::k_root;
    const VerifyReport forked = verify_log(whole.reader(), options);
    EXPECT_EQ(forked.lines, 600U) << "a head that does not fit makes it verify everything";
    EXPECT_THAT(test::codes_of(forked), ElementsAre(ErrorCode::audit_not_append_only));
  }
}

/// The appender refuses such times; an executor that is not ours may not.
TEST(Verifier, TimeRunsForward) {
  MemoryLog log;
  Blobs blobs;
  const AppendPlan first = plan_append(empty_head(test::k_origin), log.reader(),
                                       {test::genesis(blobs, key()), test::deny(1, 1000)}, blobs, key());
  log.apply(first);
  LogHead head = read_head(log.reader(), test::k_origin, {key().public_key()});
  head.last_at = Timestamp{0};
  log.apply(plan_append(head, log.reader(), {test::deny(2, 900)}, {}, key()));
  const VerifyReport report = verify(log);
  EXPECT_THAT(test::codes_of(report), ElementsAre(ErrorCode::audit_time));
  EXPECT_EQ(report.first_bad, 2U);
}

TEST(Verifier, WrongRootOfTheFirstLine) {
  VerifyOptions options = test::options_for(key());
  options.root_sha256 = crypto::sha256("other root");
  EXPECT_THAT(test::codes_of(verify_log(test::log_of(3, key()).reader(), options)), ElementsAre(ErrorCode::audit_prev));
}

TEST(Verifier, KeyThatNoTrustDocumentNames) {
  VerifyOptions options = test::options_for(test::machine_key('o'));
  const VerifyReport report = verify_log(test::log_of(2, key()).reader(), options);
  EXPECT_EQ(report.first_bad, 0U);
  EXPECT_THAT(test::codes_of(report), Contains(ErrorCode::audit_unknown_key));
}

class Rotation : public testing::Test {
 protected:
  const crypto::MachineKey next = test::machine_key('n');
  Blobs blobs;
  const Digest new_trust = add_trust_documents(blobs, test::trust_documents("roster 2"));

  /// The old roster names the old key, the new one the new key.
  VerifyOptions options() {
    VerifyOptions out = test::options_for(key());
    out.keys_of = [this](const model::AuditEntry& entry, const EvidenceReader& evidence) {
      const Digest manifest = named_evidence(entry).front();
      const bool after = read_trust_documents(manifest, evidence).roster.bytes == "roster 2";
      return std::vector<crypto::PublicKey>{after ? next.public_key() : key().public_key()};
    };
    return out;
  }
  model::AuditEntry trust(std::int64_t second) {
    const model::VersionedDigest some{2, test::k_root};
    return test::entry("trust", emit_body(TrustBody{some, some, some, new_trust}), second);
  }
  model::AuditEntry rotate(const Digest& documents, std::int64_t second) {
    return test::entry("rotate", emit_body(RotateBody{next.public_key().text(), documents}), second);
  }
};

TEST_F(Rotation, NewKeyFromANewRoster) {
  MemoryLog log = test::log_of(300, key());
  log.append({trust(400)}, blobs, key());
  log.append({rotate(new_trust, 401), test::deny(1, 402)}, {}, next, {key().public_key()});
  const VerifyReport report = verify_log(log.reader(), options());
  EXPECT_TRUE(report.good()) << (report.findings.empty() ? "" : report.findings[0].reason.message);
  EXPECT_EQ(report.key, next.public_key());
}

TEST_F(Rotation, OldKeyAfterTheRosterDroppedIt) {
  MemoryLog log = test::log_of(3, key());
  log.append({trust(400), test::deny(1, 401)}, blobs, key());
  const VerifyReport report = verify_log(log.reader(), options());
  EXPECT_THAT(test::codes_of(report), ElementsAre(ErrorCode::audit_unknown_key));
  EXPECT_EQ(report.first_bad, 4U);
}

TEST_F(Rotation, KeyThatTheNamedRosterDoesNotHave) {
  MemoryLog log = test::log_of(3, key());
  const Digest old_trust = add_trust_documents(blobs, test::trust_documents());
  log.append({rotate(old_trust, 401)}, blobs, next, {key().public_key()});
  const VerifyReport report = verify_log(log.reader(), options());
  EXPECT_THAT(test::codes_of(report), Contains(ErrorCode::audit_unknown_key));
  EXPECT_EQ(report.first_bad, 3U);
}

class Executions : public testing::Test {
 protected:
  MemoryLog log = test::log_of(2, key());
  Blobs blobs;
  RunEvidence evidence{"request",
                       "signature",
                       {{"001.sql", "SELECT 1;\n"}},
                       "{}",
                       "{}",
                       {{"bob", "commit"}},
                       "token",
                       test::trust_documents(),
                       {new_opening("sql", "SELECT 1;\n")}};

  model::AuditEntry of_request(model::AuditEntry entry, const std::string& request = "request") {
    entry.request = RequestId("REQ-1");
    entry.request_sha256 = crypto::sha256(request);
    return entry;
  }
  model::AuditEntry intent(const std::string& request = "request") {
    IntentBody body{add_run_evidence(blobs, evidence), "change", "apply", "target", "", {"001"}, 1,
                    commitment(evidence.openings[0]),  ""};
    return of_request(test::entry("intent", emit_body(body), 10), request);
  }
  model::AuditEntry result(std::int64_t intent_seq, const std::string& outcome,
                           const std::string& request = "request") {
    ResultBody body;
    body.outcome = outcome;
    body.intent_seq = intent_seq;
    return of_request(test::entry("result", emit_body(body), 10), request);
  }
  std::vector<ErrorCode> codes(std::vector<model::AuditEntry> entries) {
    log.append(std::move(entries), blobs, key());
    return test::codes_of(verify(log));
  }
};

TEST_F(Executions, IntentAndResultWithWholeEvidence) {
  EXPECT_THAT(codes({intent(), result(2, "unknown"), result(2, "executed")}), ElementsAre());
  for (const auto& [digest, bytes] : blobs) {
    MemoryLog damaged = log;
    damaged.files.erase(evidence_path(digest));
    EXPECT_THAT(test::codes_of(verify(damaged)), Contains(ErrorCode::audit_evidence_missing)) << bytes;
  }
  const RunEvidence again = read_run_evidence(
      parse_intent_body(parse_line(*read_line(log.reader(), 2, 5)).entry.body).evidence, evidence_reader(log.reader()));
  EXPECT_EQ(again.files, evidence.files);
  EXPECT_EQ(again.decisions[0].commit, "commit");
  EXPECT_EQ(again.trust.roots[0].signatures, evidence.trust.roots[0].signatures);
  EXPECT_TRUE(verify_opening(again.openings[0], commitment(evidence.openings[0])));
}
TEST_F(Executions, ResultWithoutIntent) {
  EXPECT_THAT(codes({result(1, "executed")}), ElementsAre(ErrorCode::audit_result_unmatched));
}
TEST_F(Executions, ResultOfAnotherRequest) {
  EXPECT_THAT(codes({intent(), result(2, "executed", "other")}), ElementsAre(ErrorCode::audit_result_unmatched));
}
TEST_F(Executions, ExecutedTwice) {
  EXPECT_THAT(codes({intent(), result(2, "executed"), intent(), result(4, "executed")}),
              ElementsAre(ErrorCode::audit_executed_twice));
}
TEST_F(Executions, TwiceButForTwoRequests) {
  EXPECT_THAT(codes({intent(), result(2, "executed"), intent("other"), result(4, "executed", "other")}), ElementsAre());
}
TEST_F(Executions, BodyOfAnotherShape) {
  model::AuditEntry entry = result(2, "executed");
  entry.body.set("outcome", "splendid");
  EXPECT_THAT(codes({intent(), entry}), ElementsAre(ErrorCode::audit_body));
}
TEST_F(Executions, DeepCheckSeesEveryEntryAndMayRefuse) {
  log.append({intent()}, blobs, key());
  VerifyOptions options = test::options_for(key());
  int seen = 0;
  options.deep = [&](const model::AuditEntry& entry, const EvidenceReader&) {
    ++seen;
    return entry.type == "intent" ? std::vector<Refusal>{{ErrorCode::audit_execution_unproven, "no"}}
                                  : std::vector<Refusal>{};
  };
  const VerifyReport report = verify_log(log.reader(), options);
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(report.first_bad, 2U);
}

TEST(Verifier, KeepsTheNumberOfReasonsBounded) {
  MemoryLog log = test::log_of(300, key());
  for (auto& [path, bytes] : log.files)
    if (path.starts_with("entries/001.p/")) bytes = "x\n";
  VerifyOptions options = test::options_for(key());
  options.reasons_max = 5;
  const VerifyReport report = verify_log(log.reader(), options);
  EXPECT_EQ(report.findings.size(), 5U);
  EXPECT_GT(report.findings_left_out, 30U);
}

}  // namespace
}  // namespace dbw::audit
