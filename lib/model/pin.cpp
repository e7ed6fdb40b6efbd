#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "crypto/note.hpp"
#include "model/form.hpp"
#include "model/trust_documents.hpp"

namespace dbw::model {
namespace {

bool is_branch(std::string_view ref) {
  constexpr std::string_view prefix = "refs/heads/";
  if (ref.substr(0, prefix.size()) != prefix) return false;
  const std::vector<std::string> parts = split(ref.substr(prefix.size()), '/');
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) { return is_name(part); });
}

}  // namespace

Pin parse_pin(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  require_kind(reader, "pin");
  Pin pin;
  pin.repo_id = reader.hex("repo_id", 16);
  pin.root_version = reader.integer("root_version", 1, k_version_max);
  pin.root_sha256 = reader.digest("root_sha256");
  pin.min_policy_version = reader.integer_if("min_policy_version", 1, k_version_max).value_or(1);
  pin.trust_ref = reader.text_if("trust_ref").value_or(pin.trust_ref);
  if (!is_branch(pin.trust_ref))
    throw reader.error(ErrorCode::field_value, "trust_ref", "expected a full branch name such as refs/heads/main");
  pin.witnesses = reader.texts_if("witnesses");
  require_distinct(reader, "witnesses", pin.witnesses);
  for (const std::string& witness : pin.witnesses) {
    at_field(reader, "witnesses", [&] { return crypto::parse_note_verifier(witness); });
  }
  reader.finish();
  return pin;
}

std::string render_pin(const Pin& pin) {
  std::string out = "dbw: pin/v1\n";
  out += fmt::format("repo_id: {}\n", codec::yaml_scalar(pin.repo_id));
  out += fmt::format("root_version: {}\n", pin.root_version);
  out += fmt::format("root_sha256: {}\n", codec::yaml_scalar(pin.root_sha256.text()));
  out += fmt::format("min_policy_version: {}\n", pin.min_policy_version);
  out += fmt::format("trust_ref: {}\n", codec::yaml_scalar(pin.trust_ref));
  if (!pin.witnesses.empty()) out += fmt::format("witnesses: {}\n", yaml_list(pin.witnesses));
  return out;
}

}  // namespace dbw::model
