#include "review/held_locks.hpp"

#include <map>
#include <set>
#include <utility>

#include "support.hpp"

namespace dbw::test {
namespace {

using review::LockMode;

sqlparse::Statement one(std::string_view sql) {
  const sqlparse::ParsedSql parsed = sqlparse::parse(Engine::postgresql, sql, {.bytes_max = k_sql_bytes_max});
  EXPECT_EQ(parsed.statements.size(), 1u) << sql;
  return parsed.statements.empty() ? sqlparse::Statement{} : parsed.statements.front();
}

/// "t:access_exclusive p:share", in the order of the names.
std::string locks(std::string_view sql) {
  const std::map<LockMode, std::string> names = {{LockMode::share_update_exclusive, "share_update_exclusive"},
                                                 {LockMode::share, "share"},
                                                 {LockMode::share_row_exclusive, "share_row_exclusive"},
                                                 {LockMode::access_exclusive, "access_exclusive"}};
  std::set<std::string> found;
  const sqlparse::Statement statement = one(sql);
  for (const review::TableLock& lock : review::table_locks(statement))
    found.insert(lock.table.text() + ":" + names.at(lock.mode));
  std::string out;
  for (const std::string& lock : found) out += (out.empty() ? "" : " ") + lock;
  return out;
}

// Each row as pg_locks of PostgreSQL 15 shows it.
TEST(TableLocks, AreThoseOfPostgresql15) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"ALTER TABLE t ADD COLUMN a int", "t:access_exclusive"},
      {"ALTER TABLE t VALIDATE CONSTRAINT c", "t:share_update_exclusive"},
      {"ALTER TABLE t ALTER a SET STATISTICS 10, DROP COLUMN b", "t:access_exclusive"},
      {"ALTER TABLE t DISABLE TRIGGER x", "t:share_row_exclusive"},
      {"ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES s.p NOT VALID", "s.p:share_row_exclusive t:share_row_exclusive"},
      {"ALTER TABLE t ADD COLUMN a int REFERENCES p", "p:share_row_exclusive t:access_exclusive"},
      {"ALTER TABLE t ATTACH PARTITION p DEFAULT", "p:access_exclusive t:share_update_exclusive"},
      {"ALTER TABLE t DETACH PARTITION p", "p:access_exclusive t:access_exclusive"},
      {"CREATE TABLE p PARTITION OF t DEFAULT", "t:access_exclusive"},
      {"CREATE TABLE c (a int REFERENCES p)", "p:share_row_exclusive"},
      {"CREATE TABLE c (a int)", ""},
      {"CREATE INDEX ON t (a)", "t:share"},
      {"CREATE INDEX CONCURRENTLY i ON t (a)", "t:share_update_exclusive"},
      {"CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", "t:share_row_exclusive"},
      {"DROP TRIGGER g ON t", "t:access_exclusive"},
      {"CREATE POLICY p ON t USING (true)", "t:access_exclusive"},
      {"DROP TABLE t, s.u", "s.u:access_exclusive t:access_exclusive"},
      {"DROP INDEX i", ""},
      {"DROP RULE r ON t", "t:access_exclusive"},
      {"CREATE RULE r AS ON DELETE TO t DO NOTHING", "t:access_exclusive"},
      {"ALTER TABLE t DISABLE RULE r", "t:access_exclusive"},
      {"ALTER TABLE t RENAME CONSTRAINT a TO b", "t:access_exclusive"},
      {"ALTER TRIGGER g ON t RENAME TO h", "t:access_exclusive"},
      {"ALTER TABLE t CLUSTER ON i", "t:share_update_exclusive"},
      {"ALTER TABLE t SET (user_catalog_table = on)", "t:access_exclusive"},
      {"ALTER TABLE t INHERIT p", "p:share_update_exclusive t:access_exclusive"},
      {"CREATE TABLE t () INHERITS (p)", "p:share_update_exclusive"},
      {"LOCK TABLE t, u", "t:access_exclusive u:access_exclusive"},
      {"LOCK TABLE t IN EXCLUSIVE MODE", "t:share_row_exclusive"},
      {"LOCK TABLE t IN ROW EXCLUSIVE MODE", ""},
      {"TRUNCATE t", "t:access_exclusive"},
      {"REINDEX TABLE t", "t:share"},
      {"REFRESH MATERIALIZED VIEW v", "v:access_exclusive"},
      {"ALTER INDEX i SET (fillfactor = 50)", ""},
      {"UPDATE t SET a = 1", ""},
  };
  for (const auto& [sql, expected] : rows) EXPECT_EQ(locks(sql), expected) << sql;
}

class Held {
 public:
  explicit Held(bool in_transaction) { m_facts.start_file(in_transaction); }
  void run(std::string_view sql) {
    const sqlparse::Statement statement = one(sql);
    m_locks.apply(statement, m_facts);
    m_facts.apply(statement);
  }
  std::string exclusive() const {
    const auto table = m_locks.access_exclusive();
    return table ? table->text() : "";
  }
  std::string besides(const std::string& table) const {
    const auto held = m_locks.write_blocked_besides({"", table});
    return held ? held->text() : "";
  }

 private:
  review::ChangeFacts m_facts{Engine::postgresql};
  review::HeldLocks m_locks;
};

TEST(HeldLocks, LastUntilTheTransactionEnds) {
  Held held(false);
  held.run("ALTER TABLE t ADD COLUMN a int");
  EXPECT_EQ(held.exclusive(), "") << "nothing is held outside a transaction";
  held.run("BEGIN");
  held.run("CREATE INDEX ON s.u (a)");
  EXPECT_EQ(held.exclusive(), "");
  held.run("ALTER TABLE t ADD COLUMN b int");
  EXPECT_EQ(held.exclusive(), "t");
  EXPECT_EQ(held.besides("t"), "s.u");
  EXPECT_EQ(held.besides("other"), "s.u");
  held.run("SAVEPOINT x");
  EXPECT_EQ(held.exclusive(), "t");
  held.run("COMMIT");
  EXPECT_EQ(held.exclusive(), "");
  EXPECT_EQ(held.besides("other"), "");
}

TEST(HeldLocks, LeaveOutTablesOfTheChangeItself) {
  Held held(true);
  held.run("CREATE TABLE n (a int)");
  held.run("ALTER TABLE n ADD COLUMN b int");
  held.run("CREATE TEMP TABLE x (a int REFERENCES n)");
  EXPECT_EQ(held.exclusive(), "");
  EXPECT_EQ(held.besides("other"), "");
  held.run("ALTER TABLE t DROP COLUMN b");
  EXPECT_EQ(held.besides("t"), "");
  EXPECT_EQ(held.besides("n"), "t");
}

}  // namespace
}  // namespace dbw::test
