#include <fmt/format.h>

#include "codec/yaml.hpp"
#include "model/form.hpp"
#include "model/trust_documents.hpp"

namespace dbw::model {
namespace {

std::vector<crypto::PublicKey> read_keys(codec::Reader& person) {
  std::vector<crypto::PublicKey> keys;
  for (const std::string& line : person.texts("keys")) {
    keys.push_back(at_field(person, "keys", [&] { return crypto::parse_public_key(line); }));
    // The policy, which admits other kinds, is itself signed with these.
    if (!keys.back().is_ed25519()) {
      throw person.error(ErrorCode::key_needs_ed25519, "keys", fmt::format("a root key of type {}", keys.back().type));
    }
  }
  if (keys.empty()) throw person.error(ErrorCode::field_value, "keys", "the list must not be empty");
  return keys;
}

RootRole read_role(codec::Reader& roles, std::string_view name) {
  std::optional<codec::Reader> reader = roles.map(name);
  if (!reader) throw roles.error(ErrorCode::field_missing, name, "the role is missing");
  RootRole role;
  role.threshold = static_cast<int>(reader->integer("threshold", 1, 64));
  role.people = required_names(*reader, "people");
  reader->finish();
  return role;
}

}  // namespace

Root parse_root(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  const VersionHead head = read_head(reader, "root");
  Root root{head.repo_id, head.version, head.prev, head.issued_at, head.expires_at, {}, {}, {}, {}, {}};
  reader.map_if("people", [&](const std::string& name, codec::Reader& person) {
    root.people[name] = read_keys(person);
    person.finish();
  });
  if (root.people.empty()) throw reader.error(ErrorCode::field_missing, "people", "a root needs people");
  std::optional<codec::Reader> roles = reader.map("roles");
  if (!roles) throw reader.error(ErrorCode::field_missing, "roles", "a root needs roles");
  root.root = read_role(*roles, "root");
  root.policy = read_role(*roles, "policy");
  root.roster = read_role(*roles, "roster");
  root.suspend = read_role(*roles, "suspend");
  roles->finish();
  reader.finish();
  return root;
}

}  // namespace dbw::model
