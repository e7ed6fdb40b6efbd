#include <fstream>

#include <gtest/gtest.h>

#include "base/files.hpp"
#include "db/batches.hpp"
#include "db/catalogue.hpp"
#include "db/connect.hpp"
#include "review/batch_key.hpp"
#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"

/// A key that a fix proposes is one that the executor takes: both asked of the same table on a real server.
namespace dbw {
namespace {

class BatchKeysLive : public testing::TestWithParam<Engine> {
 protected:
  BatchKeysLive() {
    m_settings.engine = GetParam();
    if (GetParam() == Engine::sqlite) {
      m_settings.sqlite_path = (m_folder.path() / "test.db").string();
      std::ofstream(m_settings.sqlite_path).flush();
    } else if (GetParam() == Engine::postgresql) {
      test::PostgresServer& server = test::PostgresServer::shared();
      m_settings.host = server.socket_folder().string();
      m_settings.database = server.create_database();
      m_settings.user = server.administrator();
    } else {
      test::MariadbServer& server = test::MariadbServer::shared();
      m_settings.host = server.socket().string();
      m_settings.database = server.create_database();
      m_settings.user = server.administrator();
    }
  }

  /// The proposed key of the table t, which the executor must take; empty: none is proposed.
  std::string key_of(std::string_view create_sql) {
    const std::unique_ptr<db::Session> session = db::connect(m_settings, "", {});
    session->execute("DROP TABLE IF EXISTS t");
    session->execute(create_sql);
    const schema::Catalogue catalogue = db::read_catalogue(*session);
    for (const schema::Relation& table : catalogue.relations) {
      if (table.name.name != "t") continue;
      const schema::Column* key = review::batch_key(GetParam(), table);
      if (key == nullptr) return {};
      EXPECT_NO_THROW(db::BatchKey(*session, "t", key->name)) << create_sql;
      return key->name;
    }
    ADD_FAILURE() << "the catalogue lacks t";
    return {};
  }

  bool is_sqlite() const { return GetParam() == Engine::sqlite; }

  TemporaryFolder m_folder;
  db::ConnectionSettings m_settings;
};
INSTANTIATE_TEST_SUITE_P(Engines, BatchKeysLive, testing::Values(Engine::postgresql, Engine::mariadb, Engine::sqlite),
                         [](const auto& param) { return std::string(engine_name(param.param)); });

TEST_P(BatchKeysLive, TheExecutorTakesWhatIsProposed) {
  EXPECT_EQ(key_of("CREATE TABLE t (id integer PRIMARY KEY, a integer)"), "id");
  EXPECT_EQ(key_of("CREATE TABLE t (id bigint PRIMARY KEY, a integer)"), is_sqlite() ? "" : "id");
  EXPECT_EQ(key_of("CREATE TABLE t (a integer, id smallint NOT NULL UNIQUE)"), is_sqlite() ? "" : "id");
  EXPECT_EQ(key_of("CREATE TABLE t (a integer NOT NULL UNIQUE, id integer PRIMARY KEY)"), "id");
}

TEST_P(BatchKeysLive, NothingIsProposedThatDoesNotCutRows) {
  EXPECT_EQ(key_of("CREATE TABLE t (id integer)"), "");
  EXPECT_EQ(key_of("CREATE TABLE t (id integer UNIQUE)"), "") << "NULL";
  EXPECT_EQ(key_of("CREATE TABLE t (a integer, b integer, PRIMARY KEY (a, b))"), "") << "many rows of one key";
  EXPECT_EQ(key_of("CREATE TABLE t (id varchar(20) PRIMARY KEY)"), "");
  EXPECT_EQ(key_of("CREATE TABLE t (id decimal(10) PRIMARY KEY)"), "");
}

TEST_P(BatchKeysLive, KeysOfOneEngine) {
  if (GetParam() == Engine::postgresql) {
    EXPECT_EQ(key_of("CREATE TABLE t (id uuid PRIMARY KEY)"), "id");
    EXPECT_EQ(key_of("CREATE TABLE t (id bigint, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)"), "");
    EXPECT_EQ(key_of("CREATE TABLE t (id bigint PRIMARY KEY) PARTITION BY RANGE (id)"), "id");
    EXPECT_EQ(key_of("CREATE TABLE t (a int, id bigint GENERATED ALWAYS AS (a + 1) STORED PRIMARY KEY)"), "");
  } else if (GetParam() == Engine::mariadb) {
    EXPECT_EQ(key_of("CREATE TABLE t (id bigint unsigned AUTO_INCREMENT PRIMARY KEY)"), "id");
    EXPECT_EQ(key_of("CREATE TABLE t (id mediumint NOT NULL, UNIQUE KEY (id))"), "id");
  } else {
    EXPECT_EQ(key_of("CREATE TABLE t (id INTEGER PRIMARY KEY DESC, a int)"), "");
    EXPECT_EQ(key_of("CREATE TABLE t (id INTEGER PRIMARY KEY, a int) WITHOUT ROWID"), "");
    EXPECT_EQ(key_of("CREATE TABLE t (id INT PRIMARY KEY, a int)"), "");
  }
}

}  // namespace
}  // namespace dbw
