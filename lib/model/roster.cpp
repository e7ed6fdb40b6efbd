#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "model/form.hpp"
#include "model/trust_documents.hpp"

namespace dbw::model {
namespace {

PersonKey read_key(codec::Reader& reader) {
  const std::string line = reader.text("key");
  PersonKey key{at_field(reader, "key", [&] { return crypto::parse_public_key(line); }), {}, false};
  for (const std::string& use : required_names(reader, "uses")) {
    if (use != "request" && use != "approve") {
      throw reader.error(ErrorCode::field_value, "uses",
                         fmt::format("\"{}\" is not one of: request, approve", printable(use)));
    }
    key.uses.insert(use);
  }
  key.pin_required = reader.one_of_if("pin", {"required", "none"}).value_or("none") == "required";
  if (key.pin_required && !key.key.is_security_key())
    throw reader.error(ErrorCode::field_value, "pin", "only security keys (sk-...) can demand a PIN");
  reader.finish();
  return key;
}

/// What Git writes between < and >.
bool is_email(std::string_view text) {
  const bool plain =
      std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '<' && c != '>'; });
  return plain && text.find('@') != std::string_view::npos && text.size() <= 254;
}

Person read_person(const std::string& name, codec::Reader& reader) {
  Person person;
  person.name = name;
  person.human = reader.name_if("human").value_or(name);
  person.active = reader.one_of_if("status", {"active", "left"}).value_or("active") == "active";
  reader.list_if("keys", [&](codec::Reader& key) { person.keys.push_back(read_key(key)); });
  person.emails = reader.texts_if("emails");
  require_distinct(reader, "emails", person.emails);
  if (!std::all_of(person.emails.begin(), person.emails.end(), is_email)) {
    throw reader.error(ErrorCode::field_value, "emails",
                       "expected printable ASCII addresses such as alice@example.org");
  }
  person.groups = reader.names_if("groups");
  if (const auto seal_key = reader.text_if("seal_key"))
    person.seal_key = at_field(reader, "seal_key", [&] { return crypto::parse_age_recipient(*seal_key); });
  reader.finish();
  return person;
}

Machine read_machine(const std::string& name, codec::Reader& reader) {
  Machine machine;
  machine.name = name;
  machine.use = reader.one_of("use", {"review", "token", "execute", "witness"});
  const std::string line = reader.text("key");
  machine.key = at_field(reader, "key", [&] { return crypto::parse_public_key(line); });
  if (!machine.key.is_ed25519()) {
    throw reader.error(ErrorCode::key_needs_ed25519, "key", fmt::format("a machine key of type {}", machine.key.type));
  }
  if (machine.key.is_security_key())
    throw reader.error(ErrorCode::field_value, "key", "a machine cannot touch a security key; use ssh-ed25519");
  machine.environments = reader.names_if("environments");
  reader.finish();
  return machine;
}

}  // namespace

Roster parse_roster(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  const VersionHead head = read_head(reader, "roster");
  Roster roster{head.repo_id, head.version, head.prev, 0, head.issued_at, head.expires_at, {}, {}};
  roster.root_version = reader.integer("root_version", 1, k_version_max);
  reader.map_if("people", [&](const std::string& name, codec::Reader& person) {
    roster.people[name] = read_person(name, person);
  });
  if (roster.people.empty()) throw reader.error(ErrorCode::field_missing, "people", "a roster needs people");
  reader.map_if("machines", [&](const std::string& name, codec::Reader& machine) {
    roster.machines[name] = read_machine(name, machine);
  });
  reader.finish();
  return roster;
}

}  // namespace dbw::model
