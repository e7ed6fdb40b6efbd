#include "model/audit_entry.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "model/form.hpp"

namespace dbw::model {
namespace {

using codec::Reader;
using codec::Value;

const std::vector<std::string> k_types{"genesis", "trust",  "decision", "intent", "result", "deny",  "session",
                                       "query",   "redact", "rotate",   "prune",  "adopt",  "alive", "snapshot"};
constexpr std::int64_t k_seq_max = std::int64_t{1} << 52;

void read_request(Reader& parent, AuditEntry& entry) {
  std::optional<Reader> reader = parent.map("request");
  if (!reader) return;
  const std::string id = reader->text("id");
  entry.request = at_field(*reader, "id", [&] { return RequestId(id); });
  entry.request_sha256 = reader->digest("sha256");
  reader->finish();
}

void read_tool(Reader& parent, AuditEntry& entry) {
  std::optional<Reader> reader = parent.map("tool");
  if (!reader) throw parent.error(ErrorCode::field_missing, "tool", "the field is missing");
  entry.tool_name = reader->text("name");
  entry.tool_version = reader->text("version");
  entry.tool_build = reader->text_if("build").value_or("");
  reader->finish();
}

Value tool_value(const AuditEntry& entry) {
  Value tool = Value::Map{{"name", entry.tool_name}, {"version", entry.tool_version}};
  if (!entry.tool_build.empty()) tool.set("build", entry.tool_build);
  return tool;
}

Error malformed(std::string_view message) { return Error(ErrorCode::audit_entry_malformed, std::string(message)); }

}  // namespace

AuditEntry parse_audit_entry(std::string_view json) {
  constexpr std::string_view source = "audit entry";
  const Value document = codec::parse_json(json, source, k_audit_line_bytes_max);
  Reader reader(document, std::string(source));
  reader.integer("v", 1, 1);
  AuditEntry entry;
  entry.log = reader.text("log");
  entry.seq = reader.integer("seq", 0, k_seq_max);
  entry.prev = reader.digest("prev");
  entry.at = reader.time("at");
  entry.type = reader.one_of("type", k_types);
  read_request(reader, entry);
  entry.database = reader.name_if("database").value_or("");
  entry.environment = reader.name_if("environment").value_or("");
  entry.run = reader.text_if("run").value_or("");
  at_field(reader, "run", [&] { return from_hex(entry.run); });
  entry.evidence = reader.digest_if("evidence");
  const Value* body = reader.raw("body");
  if (body == nullptr) throw reader.error(ErrorCode::field_missing, "body", "the field is missing");
  if (body->kind() != Value::Kind::map) throw reader.error(ErrorCode::field_type, "body", "expected a map");
  entry.body = *body;
  read_tool(reader, entry);
  reader.finish();
  if (emit_audit_entry(entry) != json) throw malformed("the entry is not written as dbw writes it");
  return entry;
}

std::string emit_audit_entry(const AuditEntry& entry) {
  if (entry.request.has_value() != entry.request_sha256.has_value())
    throw malformed("a request's id and digest go together");
  Value out =
      Value::Map{{"v", std::int64_t{1}},  {"log", entry.log},   {"seq", entry.seq},   {"prev", entry.prev.text()},
                 {"at", entry.at.text()}, {"type", entry.type}, {"body", entry.body}, {"tool", tool_value(entry)}};
  if (entry.request)
    out.set("request", Value::Map{{"id", entry.request->text()}, {"sha256", entry.request_sha256->text()}});
  if (!entry.database.empty()) out.set("database", entry.database);
  if (!entry.environment.empty()) out.set("environment", entry.environment);
  if (!entry.run.empty()) out.set("run", entry.run);
  if (entry.evidence) out.set("evidence", entry.evidence->text());
  return codec::emit_json(out);
}

}  // namespace dbw::model
