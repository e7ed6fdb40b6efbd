#include <fmt/format.h>

#include "support.hpp"

/// Large texts are cut into chunks that several threads read. None of that may show in the answer.
namespace dbw::sqlparse::test {
namespace {

std::string text_of(const Constraint& it) {
  return fmt::format("{}/{}/{}/{}", static_cast<int>(it.kind), it.name, it.references.text(), it.expression);
}

std::string text_of(const Statement& it) {
  std::string out =
      fmt::format("{}-{} {} {} {} {} target {}", it.range.start, it.range.end, statement_kind_name(it.kind),
                  class_name(it.statement_class), it.read_only, it.reason, it.target.text());
  for (const ObjectUse& use : it.objects)
    out += fmt::format(" {}:{}:{}", object_kind_name(use.kind), use.name.text(), access_name(use.access));
  for (const FunctionUse& use : it.functions) out += fmt::format(" {}({})", use.name.text(), use.arguments);
  for (const ColumnDefinition& column : it.columns) out += fmt::format(" {} {}", column.name, column.type);
  for (const Constraint& constraint : it.constraints) out += " " + text_of(constraint);
  for (const AlterAction& action : it.actions)
    out += fmt::format(" {} {} {}", static_cast<int>(action.kind), action.column.name, text_of(action.constraint));
  for (const std::string& body : it.nested_sql) out += " body " + body;
  return out + "\n";
}

std::string text_of(const ParsedSql& parsed) {
  std::string out;
  for (const Statement& statement : parsed.statements) out += text_of(statement);
  for (const ParseProblem& it : parsed.problems)
    out += fmt::format("problem {}-{} {} {}\n", it.range.start, it.range.end, static_cast<int>(it.kind), it.message);
  return out;
}

constexpr std::string_view k_forms[] = {
    "INSERT INTO orders (id, status) VALUES ({0}, 'it''s; new');",
    "UPDATE orders SET status = $q$;$q$ WHERE id = {0}; -- a; comment\n",
    "/* ; */ ;; SELECT o.id FROM orders o WHERE o.id = {0} AND f({0}) ;",
    "CREATE TABLE t{0} (id bigint PRIMARY KEY CHECK (id > {0}), note text);",
    "ALTER TABLE customers ADD CONSTRAINT c{0} CHECK ((id <> {0})) NOT VALID;",
    "CREATE FUNCTION f{0}() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT {0}; END;",
    "DO $$ BEGIN DELETE FROM t{0}; END $$;",
    "WITH d AS (DELETE FROM u{0} RETURNING *) SELECT * FROM d;",
};

std::string many(std::size_t count) {
  std::string sql;
  for (std::size_t i = 0; i < count; ++i) sql += fmt::format(fmt::runtime(k_forms[i % std::size(k_forms)]), i) + "\n";
  return sql;
}

ParsedSql on_threads(std::string_view sql, unsigned threads) {
  return parse(Engine::postgresql, sql, {.bytes_max = k_sql_bytes_max, .threads = threads});
}

TEST(Threads, TheirNumberDoesNotShow) {
  const std::string good = many(1'600);
  for (const std::string& sql :
       {good, good + "SELECT 'open", "SELEC 1;" + good, good + "\\i x\n" + good.substr(0, 5'000),
        good.substr(0, 40'000) + "COMMIT AND;" + good.substr(40'000), good + "SELECT 1" + repeat("+1", 20'000)}) {
    const std::string one = text_of(on_threads(sql, 1));
    for (const unsigned threads : {2u, 8u}) EXPECT_EQ(text_of(on_threads(sql, threads)), one) << threads;
  }
}

// What a statement is does not depend on those around it.
TEST(Threads, ChunksReadWhatSingleStatementsRead) {
  const std::string sql = many(400);
  const ParsedSql together = on_threads(sql, 2);
  ASSERT_TRUE(together.problems.empty()) << together.problems[0].message;
  ASSERT_GE(together.statements.size(), 400u);
  for (const Statement& statement : together.statements) {
    const ByteRange range = statement.range;
    const ParsedSql alone = pg(std::string_view(sql).substr(range.start, range.end - range.start));
    ASSERT_EQ(alone.statements.size(), 1u);
    Statement moved = alone.statements[0];
    moved.range = range;
    EXPECT_EQ(text_of(moved), text_of(statement));
  }
}

TEST(Threads, OneBadStatementLeavesTheOthers) {
  const std::string good = many(400);
  const std::size_t cut = good.find("\nDO ", good.size() / 2);
  const ParsedSql expected = on_threads(good, 2);
  const ParsedSql parsed = on_threads(good.substr(0, cut) + "\nSELEC 1;" + good.substr(cut), 2);
  EXPECT_EQ(parsed.statements.size(), expected.statements.size() + 1);
  ASSERT_EQ(parsed.problems.size(), 1u);
  EXPECT_EQ(parsed.problems[0].range, (ByteRange{cut + 1, cut + 6}));
  EXPECT_EQ(std::count_if(parsed.statements.begin(), parsed.statements.end(),
                          [](const Statement& it) { return it.kind == StatementKind::unreadable; }),
            1);
}

TEST(Threads, ManyTextsComeBackInTheirOrder) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 300; ++i) texts.push_back(i % 7 == 0 ? fmt::format("SELEC {}", i) : many(i % 5));
  const std::vector<ParsedSql> all =
      parse_all(Engine::postgresql, {texts.begin(), texts.end()}, {.bytes_max = k_sql_bytes_max, .threads = 2});
  ASSERT_EQ(all.size(), texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) EXPECT_EQ(text_of(all[i]), text_of(pg(texts[i]))) << i;
  EXPECT_EQ(parse_all(Engine::sqlite, {"SELECT 1", "SELEC"}, {k_sql_bytes_max}).size(), 2u);
}

// The grammar decides where a statement ends, also where the splitter is of another opinion.
TEST(Threads, WhereTheSplitterIsWrongTheGrammarDecides) {
  const std::string rule = "CREATE RULE r AS ON DELETE TO t DO INSTEAD (DELETE FROM a; DELETE FROM b);";
  const ParsedSql parsed = on_threads(repeat(rule, 400) + many(400), 2);
  EXPECT_TRUE(parsed.problems.empty());
  EXPECT_EQ(parsed.statements.front().range, (ByteRange{0, rule.size() - 1}));
}

}  // namespace
}  // namespace dbw::sqlparse::test
