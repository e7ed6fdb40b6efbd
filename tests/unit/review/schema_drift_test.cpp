#include "review/schema_drift.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace dbw::test {
namespace {

using schema::Catalogue;
using schema::Relation;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Relation& add_relation(Catalogue& out, const std::string& name, Relation::Kind kind = Relation::Kind::table) {
  Relation& relation = out.relations.emplace_back();
  relation.kind = kind;
  relation.name = {"public", name};
  relation.columns.push_back({.name = "id",
                              .type = "bigint",
                              .type_arguments = {},
                              .default_sql = "",
                              .on_update = "",
                              .generated = "",
                              .charset = "",
                              .collation = "",
                              .comment = ""});
  return relation;
}

schema::Column column(const std::string& name, const std::string& type) {
  schema::Column out;
  out.name = name;
  out.type = type;
  return out;
}

Relation& of(Catalogue& catalogue, const std::string& name) {
  for (Relation& each : catalogue.relations) {
    if (each.name.name == name) return each;
  }
  throw std::runtime_error("no relation " + name);
}

void add_key(Relation& table, const std::string& parent, const std::string& on_delete) {
  table.constraints.push_back({ConstraintKind::foreign_key,
                               table.name.name + "_key",
                               {"id"},
                               {"public", parent},
                               {"id"},
                               on_delete,
                               "",
                               true,
                               ""});
}

/// orders <- items (cascade) <- gifts (cascade), orders <- notes (restrict); view recent reads orders; trigger on items
/// calls touch and names journal; parts of year; what is alone.
Catalogue shop(Engine engine = Engine::postgresql) {
  Catalogue out;
  out.engine = engine;
  Relation& orders = add_relation(out, "orders");
  orders.columns.push_back(column("mood", "mood"));
  orders.indexes.push_back({"orders_mood", {"mood"}, "btree", false, true, ""});
  orders.rows = 10;
  add_key(add_relation(out, "items"), "orders", "cascade");
  of(out, "items").triggers.push_back({"touched", "AFTER DELETE ON items EXECUTE FUNCTION touch('journal')"});
  add_key(add_relation(out, "gifts"), "items", "set null");
  add_key(add_relation(out, "notes"), "orders", "restrict");
  add_relation(out, "journal");
  Relation& recent = add_relation(out, "recent", Relation::Kind::view);
  recent.definition = " SELECT orders.id FROM public.orders;";
  recent.reads = {{{"public", "orders"}, {"id"}}};
  add_relation(out, "year", Relation::Kind::partitioned_table);
  add_relation(out, "january").partition_of = {"public", "year"};
  add_relation(out, "alone");
  out.routines = {{{"public", "touch"}, "", "trigger", "volatile", false, "plpgsql"}};
  out.types = {{{"public", "mood"}, "", {"sad", "ok"}, false}};
  out.sequences = {{{"public", "orders_id_seq"}, 7, 100, {"public", "orders"}, "id"}};
  return out;
}

using Edit = std::function<void(Catalogue&)>;

struct Asked {
  std::string earlier = {};
  bool query = false;
  bool sees_triggers = true;
  Engine engine = Engine::postgresql;
};

std::vector<std::string> drift(const std::string& sql, const Edit& edit, const Asked& asked = {}) {
  const Catalogue was = shop(asked.engine);
  Catalogue is = was;
  edit(is);
  const sqlparse::ParsedSql runs = sqlparse::parse(asked.engine, sql, {1 << 20});
  const sqlparse::ParsedSql earlier = sqlparse::parse(asked.engine, asked.earlier, {1 << 20});
  review::DriftInput input{was, is, {}, {}, asked.query, asked.sees_triggers};
  for (const sqlparse::Statement& each : runs.statements) input.runs.push_back(&each);
  for (const sqlparse::Statement& each : earlier.statements) input.earlier.push_back(&each);
  return review::schema_drift(input);
}

Edit new_trigger(const std::string& table) {
  return [table](Catalogue& it) { of(it, table).triggers.push_back({"new", "EXECUTE FUNCTION f()"}); };
}

const std::string k_update = "UPDATE orders SET mood = 'ok' WHERE id = 1";

TEST(SchemaDrift, IsNoneWhereOnlySizesAndCountersMoved) {
  const auto moved = [](Catalogue& it) {
    for (Relation& each : it.relations) {
      each.rows = 1'000'000;
      each.bytes = 1;
    }
    it.sequences.front().last_value = 99;
    it.server_version = "15.9";
    of(it, "orders").columns.front().comment = "a number";
  };
  for (const char* sql : {"UPDATE orders SET id = 2", "ALTER TABLE orders ADD COLUMN n integer", "DO $$ BEGIN END $$"})
    EXPECT_THAT(drift(sql, moved), IsEmpty()) << sql;
}

TEST(SchemaDrift, NamesObjectAndWhatItWasAndIs) {
  const std::pair<Edit, std::string> k_cases[] = {
      {[](Catalogue& it) { of(it, "orders").columns[1].type = "text"; },
       "table public.orders: column mood: was mood, is text"},
      {[](Catalogue& it) { of(it, "orders").columns[0].default_sql = "1"; },
       "table public.orders: column id: was bigint, is bigint default 1"},
      {[](Catalogue& it) { of(it, "orders").indexes.clear(); },
       "table public.orders: index orders_mood: was btree (mood), is gone"},
      {new_trigger("orders"), "table public.orders: trigger new: was not there, is EXECUTE FUNCTION f()"},
      {[](Catalogue& it) { of(it, "orders").row_security = true; },
       "table public.orders: row security: was off, is on"},
      {[](Catalogue& it) { of(it, "orders").name.schema = "old"; }, "table public.orders: is gone"},
      {[](Catalogue& it) { it.types.front().labels.push_back("fine"); },
       "enumeration public.mood: values: was sad, ok, is sad, ok, fine"},
      {[](Catalogue& it) { it.sequences.front().max_value = 7; },
       "sequence public.orders_id_seq: largest value: was 100, is 7"},
      {[](Catalogue& it) { add_relation(it, "orders").name.schema = "app"; }, "table app.orders: was not there"}};
  for (const auto& [edit, line] : k_cases) EXPECT_THAT(drift(k_update, edit), Contains(line));
}

TEST(SchemaDrift, OfATableThatBecameAViewIsBoth) {
  EXPECT_THAT(drift(k_update, [](Catalogue& it) { of(it, "orders").kind = Relation::Kind::view; }),
              ElementsAre("table public.orders: is gone", "view public.orders: was not there"));
}

TEST(SchemaDrift, ReachesWhatStandsBehindTheNames) {
  for (const char* table : {"orders", "items", "gifts", "journal"})
    EXPECT_EQ(drift("DELETE FROM orders WHERE id = 1", new_trigger(table)).size(), 1U) << table;
  EXPECT_EQ(drift("UPDATE recent SET id = 2", new_trigger("orders")).size(), 1U) << "by the view";
  EXPECT_EQ(drift("INSERT INTO year VALUES (1)", new_trigger("january")).size(), 1U);
  EXPECT_EQ(drift("INSERT INTO january VALUES (1)", new_trigger("year")).size(), 1U);
  EXPECT_EQ(drift("DROP INDEX orders_mood", new_trigger("orders")).size(), 1U);
  const Edit volatile_touch = [](Catalogue& it) { it.routines.front().security_definer = true; };
  EXPECT_THAT(drift("DELETE FROM orders WHERE id = 1", volatile_touch),
              ElementsAre("function public.touch(): rights: was its caller's, is its definer's"));
}

TEST(SchemaDrift, ReachesANewTableThatIsEmptiedAlong) {
  const Edit fresh = [](Catalogue& it) { add_key(add_relation(it, "fresh"), "orders", "cascade"); };
  EXPECT_THAT(drift("DELETE FROM orders WHERE id = 1", fresh), ElementsAre("table public.fresh: was not there"));
}

TEST(SchemaDrift, LeavesTheRestAlone) {
  for (const char* table : {"alone", "notes", "year"})
    EXPECT_THAT(drift("DELETE FROM orders WHERE id = 1", new_trigger(table)), IsEmpty()) << table;
  EXPECT_THAT(drift("TRUNCATE orders CASCADE", new_trigger("notes")), testing::SizeIs(1)) << "along any key";
  EXPECT_THAT(drift("CREATE TABLE fresh (id integer)", new_trigger("orders")), IsEmpty());
}

TEST(SchemaDrift, OfDdlReachesTheViewsOfTheTable) {
  const Edit replaced = [](Catalogue& it) { of(it, "recent").definition = " SELECT 1 AS id;"; };
  EXPECT_EQ(drift("ALTER TABLE orders DROP COLUMN mood", replaced).size(), 1U);
  EXPECT_THAT(drift(k_update, replaced), IsEmpty());
}

TEST(SchemaDrift, OfAQueryIsWhatItReads) {
  const Asked query{"", true, false};
  const std::string sql = "SELECT id FROM recent";
  for (const char* table : {"orders", "items", "recent"}) EXPECT_THAT(drift(sql, new_trigger(table), query), IsEmpty());
  EXPECT_THAT(
      drift(
          sql, [](Catalogue& it) { of(it, "recent").definition = " SELECT 1 AS id;"; }, query),
      ElementsAre("view public.recent: definition: was  SELECT orders.id FROM public.orders;, is  SELECT 1 AS id;"));
  EXPECT_EQ(drift(
                sql, [](Catalogue& it) { of(it, "orders").columns.push_back(column("more", "text")); }, query)
                .size(),
            2U);
  const Edit overload = [](Catalogue& it) {
    it.routines.push_back({{"public", "lower"}, "text", "text", "volatile", false, "sql"});
  };
  EXPECT_THAT(drift("SELECT lower('A') FROM recent", overload, query),
              ElementsAre("function public.lower(text): was not there"));
}

TEST(SchemaDrift, OfStatementsThatMayDoAnythingIsThatOfTheWholeSchema) {
  for (const char* sql : {"DO $$ BEGIN END $$", "CALL p()", "SELECT unlisted()", "DROP SCHEMA app CASCADE", "no sql"})
    EXPECT_EQ(drift(sql, new_trigger("alone")).size(), 1U) << sql;
}

TEST(SchemaDrift, IsNotWhatEarlierStatementsDid) {
  const Edit done = [](Catalogue& it) {
    of(it, "orders").columns.push_back(column("note", "text"));
    of(it, "orders").indexes.clear();
  };
  EXPECT_THAT(drift(k_update, done, {"ALTER TABLE orders ADD COLUMN note text"}), IsEmpty());
  EXPECT_THAT(drift(k_update, done, {"DROP INDEX orders_mood"}), IsEmpty());
  EXPECT_THAT(drift(k_update, done, {"DO $$ BEGIN END $$"}), IsEmpty());
  EXPECT_FALSE(drift(k_update, done, {"UPDATE orders SET id = 3"}).empty());
  EXPECT_FALSE(drift(k_update, done, {"CREATE TEMP TABLE orders (id integer)"}).empty());
  EXPECT_FALSE(drift(k_update, done, {"ALTER TABLE items ADD COLUMN note text"}).empty());
  EXPECT_FALSE(drift("DELETE FROM orders", new_trigger("items"), {"ALTER TABLE orders ADD COLUMN n text"}).empty());
  const Edit renamed = [](Catalogue& it) {
    of(it, "recent").definition = " SELECT orders.nr AS id FROM public.orders;";
  };
  EXPECT_THAT(drift("UPDATE recent SET id = 2", renamed, {"ALTER TABLE orders RENAME COLUMN id TO nr"}), IsEmpty());
}

TEST(SchemaDrift, KnowsWhatEarlierStatementsAreAboutOnEachEngine) {
  const std::pair<Engine, std::vector<const char*>> k_cases[] = {
      {Engine::postgresql,
       {"CREATE INDEX CONCURRENTLY x ON orders (mood)", "CREATE TRIGGER t BEFORE UPDATE ON orders EXECUTE FUNCTION f()",
        "DROP TRIGGER t ON orders", "ALTER INDEX orders_mood RENAME TO y", "ALTER TABLE a RENAME TO orders",
        "CREATE TABLE orders (id integer)", "DROP TABLE orders", "ALTER TABLE orders ENABLE ROW LEVEL SECURITY",
        "CREATE VIEW orders AS SELECT 1"}},
      {Engine::mariadb,
       {"CREATE INDEX x ON orders (mood)", "CREATE TRIGGER t BEFORE UPDATE ON orders FOR EACH ROW SET NEW.id = 1",
        "DROP INDEX orders_mood ON orders", "RENAME TABLE orders TO a", "RENAME TABLE a TO orders",
        "CREATE TABLE orders (id integer)", "ALTER TABLE `shop`.`orders` ADD x int"}},
      {Engine::sqlite,
       {"CREATE INDEX x ON orders (mood)", "CREATE TRIGGER t AFTER UPDATE ON orders BEGIN SELECT 1; END",
        "DROP INDEX orders_mood", "ALTER TABLE orders RENAME TO a", "ALTER TABLE ORDERS ADD COLUMN x"}}};
  for (const auto& [engine, statements] : k_cases) {
    for (const char* earlier : statements)
      EXPECT_THAT(drift(k_update, new_trigger("orders"), {earlier, false, true, engine}), IsEmpty()) << earlier;
    EXPECT_FALSE(drift(k_update, new_trigger("orders"), {"CREATE TABLE t (id integer)", false, true, engine}).empty());
  }
}

TEST(SchemaDrift, ReadsHostileNames) {
  const std::string quoted = "a\"b.c";
  const auto with = [&](bool trigger) {
    return [&, trigger](Catalogue& it) {
      Relation& odd = add_relation(it, quoted);
      if (trigger) odd.triggers.push_back({"x\x1b[2J", "y\n"});
    };
  };
  EXPECT_THAT(drift("UPDATE \"a\"\"b.c\" SET id = 1", with(true)), ElementsAre("table public.a\"b.c: was not there"));
  EXPECT_THAT(drift("DO $$ BEGIN END $$",
                    [](Catalogue& it) {
                      of(it, "alone").triggers.push_back({"x\x1b[2J", "y\n"});
                    }),
              ElementsAre("table public.alone: trigger x\\x1b[2J: was not there, is y\\x0a"));
  EXPECT_EQ(drift("UPDATE ORDERS SET id = 1", new_trigger("orders")).size(), 1U);
  EXPECT_EQ(drift("UPDATE \"ORDERS\" SET id = 1", new_trigger("orders")).size(), 1U) << "rather too much";
  // One name in two ways of writing it: neither hides the other.
  const Edit split = [](Catalogue& it) {
    add_relation(it, "b.orders").name = {"a", "b.orders"};
    add_relation(it, "orders").name = {"a.b", "orders"};
  };
  EXPECT_EQ(drift("DO $$ BEGIN END $$", split).size(), 2U);
}

TEST(SchemaDrift, BehindAViewWithQuotedNamesIsFound) {
  for (const Engine engine : {Engine::sqlite, Engine::mariadb}) {
    const std::string definition = engine == Engine::sqlite ? "CREATE VIEW v AS SELECT * FROM \"a\"\"b\", 'text name'"
                                                            : "select 1 from `shop`.`a\"b` join `text name`";
    for (const std::string name : {"a\"b", "text name"}) {
      Catalogue was;
      was.engine = engine;
      add_relation(was, "v", Relation::Kind::view).definition = definition;
      add_relation(was, name);
      Catalogue is = was;
      of(is, name).columns.push_back(column("more", "text"));
      const sqlparse::ParsedSql sql = sqlparse::parse(engine, "SELECT * FROM v", {1 << 20});
      EXPECT_EQ(review::schema_drift({was, is, {&sql.statements.front()}, {}, true, true}).size(), 2U) << name;
    }
  }
}

/// The parser calls such a statement opaque: servers fold more than ASCII.
TEST(SchemaDrift, OfMysqlNamesOutsideAsciiIsThatOfTheWholeSchema) {
  const Asked mysql{"", false, true, Engine::mysql};
  EXPECT_THAT(drift("UPDATE orders SET id = 1", new_trigger("alone"), mysql), IsEmpty());
  EXPECT_EQ(drift("UPDATE `\xC3\x84pfel` SET id = 1", new_trigger("alone"), mysql).size(), 1U);
}

TEST(SchemaDrift, SaysWhatTheAccountMayNotSee) {
  const Asked blind{"", false, false, Engine::mariadb}, query{"", true, false, Engine::mariadb};
  const Edit none = [](Catalogue&) {};
  EXPECT_THAT(drift("UPDATE orders SET id = 1", none, blind), ElementsAre(HasSubstr("GRANT TRIGGER")));
  EXPECT_THAT(drift("CREATE TABLE fresh (id integer)", none, blind), IsEmpty());
  EXPECT_THAT(drift("SELECT id FROM recent", none, query), IsEmpty());
  EXPECT_THAT(drift(
                  "SELECT id FROM recent", [](Catalogue& it) { of(it, "recent").definition = ""; }, query),
              Contains(HasSubstr("the account that the step runs with: GRANT SHOW VIEW")));
  EXPECT_THAT(drift(
                  "SELECT id FROM orders", [](Catalogue& it) { of(it, "orders").columns.pop_back(); }, query),
              Contains(HasSubstr("column mood: was mood, is gone, or this account may not see it")));
}

TEST(SchemaDrift, ShowsLongTextsWhereTheyDiffer) {
  const std::string lines = drift(k_update, [](Catalogue& it) {
                              of(it, "orders").columns[1].default_sql = std::string(500, 'x') + "end";
                            }).at(0);
  EXPECT_LT(lines.size(), 300U);
  const Edit longer = [](Catalogue& it) { of(it, "recent").definition += std::string(500, ' ') + "WHERE false"; };
  EXPECT_LT(drift("SELECT * FROM recent", longer, {"", true}).at(0).size(), 300U);
}

}  // namespace
}  // namespace dbw::test
