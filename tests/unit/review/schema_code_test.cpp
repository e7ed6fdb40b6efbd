#include "review/schema_code.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace dbw::test {
namespace {

using schema::Relation;
using testing::HasSubstr;

void add_view(schema::Catalogue& out, const std::string& name, const std::string& definition) {
  Relation& view = out.relations.emplace_back();
  view.kind = Relation::Kind::view;
  view.name = {"public", name};
  view.definition = definition;
}

std::shared_ptr<const model::Snapshot> snapshot(Engine engine = Engine::postgresql) {
  auto out = std::make_shared<model::Snapshot>();
  schema::Catalogue& catalogue = out->catalogue;
  catalogue.engine = engine;
  const auto add = [&](const char* name, const char* volatility, bool definer, const char* returns) {
    catalogue.routines.push_back({{"public", name}, "integer", returns, volatility, definer, "sql"});
  };
  add("calm", "stable", false, "integer");
  add("twice", "immutable", false, "integer");
  add("mixed", "stable", false, "integer");
  add("mixed", "volatile", false, "integer");
  add("noisy", "volatile", false, "integer");
  add("definer", "stable", true, "integer");
  add("lower", "volatile", false, "integer");
  add("to_shape", "volatile", false, "shape");
  catalogue.types = {{{"public", "mood"}, "", {"sad", "ok"}, false},
                     {{"public", "positive"}, "integer", {}, true},
                     {{"public", "shape"}, "", {"round"}, false},
                     {{"public", "title"}, "text", {}, false}};
  add_view(catalogue, "plain", " SELECT t.id FROM t;");
  add_view(catalogue, "loud", " SELECT noisy(t.id) AS id FROM t;");
  add_view(catalogue, "louder", " SELECT loud.id FROM public.loud;");
  add_view(catalogue, "locking", " SELECT pg_try_advisory_lock(1) AS l;");
  add_view(catalogue, "round", " SELECT round.id FROM round;");
  return out;
}

sqlparse::Statement last_of(std::string_view sql, Engine engine = Engine::postgresql) {
  review::ReviewInput input = input_of(sql, engine);
  input.snapshot = snapshot(engine);
  return review::with_schema_code(std::move(input)).files.front().parsed.statements.back();
}

TEST(SchemaCode, ProvesWhatIsListedAsHarmless) {
  for (const char* sql : {"SELECT calm(id), twice(2) FROM t", "SELECT public.calm(1)", "SELECT 'sad'::mood",
                          "SELECT CAST(b AS public.title) FROM t", "EXPLAIN ANALYZE SELECT calm(1)"}) {
    const sqlparse::Statement statement = last_of(sql);
    EXPECT_TRUE(statement.read_only) << sql << ": " << statement.reason;
    EXPECT_EQ(statement.statement_class, StatementClass::read) << sql;
  }
}

TEST(SchemaCode, ProvesNothingElse) {
  for (const char* sql :
       {"SELECT noisy(1)", "SELECT mixed(1)", "SELECT definer(1)", "SELECT unlisted(1)", "SELECT app.calm(1)",
        "SELECT 1::positive", "SELECT 'round'::shape", "SELECT 'x'::unlisted", "SELECT calm(1) <!> 1",
        "SELECT calm(1), nextval('s')", "SELECT calm(1) FROM t FOR UPDATE", "SELECT (t).calm FROM t",
        "INSERT INTO t SELECT calm(1)", "WITH x AS (DELETE FROM t RETURNING calm(1)) SELECT * FROM x"})
    EXPECT_FALSE(last_of(sql).read_only) << sql;
  EXPECT_FALSE(last_of("SELECT calm(1)", Engine::mariadb).read_only) << "declarations are not enforced there";
}

TEST(SchemaCode, NamesWhatAQueryComesTo) {
  const std::pair<const char*, const char*> k_cases[] = {
      {"SELECT * FROM loud", "view public.loud -> function public.noisy(integer), which is VOLATILE"},
      {"SELECT id FROM louder", "view public.louder -> view public.loud -> function public.noisy(integer)"},
      {"SELECT calm(id) FROM louder", "view public.louder"},
      {"SELECT * FROM locking", "pg_try_advisory_lock"},
      {"SELECT lower(b) FROM t", "function public.lower(integer)"}};
  for (const auto& [sql, way] : k_cases) {
    const sqlparse::Statement statement = last_of(sql);
    EXPECT_FALSE(statement.read_only) << sql;
    EXPECT_EQ(statement.statement_class, StatementClass::procedural) << sql;
    EXPECT_THAT(statement.reason, HasSubstr(way));
  }
  for (const char* sql : {"SELECT id FROM plain", "SELECT pg_catalog.lower(b) FROM t", "SELECT * FROM round",
                          "SELECT * FROM app.loud", "SELECT * FROM unlisted"})
    EXPECT_TRUE(last_of(sql).read_only) << sql;
}

TEST(SchemaCode, TheChangeItselfEndsWhatTheSnapshotKnows) {
  for (const char* before : {"CREATE FUNCTION calm(int) RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP TABLE t",
                             "SET search_path = app", "DO $$BEGIN END$$", "SELECT unlisted(1)", "CALL p()", "syntax("})
    EXPECT_FALSE(last_of(std::string(before) + "; SELECT calm(1)").read_only) << before;
  EXPECT_TRUE(last_of("UPDATE t SET id = 2 WHERE id = 1; SET work_mem = '1MB'; SELECT calm(1)").read_only);
}

TEST(SchemaCode, ViewsOfViewsEnd) {
  auto deep = std::make_shared<model::Snapshot>();
  add_view(deep->catalogue, "v0", "SELECT 1;");
  for (int i = 1; i < 20'000; ++i)
    add_view(deep->catalogue, "v" + std::to_string(i), "SELECT * FROM v" + std::to_string(i - 1) + ";");
  review::ReviewInput input = input_of("SELECT * FROM v19999");
  input.snapshot = deep;
  EXPECT_THAT(review::with_schema_code(input).files.front().parsed.statements.front().reason, HasSubstr(" deep"));
}

TEST(SchemaCode, ReviewsSayIt) {
  review::ReviewInput input = input_of("SELECT calm(id) FROM plain; SELECT id FROM louder");
  EXPECT_EQ(count(review::review_sql(input), "write-in-read-statement"), 1u);
  input.snapshot = snapshot();
  const model::Review review = review::review_sql(input);
  ASSERT_EQ(count(review, "write-in-read-statement"), 1u);
  EXPECT_EQ(find(review, "write-in-read-statement")->range.start, 28u);
  EXPECT_THAT(find(review, "write-in-read-statement")->message, HasSubstr("it comes to view public.louder -> view"));
}

}  // namespace
}  // namespace dbw::test
