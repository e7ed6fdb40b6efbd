#include "audit/bodies.hpp"
#include "base/error.hpp"
#include "unit/audit/memory_log.hpp"

namespace dbw::audit {
namespace {

SnapshotBody snapshot_body() {
  SnapshotBody body;
  body.target = "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d";
  body.member = "eu-1";
  body.snapshot = {Digest::parse("sha256:" + std::string(64, 'a')), 7, Timestamp::parse("2026-11-20T12:00:00Z")};
  return body;
}

TEST(SnapshotBody, SaysWhichOneOfWhichTarget) {
  const model::AuditEntry entry = test::entry("snapshot", emit_body(snapshot_body()));
  const SnapshotBody read = parse_snapshot_body(entry.body);
  EXPECT_EQ(read.target, snapshot_body().target);
  EXPECT_EQ(read.member, "eu-1");
  EXPECT_EQ(read.snapshot.sha256, snapshot_body().snapshot.sha256);
  EXPECT_EQ(read.snapshot.sequence, 7);
  EXPECT_EQ(read.snapshot.taken_at, snapshot_body().snapshot.taken_at);
  EXPECT_TRUE(named_evidence(entry).empty()) << "a snapshot is large, and the change repository holds it";
}

TEST(SnapshotBody, RefusesWhatItDoesNotKnow) {
  for (const auto& [field, value] : {std::pair{"sha256", "short"}, {"taken_at", "yesterday"}, {"more", "x"}}) {
    codec::Value body = emit_body(snapshot_body());
    body.set(field, value);
    try {
      named_evidence(test::entry("snapshot", body));
      ADD_FAILURE() << field;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::audit_body) << field;
    }
  }
}

}  // namespace
}  // namespace dbw::audit
