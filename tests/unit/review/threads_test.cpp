#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support.hpp"

/// Large changes are reviewed by several threads, each of which looks at a part of the statements. None of that may
/// show in the answer.
namespace dbw::review {
namespace {

constexpr std::string_view k_forms[] = {
    "CREATE TABLE t{0} (id bigint PRIMARY KEY, total real, parent bigint REFERENCES orders (id));",
    "ALTER TABLE t{0} ADD COLUMN note text NOT NULL;",
    "ALTER TABLE orders ADD CONSTRAINT c{0} CHECK (id > 0) NOT VALID;",
    "ALTER TABLE orders VALIDATE CONSTRAINT c{0};",
    "CREATE INDEX i{0} ON t{0} (parent);",
    "CREATE INDEX j{0} ON orders (total);",
    "UPDATE orders SET total = 0 WHERE total = NULL;",
    "DELETE FROM t{0};",
    "DO $$ BEGIN DELETE FROM archive; TRUNCATE t{0}; END $$;",
    "DROP TABLE IF EXISTS old{0};",
};

std::string written(std::size_t first, std::size_t end) {
  std::string sql;
  for (std::size_t i = first; i < end; ++i)
    sql += fmt::format(fmt::runtime(k_forms[i % std::size(k_forms)]), i / std::size(k_forms)) + "\n";
  return sql;
}

ReviewInput change_of(Engine engine, unsigned threads) {
  ReviewInput input;
  input.engine = engine;
  input.threads = threads;
  // A file of many statements between small ones; tables of one are altered in another.
  const std::pair<std::size_t, std::size_t> files[] = {{0, 7}, {7, 700}, {700, 701}, {701, 950}, {950, 1'100}};
  for (const auto& [first, end] : files) {
    sqlparse::ParsedSql parsed = sqlparse::parse(engine, written(first, end), {.bytes_max = k_sql_bytes_max});
    input.files.push_back({fmt::format("{}.sql", 9 - input.files.size()), std::move(parsed), first % 2 == 0});
  }
  return input;
}

std::string text_of(const model::Review& review) {
  std::string out;
  for (const model::Finding& it : review.findings)
    out += fmt::format("{} {} {}-{} {} {} {}\n", it.file, it.rule, it.range.start, it.range.end,
                       static_cast<int>(it.severity), it.message, it.object);
  for (const model::RiskFactor& it : review.factors) out += fmt::format("{} {} {}\n", it.name, it.weight, it.source);
  return out;
}

TEST(ReviewThreads, TheirNumberDoesNotShow) {
  for (const Engine engine : {Engine::postgresql, Engine::mysql, Engine::sqlite}) {
    const std::string one = text_of(review_sql(change_of(engine, 1)));
    EXPECT_GT(std::count(one.begin(), one.end(), '\n'), 500);
    for (const unsigned threads : {2u, 3u, 4u})
      EXPECT_EQ(text_of(review_sql(change_of(engine, threads))), one) << engine_name(engine) << " " << threads;
  }
}

TEST(ReviewThreads, BodiesInEndlessNumberAreRead) {
  std::string sql;
  for (int i = 0; i < 1'500; ++i)
    sql += fmt::format("CREATE FUNCTION f{}() RETURNS int LANGUAGE sql AS $$ SELECT {} $$;\n", i, i);
  EXPECT_EQ(review_sql(test::input_of(sql)).statements.size(), 1'500u);
}

void fail_late(const RuleInput& in, Findings&) {
  if (in.statement.target.name == "t90") throw std::runtime_error("too late");
}

TEST(ReviewThreads, ARuleThatFailsBlocksWhereverItRuns) {
  const Rule failing = {.info = {.id = "fails",
                                 .category = "security",
                                 .engines = k_every_engine,
                                 .since = 0,
                                 .until = 0,
                                 .revision = 1,
                                 .severity = model::Severity::info,
                                 .suppressible = false,
                                 .summary = {},
                                 .why = {},
                                 .instead = {},
                                 .sources = {}},
                        .on_statement = fail_late,
                        .on_file = nullptr};
  const model::Review review = review_sql(change_of(Engine::postgresql, 2), {&failing});
  ASSERT_NE(test::find(review, "fails"), nullptr);
  EXPECT_EQ(test::find(review, "fails")->severity, model::Severity::block);
}

}  // namespace
}  // namespace dbw::review
