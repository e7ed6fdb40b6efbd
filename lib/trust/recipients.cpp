#include "trust/recipients.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dbw::trust {
namespace {

/// A seal key has no fingerprint that a suspension could name; it lies where the person's other keys lie.
bool keys_suspended(const Authority& authority, const model::Person& person) {
  return !person.keys.empty() && std::all_of(person.keys.begin(), person.keys.end(), [&](const model::PersonKey& key) {
    return authority.key_suspended(key.key.id);
  });
}

}  // namespace

Recipients find_recipients(const Authority& authority, const model::Request& request) {
  Recipients out;
  if (!request.results) return out;
  for (const std::string& name : request.results->to) {
    const auto refuse = [&](ErrorCode code, std::string_view why) {
      out.refusals.push_back({code, fmt::format("results.to names {}, {}", name, why), {}});
    };
    const model::Person* person = authority.find_person(name);
    if (person == nullptr) {
      refuse(ErrorCode::trust_unknown_person, fmt::format("who is not on roster {}", authority.roster().version));
    } else if (!person->active) {
      refuse(ErrorCode::trust_inactive_person, "who has left");
    } else if (authority.person_suspended(*person) || keys_suspended(authority, *person)) {
      refuse(ErrorCode::trust_suspended, "who is suspended");
    } else if (!person->seal_key) {
      refuse(ErrorCode::trust_no_seal_key,
             fmt::format("for whom roster {} lists no seal key", authority.roster().version));
    } else {
      out.people.emplace_back(name, *person->seal_key);
    }
  }
  return out;
}

}  // namespace dbw::trust
