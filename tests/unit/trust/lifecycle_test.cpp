#include <algorithm>
#include <map>
#include <set>

#include "support/paths.hpp"
#include "support/trust_world.hpp"
#include "trust/difference.hpp"

/// What new versions change.
namespace dbw::test {
namespace {

using Lines = std::vector<std::string>;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

Lines policy_changes(std::string_view from, std::string_view to) {
  return trust::describe_changes("policy", policy_yaml(), replaced(policy_yaml(), from, to));
}

TEST(Difference, RenewalsAreDatesOnly) {
  std::string renewed = policy_yaml(2, crypto::sha256(policy_yaml()).text());
  renewed = replaced(renewed, "2026-11-20T08", "2027-01-20T08");
  renewed = "# another comment\n" + replaced(renewed, "2027-02-18T08", "2027-04-18T08");
  EXPECT_THAT(trust::describe_changes("policy", policy_yaml(), renewed), IsEmpty());
  EXPECT_THAT(trust::describe_changes("roster", roster_yaml(), roster_yaml(2, crypto::sha256("x").text())), IsEmpty());
  EXPECT_THAT(trust::describe_changes("root", root_yaml(), root_yaml(2, crypto::sha256("x").text())), IsEmpty());
}

TEST(Difference, SaysInWordsWhatAPolicyChanges) {
  const struct {
    const char *from, *to, *words;
  } cases[] = {
      {"groups: [dba], need: 2", "groups: [dba], need: 1",
       "workflow prod-write, step dba: people needed: 1 instead of 2"},
      {"{id: dba, groups: [dba], need: 2}", "{id: dba, groups: [dba, security], need: 2}",
       "workflow prod-write, step dba: groups that approve: gains security"},
      {"    approval_ttl: 1h\n", "    approval_ttl: 2h\n", "workflow break-glass: approvals live: 2h instead of 1h"},
      {"    requesters: [oncall]\n", "    requesters: [dev]\n",
       "workflow break-glass: groups that may ask: gains dev; loses oncall"},
      {"    approval_ttl: 7d\n", "    approval_ttl: 7d\n    windows: [{days: [mon], from: \"09:00\", to: \"17:00\"}]\n",
       "workflow prod-write: window days mon and from 09:00 and to 17:00 is new"},
      {"[high, critical]", "[critical]", "workflow prod-write: more steps when risk critical is new"},
      {"{ban-drop-table: block}", "{ban-drop-table: warning}",
       "in environment *: severity of rule ban-drop-table: warning instead of block"},
      {"limits: {", "lifts: [sam.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]\nlimits: {",
       "suspensions taken back: gains sam.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"},
      {"limits: {sql_bytes: 1048576", "limits: {sql_bytes: 2048", "limit: bytes of SQL: 2048 instead of 1048576"},
      {"token: required}", "token: none}", "shop in production: execution token: none instead of required"},
      {"review:\n", "review:\n  waivers: [{rule: drop-table, until: 2027-01-01T00:00:00Z, by: bob, reason: why}]\n",
       "waiver by bob and reason why and rule drop-table and until 2027-01-01T00:00:00Z is new"},
      {"    merge: required\n", "", "workflow prod-write: merge before the run: no longer written (was required)"},
  };
  for (const auto& each : cases) EXPECT_THAT(policy_changes(each.from, each.to), Contains(each.words));
}

TEST(Difference, NothingMoreIsSaidOfWhatIsGone) {
  const std::string removed = R"(  - name: staging-read
    match: {environment: staging, kind: query, classes: [read]}
    auto_approve: {max_risk: low}
)";
  EXPECT_THAT(policy_changes(removed, ""), ElementsAre("workflow staging-read is gone"));
}

TEST(Difference, TwoItemsThatSayTheSameBothCount) {
  const std::string waiver = "{rule: drop-table, until: 2027-01-01T00:00:00Z, by: bob, reason: why}";
  const std::string one = replaced(policy_yaml(), "review:\n", fmt::format("review:\n  waivers: [{}]\n", waiver));
  const std::string two =
      replaced(policy_yaml(), "review:\n", fmt::format("review:\n  waivers: [{}, {}]\n", waiver, waiver));
  EXPECT_EQ(trust::describe_changes("policy", one, two).size(), 1U);
}

TEST(Difference, NamesKeysByFingerprint) {
  const std::string moved = replaced(roster_yaml(), key_line("carol"), key_line("carol9"));
  EXPECT_THAT(trust::describe_changes("roster", roster_yaml(), moved),
              testing::IsSupersetOf({"carol: key " + key_of("carol").key.id.text() + " is gone",
                                     "carol: key " + key_of("carol9").key.id.text() + " is new"}));
}

TEST(Difference, RootRolesAndPeople) {
  const std::string two = root_yaml(2, crypto::sha256(root_yaml()).text(), "rita, rob, ruth");
  const Lines lines = trust::describe_changes("root", root_yaml(), two);
  EXPECT_THAT(lines, Contains("rose in the root is gone"));
  EXPECT_THAT(lines, Contains("ruth in the root is new"));
  EXPECT_THAT(lines, Contains("role policy: people: gains ruth; loses rose"));
}

/// The objects of a JSON text, and nothing else of it: schemas are nested deeper than the strict parser allows.
struct Objects {
  std::map<std::string, Objects> entries;
  const Objects* find(const std::string& name) const {
    const auto found = entries.find(name);
    return found == entries.end() ? nullptr : &found->second;
  }
};

class SchemaReader {
 public:
  explicit SchemaReader(const std::string& text) : m_text(text) {}

  Objects read() {
    Objects out;
    skip_blanks();
    const char first = m_text.at(m_at);
    if (first == '"') {
      text();
    } else if (first == '{' || first == '[') {
      ++m_at;
      for (skip_blanks(); m_text.at(m_at) != '}' && m_text.at(m_at) != ']'; skip_blanks()) {
        if (m_text.at(m_at) == ',' || m_text.at(m_at) == ':') {
          ++m_at;
        } else if (first == '[') {
          read();
        } else {
          const std::string name = text();
          skip_blanks();
          ++m_at;  // the colon
          out.entries[name] = read();
        }
      }
      ++m_at;
    } else {
      m_at = m_text.find_first_of(",]} \n", m_at);
    }
    return out;
  }

 private:
  void skip_blanks() { m_at = m_text.find_first_not_of(" \n", m_at); }
  std::string text() {
    const std::size_t start = ++m_at;
    while (m_text.at(m_at) != '"') m_at += m_text[m_at] == '\\' ? 2U : 1U;
    return m_text.substr(start, m_at++ - start);
  }

  const std::string& m_text;
  std::size_t m_at = 0;
};

/// Every path below an object schema that a document can hold a value at.
void schema_paths(const Objects& schema, const std::string& path, std::set<std::string>& out) {
  const auto below = [&](const std::string& name) {
    return path.empty() ? name : path + "." + (path == "roles" ? "*" : name);  // all roles are alike
  };
  const Objects* more = schema.find("additionalProperties");
  const Objects* items = schema.find("items");
  if (const Objects* properties = schema.find("properties")) {
    for (const auto& [name, value] : properties->entries) schema_paths(value, below(name), out);
  } else if (more != nullptr && !more->entries.empty()) {
    schema_paths(*more, below("*"), out);
  } else if (items != nullptr && items->find("properties") != nullptr) {
    schema_paths(*items, below("*"), out);
  } else {
    out.insert(path);
  }
}

/// A field's words name what stands on the way to it: one pair of braces for each star.
TEST(Difference, WordsHaveAPlaceForEveryName) {
  for (const trust::FieldWords& each : trust::field_words()) {
    const auto stars = std::count(each.pattern.begin(), each.pattern.end(), '*');
    EXPECT_EQ(std::count(each.words.begin(), each.words.end(), '{'), stars) << each.kind << " " << each.pattern;
  }
}

TEST(Difference, OnlyDocumentsOfItsKindAreCompared) {
  const std::map<std::string, std::string> good{
      {"root", root_yaml()}, {"roster", roster_yaml()}, {"policy", policy_yaml()}};
  for (const auto& [kind, yaml] : good) {
    const std::string bad = replaced(yaml, "\nversion: 1", "\nversion: none");
    EXPECT_THROW(trust::describe_changes(kind, yaml, bad), Error) << kind;
    EXPECT_THROW(trust::describe_changes(kind, bad, yaml), Error) << kind;
  }
}

TEST(Difference, EveryFieldOfTheSchemasHasWords) {
  // The name of an item, and what items without a name of their own consist of, are said by the item's own words.
  const std::set<std::string> said{"people.*.keys.*.key", "ci_identities.*.name", "workflows.*.name",
                                   "workflows.*.steps.*.id", "workflows.*.raise.*.add.*.id"};
  const auto is_said = [&](const std::string& path) {
    if (said.count(path) != 0) return true;
    for (const std::string prefix :
         {"workflows.*.raise.*.when.", "workflows.*.windows.*.", "freezes.*.", "review.waivers.*."})
      if (path.starts_with(prefix)) return true;
    return false;
  };
  const std::set<std::string> head{"version", "prev", "issued_at", "expires_at", "root_version"};
  for (const std::string kind : {"root", "roster", "policy"}) {
    std::set<std::string> words;
    for (const trust::FieldWords& each : trust::field_words()) {
      if (each.kind == kind) words.insert(std::string(each.pattern));
    }
    std::set<std::string> paths;
    const std::string schema = slurp(source_dir() / "schemas" / (kind + ".schema.json"));
    schema_paths(SchemaReader(schema).read(), "", paths);
    ASSERT_GT(paths.size(), 5U);
    for (const std::string& path : paths) {
      if (head.count(path) != 0 || is_said(path)) continue;
      EXPECT_EQ(words.count(path), 1U) << kind << ": no words for " << path;
    }
    for (const std::string& pattern : words) {
      const bool exists = std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
        return path == pattern || path.starts_with(pattern + ".");
      });
      EXPECT_TRUE(exists) << kind << ": words for " << pattern << ", which is no field";
    }
  }
}

Lines powers(const std::string& roster, const std::string& policy) {
  return trust::describe_powers(model::parse_roster(roster_yaml(), "old"), model::parse_policy(policy_yaml(), "old"),
                                model::parse_roster(roster, "new"), model::parse_policy(policy, "new"));
}

TEST(Powers, WhoGainsAndLosesWhat) {
  EXPECT_THAT(powers(roster_yaml(), policy_yaml()), IsEmpty());
  EXPECT_THAT(powers(replaced(roster_yaml(), "groups: [security]", "groups: [dba]"), policy_yaml()),
              ElementsAre("erin gains: approve step dba of workflow prod-write (shop in production)",
                          "erin loses: approve step security of workflow prod-write, where it is raised (shop in "
                          "production)"));
  const Lines lines = powers(roster_yaml(), replaced(policy_yaml(), "match: {environment: staging, kind: query, ",
                                                     "match: {environment: \"*\", kind: query, "));
  EXPECT_THAT(lines, Contains("alice gains: ask under workflow staging-read (shop in production)"));
}

TEST(Powers, WhoHasLeftHasNone) {
  const Lines lines = powers(replaced(roster_yaml(), "  carol:\n", "  carol:\n    status: left\n"), policy_yaml());
  EXPECT_THAT(lines, Contains("carol loses: approve step dba of workflow prod-write (shop in production)"));
}

TEST(Powers, AGroupAloneApprovesNothing) {
  EXPECT_THAT(powers(replaced(roster_yaml(), "groups: [oncall]", "groups: [oncall, dba]"), policy_yaml()), IsEmpty())
      << "olga has no key of use approve";
}

TEST(Powers, WhatWasRefusedBefore) {
  const std::string wider = replaced(policy_yaml(), "match: {environment: staging, kind: query, classes: [read]}",
                                     "match: {environment: staging, classes: [read, ddl]}");
  EXPECT_THAT(powers(roster_yaml(), wider),
              Contains("ddl on shop in staging: workflow staging-read instead of none (refused)"));
}

}  // namespace
}  // namespace dbw::test
