#include <map>
#include <set>

#include "support/paths.hpp"
#include "support/trust_world.hpp"
#include "trust/difference.hpp"
#include "trust/explain.hpp"
#include "trust/warnings.hpp"

/// What new versions change, what they leave to worry about, and which workflow a request falls under.
namespace dbw::test {
namespace {

using Lines = std::vector<std::string>;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
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

TEST(Powers, WhatWasRefusedBefore) {
  const std::string wider = replaced(policy_yaml(), "match: {environment: staging, kind: query, classes: [read]}",
                                     "match: {environment: staging, classes: [read, ddl]}");
  EXPECT_THAT(powers(roster_yaml(), wider),
              Contains("ddl on shop in staging: workflow staging-read instead of none (refused)"));
}

std::set<ErrorCode> codes(const std::vector<trust::Warning>& warnings, const std::string& workflow) {
  std::set<ErrorCode> out;
  for (const trust::Warning& each : warnings) {
    if (each.workflow == workflow) out.insert(each.refusal.code);
  }
  return out;
}

std::set<ErrorCode> warned(const std::string& workflow, const std::string& roster, const std::string& policy) {
  return codes(trust::workflow_warnings(model::parse_roster(roster, "roster"), model::parse_policy(policy, "policy")),
               workflow);
}

TEST(Warnings, GroupsOfOneHaveNoReserve) {
  EXPECT_EQ(warned("break-glass", roster_yaml(), policy_yaml()), std::set<ErrorCode>{ErrorCode::trust_no_reserve});
  EXPECT_THAT(warned("prod-read", roster_yaml(), policy_yaml()), IsEmpty());
}

TEST(Warnings, TheOnlyApproverIsTheOnlyRequester) {
  // Everybody together can fill the step, so it is no error; but dave is the requester whenever there is one.
  const std::string policy =
      replaced(policy_yaml(), "    steps: [{id: peer, groups: [dev], need: 1}]\n",
               "    requesters: [team-leads]\n    steps: [{id: peer, groups: [team-leads], need: 2}]\n");
  EXPECT_EQ(warned("prod-read", roster_yaml(), policy),
            (std::set<ErrorCode>{ErrorCode::trust_deadlock, ErrorCode::trust_no_reserve}));
}

TEST(Warnings, SomeRequestersOfManyAreStuck) {
  // bob is the third of dba and the first of team-leads: without him prod-write still works, without both it does not.
  const std::string policy =
      replaced(policy_yaml(), "{id: dba, groups: [dba], need: 2}", "{id: dba, groups: [dba], need: 3}");
  const auto warnings =
      trust::workflow_warnings(model::parse_roster(roster_yaml(), "roster"), model::parse_policy(policy, "policy"));
  bool found = false;
  for (const trust::Warning& each : warnings) {
    if (each.refusal.code != ErrorCode::trust_deadlock) continue;
    found = true;
    EXPECT_THAT(each.refusal.message, HasSubstr("requests by bob"));
  }
  EXPECT_TRUE(found);
}

TEST(Warnings, RequestersWithoutAKeyToAskWith) {
  const std::string roster = replaced(roster_yaml(), fmt::format("{{key: \"{}\", uses: [request]}}", key_line("olga")),
                                      fmt::format("{{key: \"{}\", uses: [approve]}}", key_line("olga")));
  EXPECT_EQ(warned("break-glass", roster, policy_yaml()),
            (std::set<ErrorCode>{ErrorCode::trust_deadlock, ErrorCode::trust_no_reserve}));
}

TEST(Warnings, ApprovalsThatBarelyReachTheNextWindow) {
  const std::string windows =
      "    windows: [{days: [mon, tue, wed, thu, fri, sat, sun], from: \"09:00\", to: \"10:00\"}]\n";
  const struct {
    const char* ttl;
    bool tight;
  } cases[] = {
      {"23h", false}, {"1381m", true}, {"1439m", true}, {"24h", false}};  // 23h is the gap: an error, no warning
  for (const auto& each : cases) {
    const std::string policy =
        replaced(policy_yaml(), "    approval_ttl: 7d\n", fmt::format("    approval_ttl: {}\n{}", each.ttl, windows));
    EXPECT_EQ(warned("prod-write", roster_yaml(), policy).count(ErrorCode::trust_tight_window), each.tight ? 1U : 0U)
        << each.ttl;
  }
}

TEST(Warnings, LivesEndInSteps) {
  const Timestamp end = k_now + Seconds(100 * 86400);
  const struct {
    std::int64_t seconds_left;
    const char* words;
  } cases[] = {{30 * 86400, nullptr},
               {30 * 86400 - 1, "in less than 30 days"},
               {14 * 86400, "in less than 30 days"},
               {14 * 86400 - 1, "14 days"},
               {3 * 86400 - 1, "in less than 3 days"},
               {1, "in less than 3 days"},
               {0, nullptr}};
  for (const auto& each : cases) {
    const auto warnings = trust::life_warnings("policy", 7, end, end - Seconds(each.seconds_left));
    ASSERT_EQ(warnings.size(), each.words == nullptr ? 0U : 1U) << each.seconds_left;
    if (each.words == nullptr) continue;
    EXPECT_EQ(warnings[0].refusal.code, ErrorCode::expires_soon);
    EXPECT_THAT(warnings[0].refusal.message, HasSubstr(each.words));
    EXPECT_THAT(warnings[0].refusal.message, HasSubstr(end.text()));
    EXPECT_THAT(warnings[0].refusal.hint, HasSubstr("dbw-sign policy renew"));
  }
}

trust::MatchInput input_of(StatementClass statement_class, std::string requester = {}) {
  trust::MatchInput input;
  input.database = "shop";
  input.environment = "production";
  input.classes = {statement_class};
  input.risk = model::Risk::low;
  input.requester = std::move(requester);
  return input;
}

TEST(Explain, NamesWhyAndWho) {
  World world;
  world.suspend("people: [carol]");
  const trust::Explanation found = trust::explain(world.authority(), input_of(StatementClass::dml, "bob"));
  EXPECT_EQ(found.match.workflow.name, "prod-write");
  ASSERT_EQ(found.considered.size(), 4U);
  EXPECT_EQ(found.considered[0].name, "prod-write");
  EXPECT_TRUE(found.considered[0].chosen);
  EXPECT_EQ(found.considered[0].weights, "environment 4 + classes 1");
  EXPECT_EQ(found.considered[1].misfit, "does not admit kind change");
  ASSERT_EQ(found.steps.size(), 3U);
  EXPECT_EQ(found.steps[0].people, Lines{"dave"}) << "bob asks";
  EXPECT_EQ(found.steps[1].people, Lines{"dana"}) << "bob asks, carol is suspended";
  EXPECT_EQ(found.steps[2].when, "risk high or critical");
  EXPECT_THAT(found.conditions, Contains("it needs a reason, a ticket, a rollback for every step"));
  ASSERT_FALSE(found.match.refusals.empty());
  EXPECT_EQ(found.match.refusals.front().code, ErrorCode::trust_requirement);
}

TEST(Explain, RaisesSayThatAllOfTheirConditionsHold) {
  const auto when = [](const std::string& condition) {
    const std::string policy = replaced(policy_yaml(), "{risk: [high, critical]}", condition);
    return trust::raise_text(model::parse_policy(policy, "policy").workflows[0].raise[0]);
  };
  EXPECT_EQ(when("{risk: [high], classes: [ddl, dml]}"), "risk high, and class dml or ddl");
  EXPECT_EQ(when("{rows_over: 100, rules: [drop-table]}"),
            "finding drop-table, and more than 100 rows, or no bound, declared");
  const std::string window = "[{days: sat-sun, from: \"09:00\", to: \"17:00\"}]";
  EXPECT_EQ(when("{during: " + window + "}"), "during sat, sun 09:00 to 17:00 UTC");
  EXPECT_EQ(when("{outside: " + window + "}"), "outside sat, sun 09:00 to 17:00 UTC");
}

TEST(Explain, NamesFreezesThatConcernThePlace) {
  World world;
  world.set_policy(policy_yaml() +
                   "freezes:\n  - {from: 2026-12-20T00:00:00Z, until: 2027-01-03T00:00:00Z, reason: "
                   "holidays, environments: [production]}\n");
  const std::string words = "freeze: nothing runs from 2026-12-20T00:00:00Z until 2027-01-03T00:00:00Z (holidays)";
  EXPECT_THAT(trust::explain(world.authority(), input_of(StatementClass::dml)).conditions, Contains(words));
  trust::MatchInput staging = input_of(StatementClass::read);
  staging.environment = "staging";
  staging.kind = model::RequestKind::query;
  EXPECT_THAT(trust::explain(world.authority(), staging).conditions, testing::Not(Contains(words)));
}

TEST(Explain, WithoutARequesterNothingThatDependsOnOneIsRefused) {
  World world;
  EXPECT_TRUE(trust::explain(world.authority(), input_of(StatementClass::dml)).match.matched());
  const trust::Explanation none = trust::explain(world.authority(), input_of(StatementClass::admin));
  EXPECT_THAT(none.steps, IsEmpty());
  EXPECT_EQ(none.match.refusals.front().code, ErrorCode::trust_no_workflow);
  EXPECT_EQ(none.considered.size(), 4U);
}

TEST(Suppose, ExplainsADraftAndAuthenticatesNothing) {
  World world;
  const model::Policy draft =
      model::parse_policy(replaced(policy_yaml(), "groups: [dba], need: 2", "groups: [dba], need: 1"), "draft");
  const trust::Authority authority = world.authority();
  const trust::Authority supposed = trust::suppose(authority, nullptr, &draft);
  EXPECT_FALSE(authority.supposed());
  EXPECT_TRUE(supposed.supposed());
  EXPECT_NE(trust::emit_terms(supposed, world.match(supposed), world.match_input()),
            trust::emit_terms(authority, world.match(authority), world.match_input()));
  try {
    trust::authenticate_request(supposed, world.signed_request());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_supposed);
  }
  try {
    trust::verify_token(supposed, {}, {}, k_now);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::trust_supposed);
  }
}

TEST(Suppose, KeysBelongToTheSupposedRoster) {
  World world;
  const model::Roster draft =
      model::parse_roster(replaced(roster_yaml(), key_line("carol"), key_line("carol9")), "draft");
  const trust::Authority supposed = trust::suppose(world.authority(), &draft, nullptr);
  EXPECT_FALSE(supposed.find_key(key_of("carol").key.id));
  ASSERT_TRUE(supposed.find_key(key_of("carol9").key.id));
  EXPECT_EQ(supposed.find_key(key_of("carol9").key.id)->person, supposed.find_person("carol"));
}

}  // namespace
}  // namespace dbw::test
