#include "audit/bodies.hpp"
#include "base/error.hpp"
#include "unit/audit/memory_log.hpp"

namespace dbw::audit {
namespace {

const Digest k_trace = Digest::parse("sha256:" + std::string(64, 'a'));

TEST(DenyBody, NamesItsTraceAsEvidence) {
  const model::AuditEntry entry = test::entry("deny", emit_body(DenyBody{"DBW-E0612", "no", k_trace}));
  EXPECT_EQ(parse_deny_body(entry.body).trace, k_trace);
  EXPECT_EQ(named_evidence(entry), std::vector<Digest>{k_trace});
}

TEST(DenyBody, OfOlderLogsHasNone) {
  const model::AuditEntry entry = test::entry("deny", emit_body(DenyBody{"DBW-E0612", "no"}));
  EXPECT_EQ(entry.body.find("trace"), nullptr);
  EXPECT_TRUE(named_evidence(entry).empty());
}

TEST(DenyBody, RefusesATraceThatIsNoDigest) {
  codec::Value body = emit_body(DenyBody{"DBW-E0612", "no"});
  body.set("trace", "sha256:short");
  try {
    parse_deny_body(body);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::audit_body);
  }
}

}  // namespace
}  // namespace dbw::audit
