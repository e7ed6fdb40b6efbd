#include "report/audit_report.hpp"

#include "base/ids.hpp"
#include "codec/json.hpp"

namespace dbw::report {
namespace {

model::AuditEntry result() {
  model::AuditEntry entry;
  entry.log = "4f1c0a6b2d3e4f5061728394a5b6c7d8/exec-prod";
  entry.seq = 17;
  entry.at = Timestamp::parse("2026-11-20T10:15:00Z");
  entry.type = "result";
  entry.request = RequestId("REQ-1");
  entry.request_sha256 = Digest{};
  entry.database = "shop";
  entry.environment = "production";
  entry.body = codec::Value::Map{{"outcome", "executed"},
                                 {"intent_seq", std::int64_t{16}},
                                 {"rows", std::int64_t{3}},
                                 {"duration_ms", std::int64_t{12}}};
  entry.tool_name = "dbw-exec";
  entry.tool_version = "0.1.0";
  return entry;
}

TEST(AuditReport, OneLine) {
  EXPECT_EQ(audit_entry_line(result()),
            "     17  2026-11-20T10:15:00Z  result    REQ-1  shop/production  executed (intent 16), 3 rows, 12 ms");
}

TEST(AuditReport, TextNamesEveryField) {
  const std::string text = audit_entry_text(result());
  for (const char* expected : {"seq          17\n", "request      REQ-1  sha256:", "database     shop/production\n",
                               "tool         dbw-exec 0.1.0", "\"outcome\": \"executed\""})
    EXPECT_NE(text.find(expected), std::string::npos) << expected << "\n" << text;
}

TEST(AuditReport, EscapesWhatCameFromTheLog) {
  model::AuditEntry entry = result();
  entry.type = "deny";
  entry.body = codec::Value::Map{{"error", "DBW-E0612"}, {"message", "\x1b[2J::error::x\xe2\x80\xae"}};
  for (const std::string& text : {audit_entry_line(entry), audit_entry_text(entry)}) {
    EXPECT_EQ(text.find('\x1b'), std::string::npos) << text;
    EXPECT_EQ(text.find("\xe2\x80\xae"), std::string::npos) << text;
  }
}

TEST(AuditReport, JsonIsTheEntry) {
  EXPECT_EQ(codec::emit_json(audit_entry_json(result())), model::emit_audit_entry(result()));
}

}  // namespace
}  // namespace dbw::report
