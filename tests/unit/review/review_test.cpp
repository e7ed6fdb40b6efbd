#include "review/review.hpp"

#include <functional>
#include <memory>
#include <stdexcept>

#include "review/comments.hpp"
#include "support.hpp"

namespace dbw::review {
namespace {

using model::Severity;
using test::find;
using test::input_of;

ErrorCode code_of(const ReviewInput& input) {
  try {
    review_sql(input);
  } catch (const Error& error) {
    return error.code();
  }
  return ErrorCode::internal_bug;
}

TEST(Severities, EnvironmentBeforeStarBeforeDefault) {
  const RuleInfo& info = find_rule("drop-table")->info;
  EXPECT_EQ(effective_severity(info, {}, "staging"), Severity::block);
  EXPECT_EQ(effective_severity(info, {{"*", {{"drop-table", "error"}}}}, "staging"), Severity::error);
  const Severities both = {{"*", {{"drop-table", "error"}}}, {"staging", {{"drop-table", "info"}}}};
  EXPECT_EQ(effective_severity(info, both, "staging"), Severity::info);
  EXPECT_EQ(effective_severity(info, both, "production"), Severity::error);
}

TEST(Severities, UnknownNamesStopTheReview) {
  ReviewInput input = input_of("SELECT 1");
  input.severities = {{"elsewhere", {{"drop-tables", "off"}}}};
  EXPECT_EQ(code_of(input), ErrorCode::rule_unknown);
  input.severities = {{"*", {{"drop-table", "fatal"}}}};
  EXPECT_EQ(code_of(input), ErrorCode::severity_unknown);
}

TEST(Severities, ValidationNamesEverything) {
  const Severities severities = {{"*", {{"nope", "off"}, {"drop-table", "fatal"}}}};
  const std::vector<model::Waiver> waivers = {
      {"missing", {}, "alice", "x"}, {"syntax-error", {}, "alice", "x"}, {"drop-table", {}, "alice", "x"}};
  std::vector<ErrorCode> codes;
  for (const Refusal& refusal : validate_policy_rules(severities, waivers)) codes.push_back(refusal.code);
  EXPECT_THAT(codes, testing::UnorderedElementsAre(ErrorCode::rule_unknown, ErrorCode::severity_unknown,
                                                   ErrorCode::rule_unknown, ErrorCode::rule_not_suppressible));
}

TEST(Review, ARuleThatThrowsBlocks) {
  static const Rule k_broken = [] {
    Rule rule = k_rule_drop_table;
    rule.info.id = "broken";
    rule.info.severity = Severity::info;
    rule.on_statement = [](const RuleInput&, Findings&) { throw std::runtime_error("boom"); };
    return rule;
  }();
  const model::Review review = review_sql(input_of("DROP TABLE t"), {&k_broken});
  const model::Finding* finding = find(review, "broken");
  ASSERT_NE(finding, nullptr);
  EXPECT_EQ(finding->severity, Severity::block);
  EXPECT_THAT(finding->message, testing::HasSubstr("boom"));
  EXPECT_TRUE(review.blocked());
}

TEST(Review, NeverLeavesFindingsOut) {
  std::string sql;
  for (int i = 0; i < 300; ++i) sql += "DROP TABLE t" + std::to_string(i) + ";\n";
  const model::Review review = review_sql(input_of(sql));
  EXPECT_EQ(test::count(review, "drop-table"), 300u);
  EXPECT_EQ(review.statements.size(), 300u);
}

TEST(Review, FindingsAreSortedByPlace) {
  const model::Review review = review_sql(input_of("DROP TABLE b;\nDROP TABLE a CASCADE;\nTRUNCATE c;"));
  EXPECT_TRUE(std::is_sorted(review.findings.begin(), review.findings.end(),
                             [](const auto& a, const auto& b) { return a.range.start < b.range.start; }));
}

TEST(Review, TheSameInputGivesTheSameAnswer) {
  const ReviewInput input = input_of("DROP TABLE b; UPDATE a SET x = 1; CREATE INDEX i ON t (c)");
  const model::Review first = review_sql(input), second = review_sql(input);
  ASSERT_EQ(first.findings.size(), second.findings.size());
  EXPECT_EQ(first.rule_set, second.rule_set);
  for (std::size_t i = 0; i < first.findings.size(); ++i)
    EXPECT_EQ(first.findings[i].message, second.findings[i].message);
}

TEST(Review, RuleSetFollowsSeverities) {
  ReviewInput input = input_of("SELECT 1");
  const Digest plain = review_sql(input).rule_set;
  input.severities = {{"production", {{"drop-table", "info"}}}};
  EXPECT_EQ(review_sql(input).rule_set, plain) << "another environment's severities are not in force";
  input.severities = {{"staging", {{"drop-table", "info"}}}};
  EXPECT_NE(review_sql(input).rule_set, plain);
}

TEST(Review, TablesOfEarlierFilesAreKnown) {
  ReviewInput input = input_of("CREATE TABLE scratch (id int PRIMARY KEY)");
  input.files.push_back({"b.sql", sqlparse::parse(Engine::postgresql, "DROP TABLE scratch", {.bytes_max = 100}), true});
  EXPECT_EQ(find(review_sql(input), "drop-table"), nullptr);
  std::swap(input.files[0], input.files[1]);
  EXPECT_NE(find(review_sql(input), "drop-table"), nullptr);
}

class CreatedTables : public testing::TestWithParam<const char*> {};

// Each of these makes the name mean another table, or may have.
TEST_P(CreatedTables, AreForgotten) {
  ReviewInput input = input_of(GetParam());
  input.executor = false;
  input.files.front().transactional = false;
  EXPECT_NE(find(review_sql(input), "drop-table"), nullptr) << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    All, CreatedTables,
    testing::Values("CREATE TABLE IF NOT EXISTS o (id int PRIMARY KEY); DROP TABLE o",
                    "CREATE TABLE a.o (id int PRIMARY KEY); DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); DROP TABLE a.o",
                    "CREATE TEMP TABLE o (id int PRIMARY KEY); DROP TABLE o; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); SET search_path = b; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); SET ROLE b; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); RESET ALL; DROP TABLE o",
                    "BEGIN; CREATE TABLE o (id int PRIMARY KEY); ROLLBACK; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); DO $$ BEGIN PERFORM f(); END $$; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); CALL f(); DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); ALTER TABLE o RENAME TO p; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); ALTER TABLE o SET SCHEMA p; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); ALTER SCHEMA p RENAME TO q; DROP TABLE o",
                    "CREATE TABLE a (id int PRIMARY KEY); ALTER FUNCTION a() RENAME TO o; DROP TABLE o",
                    "CREATE TABLE a (id int PRIMARY KEY); ALTER TYPE a RENAME TO o; DROP TABLE o",
                    "CREATE TABLE o (id int PRIMARY KEY); SELECT unknown_function(); DROP TABLE o",
                    "CREATE TABLE \"O\" (id int PRIMARY KEY); DROP TABLE o",
                    "CREATE TABLE pg_class (id int PRIMARY KEY); DROP TABLE pg_class"));

TEST(Waivers, LiftUntilTheirLastSecond) {
  ReviewInput input = input_of("DROP TABLE o");
  input.waivers = {{"drop-table", Timestamp{1000}, "alice", "empty"}};
  input.now = Timestamp{1000};
  model::Review review = review_sql(input);
  EXPECT_TRUE(find(review, "drop-table")->waived);
  EXPECT_THAT(find(review, "drop-table")->waiver, testing::HasSubstr("alice: empty"));
  EXPECT_FALSE(review.blocked());
  input.now = Timestamp{1001};
  review = review_sql(input);
  EXPECT_FALSE(find(review, "drop-table")->waived);
  EXPECT_TRUE(review.blocked());
}

TEST(Waivers, LiftOnlyWhereAllThatIsNamedHolds) {
  struct Case {
    std::optional<std::string> database, environment, path;
    bool waived;
  };
  const std::string file = input_of("DROP TABLE o").files.front().path;
  const std::vector<Case> cases{{{}, {}, {}, true},
                                {"shop", {}, {}, true},
                                {"crm", {}, {}, false},
                                {{}, "production", {}, true},
                                {{}, "staging", {}, false},
                                {{}, {}, file, true},
                                {{}, {}, file + "x", false},
                                {"shop", "production", file, true},
                                {"shop", "staging", file, false}};
  for (const Case& each : cases) {
    ReviewInput input = input_of("DROP TABLE o");
    input.database = "shop";
    input.environment = "production";
    input.waivers = {{"drop-table", Timestamp{1000}, "alice", "empty", each.database, each.environment, each.path}};
    EXPECT_EQ(find(review_sql(input), "drop-table")->waived, each.waived)
        << each.database.value_or("-") << each.environment.value_or("-") << each.path.value_or("-");
  }
}

TEST(Waivers, DoNotLiftWhatCannotBeWaived) {
  ReviewInput input = input_of("SELEC 1");
  input.waivers = {{"syntax-error", Timestamp{1000}, "alice", "x"}};
  EXPECT_FALSE(find(review_sql(input), "syntax-error")->waived);
}

TEST(Comments, AskAndDoNotSwitchOff) {
  const model::Review review =
      review_sql(input_of("-- dbw:allow drop-table empty since May\nDROP TABLE o;\nDROP TABLE p;"));
  ASSERT_EQ(test::count(review, "drop-table"), 2u);
  EXPECT_EQ(review.findings.front().waiver, "asked for by a comment: empty since May");
  EXPECT_FALSE(review.findings.front().waived);
  EXPECT_EQ(review.findings.back().waiver, "") << "the comment speaks of one statement";
  EXPECT_TRUE(review.blocked());
}

TEST(Comments, AreNotReadInsideLiterals) {
  const auto read = [](const char* sql) { return find_allow_comments(Engine::postgresql, sql).size(); };
  EXPECT_EQ(read("SELECT '\n-- dbw:allow drop-table x\n'"), 0u);
  EXPECT_EQ(read("SELECT $a$\n-- dbw:allow drop-table x\n$a$"), 0u);
  EXPECT_EQ(read("SELECT E'\\'-- dbw:allow drop-table x\n'"), 0u);
  EXPECT_EQ(read("SELECT \"\n-- dbw:allow drop-table x\n\""), 0u);
  EXPECT_EQ(read("/* /* */ -- dbw:allow drop-table x\n */ SELECT 1"), 0u);
  EXPECT_EQ(read("SELECT 'it''s' -- dbw:allow drop-table x"), 1u);
  EXPECT_EQ(read("-- dbw:allowed drop-table x"), 0u);
}

/// What of the text the first finding of the rule stands at.
std::string place_of(const std::string& sql, std::string_view rule) {
  const model::Review review = review_sql(input_of(sql));
  const model::Finding* finding = find(review, rule);
  return finding != nullptr ? sql.substr(finding->range.start, finding->range.end - finding->range.start) : "";
}

TEST(Bodies, FindingsStandAtTheirStatement) {
  constexpr std::string_view k_rule = "update-delete-without-where";
  EXPECT_EQ(place_of("DO $$ BEGIN PERFORM 1; IF a THEN DELETE FROM orders; END IF; END $$", k_rule),
            "DELETE FROM orders");
  EXPECT_EQ(
      place_of("SELECT 1; CREATE FUNCTION f() RETURNS void LANGUAGE sql AS 'SELECT 1; DELETE FROM orders'", k_rule),
      "DELETE FROM orders");
  EXPECT_EQ(place_of("DO $$ BEGIN EXECUTE 'DELETE FROM orders'; END $$", k_rule), "DELETE FROM orders");
  EXPECT_EQ(place_of("DO $a$ BEGIN EXECUTE $b$DO $c$ BEGIN DELETE FROM orders; END $c$$b$; END $a$", k_rule),
            "DELETE FROM orders");
  // Written otherwise: the shortest text around it that is known.
  const std::string escaped = "DO 'BEGIN DELETE FROM orders; PERFORM ''x''; END'";
  EXPECT_EQ(place_of("SELECT 1; " + escaped, k_rule), escaped);
  EXPECT_EQ(place_of("DO $$ BEGIN EXECUTE 'DELETE FROM orders RETURNING ''x'''; END $$", k_rule),
            "EXECUTE 'DELETE FROM orders RETURNING ''x'''");
}

TEST(Bodies, GoThroughAllRules) {
  const model::Review review =
      review_sql(input_of("DO $$ BEGIN FOR r IN SELECT 1 LOOP DELETE FROM orders; END LOOP; COMMIT; END $$"));
  ASSERT_NE(find(review, "update-delete-without-where"), nullptr);
  EXPECT_THAT(find(review, "update-delete-without-where")->message, testing::HasSubstr("inside the body"));
  EXPECT_EQ(find(review, "update-delete-without-where")->range.start, 35u);
  EXPECT_NE(find(review, "explicit-transaction-control"), nullptr);
}

TEST(Comments, BelongToTheStatementNearestOnTheirLine) {
  const model::Review review =
      review_sql(input_of("DROP TABLE a; DROP TABLE b; -- dbw:allow drop-table not used\nDROP TABLE c;"));
  for (const model::Finding& finding : review.findings) {
    if (finding.rule != "drop-table") continue;
    EXPECT_EQ(!finding.waiver.empty(), finding.object == "b") << finding.object;
  }
}

std::string repeated(std::size_t times, const std::function<std::string(std::size_t)>& text) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text(i);
  return out;
}

// Each of these was looked for again for every statement, action or comment.
TEST(Hostile, ManyOfEverythingEndsSoon) {
  const auto number = [](std::size_t i) { return std::to_string(i); };
  const std::pair<std::string, std::size_t> cases[] = {
      {repeated(3'000, [&](std::size_t i) { return "ALTER TABLE t" + number(i) + " RENAME TO u" + number(i) + ";"; }),
       3'000},
      {repeated(3'000, [&](std::size_t i) { return "CREATE TABLE t" + number(i) + " (a int);"; }), 3'000},
      {"ALTER TABLE t " +
           repeated(3'000,
                    [&](std::size_t i) {
                      const std::string column = "c" + number(i);
                      return "ADD CONSTRAINT k" + column + " CHECK (" + column + " IS NOT NULL), ALTER " + column +
                             " SET NOT NULL, ";
                    }) +
           "VALIDATE CONSTRAINT x",
       3'000},
      {repeated(3'000, [](std::size_t) { return "DROP TABLE a; -- dbw:allow drop-table old\n"; }), 3'000},
      {"DROP TABLE " +
           repeated(2'000, [&](std::size_t i) { return "a" + number(i) + ", -- dbw:allow drop-table old\n"; }) + "b",
       2'001},
      {repeated(3'000, [](std::size_t) { return "SELEC 1;"; }), 3'000},
  };
  for (const auto& [sql, findings] : cases)
    EXPECT_GE(review_sql(input_of(sql)).findings.size(), findings) << sql.substr(0, 60);
}

// Rules that read a statement's lexemes must not walk all of them once for each of them.
TEST(Hostile, LongStatementsOfMysqlEndSoon) {
  const std::string cases[] = {
      "ALTER TABLE t " + repeated(8'000, [](std::size_t) { return "MODIFY a INT NOT NULL, "; }) + "FORCE",
      "ALTER TABLE t " + repeated(8'000, [](std::size_t) { return "DROP PRIMARY KEY, ADD PRIMARY KEY (a), "; }) +
          "FORCE",
      "SELECT 1 FROM a WHERE " + repeated(8'000, [](std::size_t) { return "a NOT IN (1, "; }) + "1" +
          repeated(8'000, [](std::size_t) { return ")"; }),
      "SELECT 1 FROM " + repeated(8'000, [](std::size_t) { return "(SELECT * FROM "; }) + "t" +
          repeated(8'000, [](std::size_t) { return ") x"; }),
      "SELECT 1 " + repeated(20'000, [](std::size_t) { return "FROM a, b.c "; }),
      "WITH w AS (SELECT 1) " + repeated(8'000, [](std::size_t) { return "SELECT * FROM w UNION "; }) + "SELECT 1",
  };
  for (const std::string& sql : cases) {
    ReviewInput input;
    input.engine = Engine::mysql;
    input.files.push_back({"a.sql", sqlparse::parse(Engine::mysql, sql, {.bytes_max = k_sql_bytes_max}), true});
    EXPECT_EQ(review_sql(input).statements.size(), 1u) << sql.substr(0, 60);
  }
}

TEST(Versions, MajorNumber) {
  EXPECT_EQ(major_version("15"), 15);
  EXPECT_EQ(major_version("9.6"), 9);
  EXPECT_EQ(major_version(""), k_server_major_default);
  EXPECT_EQ(major_version("x"), k_server_major_default);
}

TEST(InstantVersions, TheSnapshotsServerAndStorageEngineCount) {
  std::string sql;
  for (int i = 0; i < 65; ++i) sql += "ALTER TABLE orders ADD COLUMN c" + std::to_string(i) + " int;\n";
  const auto found = [&](const char* configured, const char* seen, const char* storage_engine) {
    review::ReviewInput input = test::input_of(sql, Engine::mysql);
    input.server_version = configured;
    auto snapshot = std::make_shared<model::Snapshot>();
    snapshot->catalogue.engine = Engine::mysql;
    snapshot->catalogue.server_version = seen;
    schema::Relation& orders = snapshot->catalogue.relations.emplace_back();
    orders.name = {"shop", "orders"};
    orders.storage_engine = storage_engine;
    input.snapshot = snapshot;
    return test::count(review::review_sql(input), "instant-version-limit");
  };
  EXPECT_EQ(found("8.0", "", "InnoDB"), 0u);
  EXPECT_EQ(found("8.0", "8.0.36", "InnoDB"), 2u);
  EXPECT_EQ(found("8.4", "8.0.28", "InnoDB"), 0u);
  EXPECT_EQ(found("8.4", "9.1.0", "InnoDB"), 1u) << "255 row versions";
  EXPECT_EQ(found("8.4", "8.4.3", "MyISAM"), 0u);
}

TEST(Batches, ARunInPiecesIsNoBackfillInOneStatement) {
  review::ReviewInput input = test::input_of("ALTER TABLE t ADD COLUMN a int;");
  input.files.push_back(
      {"b.sql", sqlparse::parse(Engine::postgresql, "UPDATE t SET a = 1;", {.bytes_max = 100}), true});
  EXPECT_EQ(test::count(review::review_sql(input), "unbatched-backfill"), 1u);
  EXPECT_EQ(test::count(review::review_sql(input), "ddl-dml-mixed"), 1u);
  input.files.back().batch = model::Batch{"id", 5000, Milliseconds(0), std::nullopt, std::nullopt};
  EXPECT_EQ(test::count(review::review_sql(input), "unbatched-backfill"), 0u);
  EXPECT_EQ(test::count(review::review_sql(input), "ddl-dml-mixed"), 0u);
  EXPECT_EQ(test::count(review::review_sql(input), "update-delete-without-where"), 1u) << "every row all the same";
  input.files.push_back(
      {"c.sql", sqlparse::parse(Engine::postgresql, "UPDATE u SET b = 1;", {.bytes_max = 100}), true});
  EXPECT_EQ(test::count(review::review_sql(input), "ddl-dml-mixed"), 1u);
}

TEST(Registry, IdsAreUniqueAndComplete) {
  std::vector<std::string_view> ids;
  for (const Rule* rule : all_rules()) {
    const RuleInfo& info = rule->info;
    ids.push_back(info.id);
    for (const std::string_view text : {info.id, info.category, info.summary, info.why, info.instead, info.sources})
      EXPECT_FALSE(text.empty()) << info.id;
    EXPECT_NE(info.engines.bits, 0u);
    EXPECT_EQ(find_rule(info.id), rule);
  }
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(find_rule("nope"), nullptr);
}

}  // namespace
}  // namespace dbw::review
