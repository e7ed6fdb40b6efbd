#include <algorithm>

#include <fmt/format.h>

#include "codec/yaml.hpp"
#include "model/form.hpp"
#include "model/trust_documents.hpp"

namespace dbw::model {

Suspension parse_suspension(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  require_kind(reader, "suspension");
  Suspension out;
  out.repo_id = reader.hex("repo_id", 16);
  out.by = reader.name("by");
  out.nonce = reader.hex("nonce", 16);
  out.created_at = reader.time("created_at");
  out.people = reader.names_if("people");
  const std::vector<std::string> keys = reader.texts_if("keys");
  require_distinct(reader, "keys", keys);
  for (const std::string& key : keys) out.keys.push_back(at_field(reader, "keys", [&] { return KeyId(key); }));
  out.machines = reader.names_if("machines");
  out.reason = reader.text("reason");
  reader.finish();
  if (out.people.empty() && out.keys.empty() && out.machines.empty()) {
    throw reader.error(ErrorCode::field_missing, "people", "a suspension names at least one of people, keys, machines");
  }
  return out;
}

std::string render_suspension(const Suspension& suspension) {
  std::string out = "dbw: suspension/v1\n";
  out += fmt::format("repo_id: {}\n", codec::yaml_scalar(suspension.repo_id));
  out += fmt::format("by: {}\n", codec::yaml_scalar(suspension.by));
  out += fmt::format("nonce: {}\n", codec::yaml_scalar(suspension.nonce));
  out += fmt::format("created_at: {}\n", codec::yaml_scalar(suspension.created_at.text()));
  if (!suspension.people.empty()) out += fmt::format("people: {}\n", yaml_list(suspension.people));
  if (!suspension.keys.empty()) {
    std::vector<std::string> keys;
    std::transform(suspension.keys.begin(), suspension.keys.end(), std::back_inserter(keys),
                   [](const KeyId& key) { return key.text(); });
    out += fmt::format("keys: {}\n", yaml_list(keys));
  }
  if (!suspension.machines.empty()) out += fmt::format("machines: {}\n", yaml_list(suspension.machines));
  out += fmt::format("reason: {}\n", codec::yaml_scalar(suspension.reason));
  return out;
}

}  // namespace dbw::model
