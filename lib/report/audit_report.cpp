#include "report/audit_report.hpp"

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/json.hpp"

namespace dbw::report {
namespace {

std::string text_of(const codec::Value& body, std::string_view key) {
  const codec::Value* value = body.find(key);
  if (value == nullptr) return {};
  if (value->kind() == codec::Value::Kind::text) return printable(value->text());
  if (value->kind() == codec::Value::Kind::integer) return std::to_string(value->integer());
  return {};
}

std::string steps_of(const codec::Value& body) {
  const codec::Value* steps = body.find("steps");
  if (steps == nullptr || steps->kind() != codec::Value::Kind::list) return {};
  std::vector<std::string> names;
  for (const codec::Value& step : steps->items())
    names.push_back(step.kind() == codec::Value::Kind::text ? printable(step.text()) : "?");
  return join(names, ",");
}

/// What happened, in a few words.
std::string summary(const model::AuditEntry& entry) {
  const codec::Value& body = entry.body;
  if (entry.type == "intent")
    return fmt::format("{} {}, steps {}", text_of(body, "mode"), text_of(body, "kind"), steps_of(body));
  if (entry.type == "result")
    return fmt::format("{} (intent {}), {} rows, {} ms", text_of(body, "outcome"), text_of(body, "intent_seq"),
                       text_of(body, "rows"), text_of(body, "duration_ms"));
  if (entry.type == "decision") return fmt::format("{} by {}", text_of(body, "kind"), text_of(body, "approver"));
  if (entry.type == "deny") return fmt::format("{} {}", text_of(body, "error"), text_of(body, "message"));
  if (entry.type == "adopt") return fmt::format("target {}: {}", text_of(body, "target"), text_of(body, "reason"));
  if (entry.type == "snapshot")
    return fmt::format("number {}, taken at {}", text_of(body, "sequence"), text_of(body, "taken_at"));
  if (entry.type == "genesis" || entry.type == "rotate") return text_of(body, "key");
  return {};
}

std::string place_of(const model::AuditEntry& entry) {
  if (entry.database.empty()) return {};
  const bool of_fleet =
      (entry.type == "intent" || entry.type == "result" || entry.type == "deny" || entry.type == "snapshot") &&
      !text_of(entry.body, "member").empty();
  return printable(entry.database) + "/" + printable(entry.environment) +
         (of_fleet ? "/" + text_of(entry.body, "member") : "");
}

void add_field(std::string& out, std::string_view name, const std::string& value) {
  if (!value.empty()) out += fmt::format("{:<12} {}\n", name, value);
}

}  // namespace

std::string audit_entry_line(const model::AuditEntry& entry) {
  std::string line = fmt::format("{:>7}  {}  {:<8}", entry.seq, entry.at.text(), printable(entry.type));
  for (const std::string& part :
       {entry.request ? entry.request->text() : std::string(), place_of(entry), summary(entry)})
    if (!part.empty()) line += "  " + part;
  return line;
}

std::string audit_entry_text(const model::AuditEntry& entry) {
  std::string out;
  add_field(out, "log", printable(entry.log));
  add_field(out, "seq", std::to_string(entry.seq));
  add_field(out, "at", entry.at.text());
  add_field(out, "type", printable(entry.type));
  if (entry.request) add_field(out, "request", entry.request->text() + "  " + entry.request_sha256->text());
  add_field(out, "database", place_of(entry));
  add_field(out, "run", printable(entry.run));
  if (entry.evidence) add_field(out, "evidence", entry.evidence->text());
  add_field(out, "prev", entry.prev.text());
  add_field(out, "tool", printable(trim(join({entry.tool_name, entry.tool_version, entry.tool_build}, " "))));
  out += printable(codec::emit_json_pretty(entry.body), true);
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

codec::Value audit_entry_json(const model::AuditEntry& entry) {
  return codec::parse_json(model::emit_audit_entry(entry), "audit entry");
}

}  // namespace dbw::report
