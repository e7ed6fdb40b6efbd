#include "review/schema_state.hpp"

#include <gtest/gtest.h>

#include "base/limits.hpp"
#include "review/review.hpp"

namespace dbw::review::test {
namespace {

using sqlparse::ObjectName;

schema::Catalogue catalogue_of(Engine engine, std::string_view sql) {
  SchemaState state(engine, nullptr);
  for (const sqlparse::Statement& each : sqlparse::parse(engine, sql, {.bytes_max = k_sql_bytes_max}).statements)
    state.apply(each);
  return state.catalogue();
}

class Changed {
 public:
  Changed(Engine engine, std::string_view before, std::string_view change)
      : m_before(catalogue_of(engine, before)), m_state(engine, &m_before) {
    for (const sqlparse::Statement& each : sqlparse::parse(engine, change, {.bytes_max = k_sql_bytes_max}).statements)
      m_state.apply(each);
  }
  const SchemaState& operator*() const { return m_state; }
  const SchemaState* operator->() const { return &m_state; }

 private:
  schema::Catalogue m_before;
  SchemaState m_state;
};

constexpr std::string_view k_shop =
    "CREATE TABLE public.orders (id bigint PRIMARY KEY, note varchar(20) NOT NULL); "
    "CREATE TABLE public.items (id bigint PRIMARY KEY, order_id bigint REFERENCES public.orders ON DELETE CASCADE);";

TEST(SchemaState, FollowsColumns) {
  const Changed state(Engine::postgresql, k_shop,
                      "ALTER TABLE orders ADD COLUMN total numeric(10,2) NOT NULL DEFAULT 0; ALTER TABLE orders ALTER "
                      "COLUMN note TYPE text; ALTER TABLE orders ALTER COLUMN note DROP NOT NULL; ALTER TABLE orders "
                      "RENAME COLUMN id TO number; ALTER TABLE items DROP COLUMN order_id");
  ASSERT_NE(state->column({"", "orders"}, "total"), nullptr);
  EXPECT_EQ(state->column({"", "orders"}, "total")->type_arguments, (std::vector<std::string>{"10", "2"}));
  EXPECT_TRUE(state->column({"public", "orders"}, "total")->not_null);
  EXPECT_EQ(state->column({"", "orders"}, "note")->type, "text");
  EXPECT_FALSE(state->column({"", "orders"}, "note")->not_null);
  EXPECT_EQ(state->column({"", "orders"}, "id"), nullptr);
  EXPECT_NE(state->column({"", "orders"}, "number"), nullptr);
  EXPECT_EQ(state->column({"", "items"}, "order_id"), nullptr);
  EXPECT_TRUE(state->referencing(*state->relation({"", "orders"})).empty() ||
              state->referencing(*state->relation({"", "orders"})).front()->constraints.size() < 2)
      << "the key went with its column";
}

TEST(SchemaState, FollowsTablesAndIndexes) {
  const Changed state(Engine::postgresql, k_shop,
                      "ALTER TABLE orders RENAME TO purchases; DROP TABLE items; CREATE TABLE extra (id int); CREATE "
                      "UNIQUE INDEX extra_id ON extra (id); CREATE INDEX gone ON extra (id); DROP INDEX gone");
  EXPECT_EQ(state->relation({"", "orders"}), nullptr);
  EXPECT_NE(state->relation({"public", "purchases"}), nullptr);
  EXPECT_EQ(state->relation({"public", "items"}), nullptr);
  const schema::Relation* extra = state->relation({"", "extra"});
  ASSERT_NE(extra, nullptr);
  ASSERT_EQ(extra->indexes.size(), 1u);
  EXPECT_EQ(extra->indexes[0].name, "extra_id");
  EXPECT_TRUE(extra->indexes[0].unique);
  EXPECT_EQ(extra->rows, 0);
}

TEST(SchemaState, AKeyGoesWithItsIndex) {
  constexpr std::string_view table =
      "CREATE TABLE t (id int, a int UNIQUE, CONSTRAINT k PRIMARY KEY (id), CONSTRAINT c CHECK (a > 0), CONSTRAINT f "
      "FOREIGN KEY (a) REFERENCES p); CREATE UNIQUE INDEX k ON t (id); CREATE INDEX c ON t (a); CREATE INDEX f ON t "
      "(a);";
  const auto left = [&](const std::string& name) {
    const Changed state(Engine::postgresql, table, "ALTER TABLE t DROP CONSTRAINT " + name);
    const schema::Relation* relation = state->relation({"", "t"});
    return std::pair(relation->constraints.size(), relation->indexes.size());
  };
  EXPECT_EQ(left("k"), std::pair(std::size_t{3}, std::size_t{2}));
  EXPECT_EQ(left("c"), std::pair(std::size_t{3}, std::size_t{3}));
  EXPECT_EQ(left("f"), std::pair(std::size_t{3}, std::size_t{3}));
  EXPECT_EQ(left("t_a_key"), std::pair(std::size_t{3}, std::size_t{3})) << "the key without a name";
}

TEST(SchemaState, ForgetsWhatItCannotBeSureOf) {
  for (const std::string_view sql : {"DO $$ BEGIN EXECUTE 'DROP TABLE orders'; END $$", "BEGIN; ROLLBACK", "CALL p()",
                                     "DROP SCHEMA public CASCADE", "ALTER GIBBERISH"}) {
    const Changed state(Engine::postgresql, k_shop, sql);
    EXPECT_EQ(state->relation({"public", "orders"}), nullptr) << sql;
    EXPECT_TRUE(state->forgot()) << sql;
  }
}

TEST(SchemaState, BareNamesMeanNothingAfterASearchPath) {
  const Changed state(Engine::postgresql, k_shop, "SET search_path = other");
  EXPECT_EQ(state->relation({"", "orders"}), nullptr);
  EXPECT_NE(state->relation({"public", "orders"}), nullptr);
}

TEST(SchemaState, IfNotExistsProvesNothing) {
  const Changed table(Engine::postgresql, "", "CREATE TABLE IF NOT EXISTS t (a integer NOT NULL)");
  EXPECT_EQ(table->relation({"", "t"}), nullptr);
  const Changed column(Engine::postgresql, k_shop, "ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text");
  ASSERT_NE(column->column({"", "orders"}, "note"), nullptr);
  EXPECT_EQ(column->column({"", "orders"}, "note")->type, "varchar");
}

TEST(SchemaState, WhateverMovesNamesCounts) {
  for (const std::string_view sql : {"RESET ALL", "SET ROLE other", "RESET search_path"}) {
    const Changed state(Engine::postgresql, k_shop, sql);
    EXPECT_EQ(state->relation({"", "orders"}), nullptr) << sql;
  }
}

TEST(SchemaState, ABareNameOfTwoSchemasIsUnknown) {
  const Changed state(Engine::postgresql, "CREATE TABLE a.t (id int); CREATE TABLE b.t (id int);", "");
  EXPECT_EQ(state->relation({"", "t"}), nullptr);
  EXPECT_NE(state->relation({"b", "t"}), nullptr);
}

TEST(SchemaState, TemporaryTablesHideOthers) {
  const Changed state(Engine::postgresql, k_shop, "CREATE TEMPORARY TABLE orders (id integer)");
  EXPECT_EQ(state->relation({"", "orders"}), nullptr);
}

TEST(SchemaState, MysqlRedefinesColumns) {
  const Changed state(Engine::mariadb, "CREATE TABLE t (id int NOT NULL AUTO_INCREMENT PRIMARY KEY, v int NOT NULL);",
                      "ALTER TABLE t MODIFY v bigint unsigned; ALTER TABLE T CHANGE id number bigint NOT NULL");
  ASSERT_NE(state->column({"", "t"}, "v"), nullptr);
  EXPECT_EQ(state->column({"", "t"}, "v")->type, "bigint");
  EXPECT_TRUE(state->column({"", "t"}, "v")->is_unsigned);
  EXPECT_FALSE(state->column({"", "t"}, "v")->not_null);
  EXPECT_NE(state->column({"", "t"}, "number"), nullptr);
  EXPECT_EQ(state->column({"", "t"}, "id"), nullptr);
}

TEST(SchemaState, TheSnapshotItselfStaysAsItWas) {
  const schema::Catalogue before = catalogue_of(Engine::postgresql, k_shop);
  SchemaState state(Engine::postgresql, &before);
  for (const sqlparse::Statement& each :
       sqlparse::parse(Engine::postgresql, "ALTER TABLE orders DROP COLUMN note; DROP TABLE items",
                       {.bytes_max = k_sql_bytes_max})
           .statements)
    state.apply(each);
  ASSERT_EQ(before.relations.size(), 2u);
  EXPECT_EQ(before.relations[1].columns.size(), 2u);
}

}  // namespace
}  // namespace dbw::review::test
