#include "trust/authority.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "trust/authority_state.hpp"

namespace dbw::trust {

const model::Pin& Authority::pin() const { return m_state->pin; }
const model::Root& Authority::root() const { return m_state->root; }
const model::Roster& Authority::roster() const { return m_state->roster; }
const model::Policy& Authority::policy() const { return m_state->policy; }
const TrustMarks& Authority::marks() const { return m_state->marks; }
const SignedDocument& Authority::root_document() const { return m_state->root_document; }
const SignedDocument& Authority::roster_document() const { return m_state->roster_document; }
const SignedDocument& Authority::policy_document() const { return m_state->policy_document; }
bool Authority::policy_expired() const { return m_state->policy_expired; }
const std::vector<model::Suspension>& Authority::suspensions() const { return m_state->suspensions; }
const std::vector<SignedDocument>& Authority::suspension_documents() const { return m_state->suspension_documents; }
const std::vector<Refusal>& Authority::notes() const { return m_state->notes; }
const model::Trace& Authority::trace() const { return m_state->trace; }
bool Authority::supposed() const { return m_state->supposed; }

bool Authority::person_suspended(const model::Person& person) const {
  return m_state->suspended_people.count(person.name) != 0 || m_state->suspended_people.count(person.human) != 0;
}
bool Authority::key_suspended(const KeyId& key) const { return m_state->suspended_keys.count(key) != 0; }
bool Authority::machine_suspended(std::string_view machine) const {
  return m_state->suspended_machines.count(std::string(machine)) != 0;
}

const model::Person* Authority::find_person(std::string_view name) const {
  const auto found = m_state->roster.people.find(std::string(name));
  return found == m_state->roster.people.end() ? nullptr : &found->second;
}

const model::Machine* Authority::find_machine(std::string_view name) const {
  const auto found = m_state->roster.machines.find(std::string(name));
  return found == m_state->roster.machines.end() ? nullptr : &found->second;
}

std::optional<KeyOwner> Authority::find_key(const KeyId& key) const {
  const auto found = m_state->keys.find(key);
  return found == m_state->keys.end() ? std::nullopt : std::optional(found->second);
}

const model::DatabaseEntry& Authority::database(std::string_view name) const {
  const auto found = m_state->policy.databases.find(std::string(name));
  if (found == m_state->policy.databases.end()) {
    throw Error(ErrorCode::trust_unknown_database,
                fmt::format("policy {} lists no database \"{}\"", m_state->policy.version, printable(name)));
  }
  return found->second;
}

const model::EnvironmentEntry& Authority::environment(std::string_view database_name,
                                                      std::string_view environment) const {
  const model::DatabaseEntry& entry = database(database_name);
  const auto found = entry.environments.find(std::string(environment));
  if (found == entry.environments.end()) {
    throw Error(ErrorCode::trust_unknown_database,
                fmt::format("policy {} lists no environment \"{}\" of database \"{}\"", m_state->policy.version,
                            printable(environment), printable(database_name)));
  }
  return found->second;
}

Timestamp issued_floor(const Authority& authority) {
  return std::max({authority.root().issued_at, authority.roster().issued_at, authority.policy().issued_at});
}

void require_clock(Timestamp now, Timestamp floor) {
  if (now < floor - Seconds(k_clock_skew_seconds)) {
    throw Error(ErrorCode::trust_clock,
                fmt::format("the clock says {}, but something signed is dated {}", now.text(), floor.text()));
  }
}

}  // namespace dbw::trust
