#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using Action = AlterAction::Kind;

Statement one(std::string_view sql) {
  const ParsedSql parsed = pg(sql);
  EXPECT_TRUE(parsed.problems.empty()) << sql;
  EXPECT_EQ(parsed.statements.size(), 1u) << sql;
  return parsed.statements.empty() ? Statement{} : parsed.statements.front();
}

TEST(PostgresqlObjects, Partitions) {
  EXPECT_EQ(one("CREATE TABLE p PARTITION OF s.t DEFAULT").partition_of, (ObjectName{"s", "t"}));
  EXPECT_TRUE(one("CREATE TABLE p PARTITION OF s.t DEFAULT").default_partition);
  EXPECT_FALSE(one("CREATE TABLE p PARTITION OF t FOR VALUES IN (1)").default_partition);
  EXPECT_EQ(one("CREATE TABLE p (a int) INHERITS (t)").partition_of.name, "");
  EXPECT_TRUE(one("ALTER TABLE t DETACH PARTITION p FINALIZE").actions[0].finalize);
  EXPECT_FALSE(one("ALTER TABLE t DETACH PARTITION p CONCURRENTLY").actions[0].finalize);
  const Statement attach = one("ALTER TABLE t ATTACH PARTITION s.p DEFAULT");
  EXPECT_EQ(attach.actions[0].kind, Action::attach_partition);
  EXPECT_TRUE(attach.actions[0].default_partition);
  EXPECT_EQ(attach.actions[0].other_table, (ObjectName{"s", "p"}));
  EXPECT_EQ(one("ALTER INDEX i ATTACH PARTITION j").target_kind, ObjectKind::index);
}

TEST(PostgresqlObjects, EnumValues) {
  const AlterAction plain = one("ALTER TYPE t ADD VALUE IF NOT EXISTS 'it''s'").actions.at(0);
  EXPECT_EQ(plain.kind, Action::add_enum_value);
  EXPECT_EQ(plain.name, "it's");
  EXPECT_TRUE(plain.if_exists);
  EXPECT_FALSE(plain.positioned);
  EXPECT_TRUE(one("ALTER TYPE t ADD VALUE 'b' BEFORE 'a'").actions.at(0).positioned);
  EXPECT_TRUE(one("ALTER TYPE t ADD VALUE 'b' AFTER 'a'").actions.at(0).positioned);
  const AlterAction renamed = one("ALTER TYPE s.t RENAME VALUE 'a' TO 'b'").actions.at(0);
  EXPECT_EQ(renamed.kind, Action::rename_other);
  EXPECT_EQ(renamed.new_name, "b");
}

TEST(PostgresqlObjects, RenamesWithoutARelation) {
  const Statement schema = one("ALTER SCHEMA \"A\" RENAME TO b");
  EXPECT_EQ(schema.target, (ObjectName{"", "A"}));
  EXPECT_EQ(schema.target_kind, ObjectKind::schema);
  EXPECT_EQ(schema.actions[0].new_name, "b");
  EXPECT_EQ(one("ALTER ROLE a RENAME TO b").target_kind, ObjectKind::role);
  EXPECT_EQ(one("ALTER TABLE t RENAME c TO d").target_kind, ObjectKind::table);
  EXPECT_EQ(one("ALTER FUNCTION f(int) RENAME TO g").target_kind, ObjectKind::function);
}

TEST(PostgresqlObjects, SecurityOfRoutines) {
  const std::string create = "CREATE FUNCTION f() RETURNS int LANGUAGE sql ";
  EXPECT_TRUE(one(create + "SECURITY DEFINER AS 'select 1'").security_definer);
  EXPECT_FALSE(one(create + "SECURITY INVOKER AS 'select 1'").security_definer);
  EXPECT_FALSE(one(create + "AS 'select 1'").security_definer);
  EXPECT_TRUE(one(create + "SET Search_Path = s AS 'select 1'").sets_search_path);
  EXPECT_TRUE(one(create + "SET search_path FROM CURRENT AS 'select 1'").sets_search_path);
  EXPECT_FALSE(one(create + "SET work_mem = 1 AS 'select 1'").sets_search_path);
  const Statement alter = one("ALTER PROCEDURE s.p(int) SECURITY DEFINER SET search_path = s, pg_temp");
  EXPECT_EQ(alter.target, (ObjectName{"s", "p"}));
  EXPECT_EQ(alter.target_kind, ObjectKind::function);
  EXPECT_TRUE(alter.security_definer);
  EXPECT_TRUE(alter.sets_search_path);
  EXPECT_FALSE(one("ALTER FUNCTION f() SECURITY DEFINER RESET search_path").sets_search_path);
}

TEST(PostgresqlObjects, PoliciesThatAdmitEveryRow) {
  EXPECT_TRUE(one("CREATE POLICY p ON t USING (true)").policy_admits_all);
  EXPECT_TRUE(one("ALTER POLICY p ON t USING (true)").policy_admits_all);
  EXPECT_FALSE(one("CREATE POLICY p ON t AS RESTRICTIVE USING (true)").policy_admits_all);
  EXPECT_FALSE(one("CREATE POLICY p ON t USING (false)").policy_admits_all);
  EXPECT_FALSE(one("CREATE POLICY p ON t USING (a = 1)").policy_admits_all);
  EXPECT_FALSE(one("CREATE POLICY p ON t FOR INSERT WITH CHECK (true)").policy_admits_all);
}

TEST(PostgresqlObjects, ListsOfSettingsAndLengthOfComments) {
  EXPECT_EQ(one("SET search_path TO \"$user\", 'App', pg_catalog").setting_values,
            (std::vector<std::string>{"$user", "App", "pg_catalog"}));
  EXPECT_TRUE(one("RESET search_path").setting_values.empty());
  EXPECT_EQ(one("COMMENT ON TABLE t IS 'abc'").comment_bytes, 3u);
  EXPECT_EQ(one("COMMENT ON TABLE t IS NULL").comment_bytes, 0u);
}

}  // namespace
}  // namespace dbw::sqlparse::test
