#include "workflow/roster_edit.hpp"
#include "support/trust_world.hpp"

/// Keys of people and machines are exchanged in the text of a roster, which people keep as they like.
namespace dbw::test {
namespace {

std::string head() {
  return fmt::format(
      "# who is who\ndbw: roster/v1\nrepo_id: {}\nversion: 1\nroot_version: 1\nissued_at: "
      "2026-11-01T00:00:00Z\nexpires_at: 2027-03-01T00:00:00Z\n",
      k_repo);
}

/// alice's keys in the three layouts that people write.
const std::vector<std::string>& layouts() {
  static const std::vector<std::string> all{
      fmt::format(
          "people:\n  alice:\n    keys:\n      # the laptop\n      - {{key: {}, uses: [request, approve]}}\n      - "
          "{{key: \"{}\", uses: [approve]}}\n    groups: [dev]\n",
          key_line("alice"), key_line("alice2")),
      fmt::format("people:\n  alice:\n    keys:\n    - key: {}\n      uses: [request, approve]\n    - key: {}\n      "
                  "uses:\n        "
                  "- approve\n    groups: [dev]\n",
                  key_line("alice"), key_line("alice2")),
      fmt::format(
          "people: {{alice: {{keys: [{{key: \"{}\", uses: [request]}}, {{key: \"{}\", uses: [approve]}}], groups: "
          "[dev]}}}}\n",
          key_line("alice"), key_line("alice2"))};
  return all;
}

std::string machines() {
  return fmt::format("machines:\n  exec-prod: {{use: execute, key: \"{}\", environments: [production]}}  # rack 4\n",
                     key_line("exec-prod"));
}

std::set<std::string> keys_of(const std::string& yaml, const std::string& person) {
  const model::Roster roster = model::parse_roster(yaml, "edited");
  std::set<std::string> out;
  for (const model::PersonKey& key : roster.people.at(person).keys) out.insert(key.key.id.text());
  return out;
}

std::string id(std::string_view name) { return key_of(name).key.id.text(); }

TEST(RosterEdit, AddsAndRemovesInEveryLayout) {
  for (const std::string& people : layouts()) {
    const std::string yaml = head() + people + machines();
    workflow::RosterEdits edits;
    edits.add_keys = {{"alice", key_of("alice3").key}};
    EXPECT_EQ(keys_of(workflow::edit_roster(yaml, edits, "r"), "alice"),
              (std::set<std::string>{id("alice"), id("alice2"), id("alice3")}))
        << yaml;
    for (const auto& [gone, stays] : {std::pair{"alice", "alice2"}, {"alice2", "alice"}}) {
      edits.remove_keys = {{"alice", key_of(gone).key.id}};
      const std::string edited = workflow::edit_roster(yaml, edits, "r");
      EXPECT_EQ(keys_of(edited, "alice"), (std::set<std::string>{id(stays), id("alice3")})) << edited;
      EXPECT_TRUE(edited.starts_with("# who is who\n"));
      EXPECT_NE(edited.find("# rack 4\n"), std::string::npos);
    }
  }
}

TEST(RosterEdit, ReplacesAMachinesKey) {
  workflow::RosterEdits edits;
  edits.machine_keys = {{"exec-prod", key_of("exec-prod2").key}};
  const std::string edited = workflow::edit_roster(head() + layouts()[0] + machines(), edits, "r");
  EXPECT_EQ(model::parse_roster(edited, "edited").machines.at("exec-prod").key.id.text(), id("exec-prod2"));
  EXPECT_NE(edited.find("environments: [production]}  # rack 4\n"), std::string::npos);
}

TEST(RosterEdit, SetsAndReplacesASealKeyInEveryLayout) {
  const crypto::AgeRecipient first = crypto::AgeIdentity::generate().recipient();
  const crypto::AgeRecipient second = crypto::AgeIdentity::generate().recipient();
  for (const std::string& people : layouts()) {
    const std::string yaml = head() + people + machines();
    workflow::RosterEdits edits;
    edits.seal_keys = {{"alice", first}};
    const std::string set = workflow::edit_roster(yaml, edits, "r");
    EXPECT_EQ(model::parse_roster(set, "r").people.at("alice").seal_key, first) << set;
    edits.seal_keys = {{"alice", second}};
    const std::string replaced = workflow::edit_roster(set, edits, "r");
    EXPECT_EQ(model::parse_roster(replaced, "r").people.at("alice").seal_key, second) << replaced;
    EXPECT_EQ(replaced.find(first.text()), std::string::npos);
    EXPECT_EQ(keys_of(replaced, "alice"), keys_of(yaml, "alice"));
    EXPECT_NE(replaced.find("# rack 4\n"), std::string::npos);
  }
}

ErrorCode refused(const workflow::RosterEdits& edits, const std::string& people = layouts()[0]) {
  try {
    workflow::edit_roster(head() + people + machines(), edits, "r");
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::bad_usage;
}

TEST(RosterEdit, RefusesWhatItCannotDo) {
  const KeyId first = key_of("alice").key.id;
  EXPECT_EQ(refused({.add_keys = {{"mallory", key_of("m").key}}}), ErrorCode::trust_unknown_person);
  EXPECT_EQ(refused({.remove_keys = {{"alice", key_of("bob").key.id}}}), ErrorCode::authority_no_such_key);
  EXPECT_EQ(refused({.machine_keys = {{"alice", key_of("m").key}}}), ErrorCode::trust_unknown_machine);
  EXPECT_EQ(refused({.remove_keys = {{"alice", first}, {"alice", key_of("alice2").key.id}}}),
            ErrorCode::authority_malformed)
      << "nobody is left without a key";
  EXPECT_EQ(refused({.add_keys = {{"alice", key_of("m").key}}}, "people:\n  alice: {groups: [dev]}\n"),
            ErrorCode::authority_malformed);
}

}  // namespace
}  // namespace dbw::test
