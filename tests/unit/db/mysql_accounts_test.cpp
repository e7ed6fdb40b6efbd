// Accounts of MySQL and MariaDB: what setup grants, and what is too much.
#include "database.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::MariadbServer;

struct Case {
  std::string grant;     ///< a line of SHOW GRANTS, "of" the account u
  std::string expected;  ///< part of the reason; empty: fine
};

void expect_judgement(const Case& each, RoleUse use) {
  const std::vector<Refusal> found = grant_excess({each.grant}, "dbw_shop", use);
  EXPECT_EQ(found.empty(), each.expected.empty()) << each.grant;
  if (!found.empty()) {
    EXPECT_NE(found.front().message.find(each.expected), std::string::npos) << found.front().message;
  }
}

TEST(Grants, OfAChangeAccount) {
  const std::vector<Case> cases = {
      {"GRANT USAGE ON *.* TO `u`@`%`", ""},
      {"GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AA'", ""},
      {"GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON `shop`.* TO `u`@`%`", ""},
      {"GRANT SELECT ON `dbw_shop`.`target` TO `u`@`%`", ""},
      {"GRANT SELECT ON `dbw_shop`.`claim` TO `u`@`%`", ""},
      {"GRANT EXECUTE ON PROCEDURE `dbw_shop`.`finish` TO `u`@`%`", ""},
      {"GRANT EXECUTE ON PROCEDURE `dbw_shop`.`lock_target` TO `u`@`%`", ""},
      {"GRANT SELECT ON `dbwXshop`.`ledger` TO `u`@`%`", ""},
      {"GRANT ALL PRIVILEGES ON *.* TO `u`@`%`", "on every database"},
      {"GRANT SELECT ON *.* TO `u`@`%`", "has SELECT on every database"},
      {"GRANT FILE ON *.* TO `u`@`%`", "has FILE"},
      {"GRANT SUPER, SET USER ON *.* TO `u`@`%`", "has SUPER"},
      {"GRANT ROLE_ADMIN,XA_RECOVER_ADMIN ON *.* TO `u`@`%`", "has ROLE_ADMIN"},
      {"GRANT SELECT ON `shop`.* TO `u`@`%` WITH GRANT OPTION", "pass its rights on"},
      {"GRANT `boss` TO `u`@`%`", "has a role"},
      {"GRANT `boss`@`%` TO `u`@`%`", "has a role"},
      {"GRANT PROXY ON ''@'%' TO 'root'@'localhost' WITH GRANT OPTION", "has a role, or a right"},
      {"GRANT SELECT ON `dbw_shop`.* TO `u`@`%`", "ledger's database"},
      {"GRANT SELECT ON `dbw\\_shop`.* TO `u`@`%`", "ledger's database"},
      {"GRANT SELECT ON `%`.* TO `u`@`%`", "ledger's database"},
      {"GRANT UPDATE ON `dbw%`.* TO `u`@`%`", "has UPDATE in the ledger's database"},
      {"GRANT UPDATE ON `d_w_sh__`.* TO `u`@`%`", "ledger's database"},
      {"GRANT UPDATE ON `DBW_SHOP`.* TO `u`@`%`", "ledger's database"},
      {"GRANT SELECT ON `dbw_shop`.`ledger` TO `u`@`%`", "ledger's database"},
      {"GRANT SELECT (`run`), UPDATE (`state`, `run`) ON `dbw_shop`.`ledger` TO `u`@`%`", "ledger's database"},
      {"GRANT SELECT, UPDATE ON `dbw_shop`.`target` TO `u`@`%`", "has UPDATE in the ledger's database"},
      {"GRANT UPDATE ON `dbw_shop`.`mutex` TO `u`@`%`", "ledger's database"},
      {"GRANT ALTER ROUTINE ON PROCEDURE `dbw_shop`.`finish` TO `u`@`%`", "ledger's database"},
      {"GRANT EXECUTE ON FUNCTION `dbw_shop`.`finish` TO `u`@`%`", "ledger's database"},
      {"GRANT INSERT ON `mysql`.`user` TO `u`@`%`", "in database mysql"},
      {"GRANT SELECT ON `my%`.* TO `u`@`%`", "in database mysql"},
      {"GRANT SELECT ON `a``b`.`c` TO `u`@`%`", ""},
      {"something else", "does not know"},
  };
  for (const Case& each : cases) expect_judgement(each, RoleUse::change);
}

TEST(Grants, OfAReadAccount) {
  const std::vector<Case> cases = {
      {"GRANT SELECT, SHOW VIEW, EXECUTE ON `shop`.* TO `u`@`%`", ""},
      {"GRANT SELECT ON `dbw_shop`.`target` TO `u`@`%`", ""},
      {"GRANT SELECT ON `dbw_shop`.`claim` TO `u`@`%`", "ledger's database"},
      {"GRANT EXECUTE ON PROCEDURE `dbw_shop`.`finish` TO `u`@`%`", "ledger's database"},
      {"GRANT SELECT, INSERT ON `shop`.* TO `u`@`%`", "may write: it has INSERT"},
      {"GRANT ALL PRIVILEGES ON `shop`.* TO `u`@`%`", "may write"},
      {"GRANT CREATE TEMPORARY TABLES ON `shop`.* TO `u`@`%`", "may write"},
      {"GRANT UPDATE (`a`) ON `shop`.`t` TO `u`@`%`", "may write: it has UPDATE"},
  };
  for (const Case& each : cases) expect_judgement(each, RoleUse::read);
}

TEST(Grants, ThatShowTriggers) {
  const std::vector<std::pair<std::string, bool>> cases = {
      {"GRANT SELECT, TRIGGER ON `my_shop`.* TO `u`@`%`", true},
      {"GRANT TRIGGER ON `my\\_shop`.* TO `u`@`%`", true},
      {"GRANT ALL PRIVILEGES ON `my\\_shop`.* TO `u`@`%`", true},
      {"GRANT TRIGGER ON `my%`.* TO `u`@`%`", true},
      {"GRANT SELECT, UPDATE ON `my\\_shop`.* TO `u`@`%`", false},
      {"GRANT TRIGGER ON `my_shop`.`orders` TO `u`@`%`", false},
      {"GRANT TRIGGER ON `MY_SHOP`.* TO `u`@`%`", false},
      {"GRANT TRIGGER ON `other`.* TO `u`@`%`", false},
      {"GRANT USAGE ON *.* TO `u`@`%`", false},
  };
  for (const auto& [grant, shown] : cases)
    EXPECT_EQ(grants_trigger({"GRANT USAGE ON *.* TO `u`@`%`", grant}, "my_shop"), shown) << grant;
}

TEST(MariadbAccounts, OfSetupAreLimitedAndOthersAreNamed) {
  const TestDatabase database(Engine::mariadb);
  MariadbServer& server = MariadbServer::shared();
  require_change_role_limited(*database.change());
  require_read_role_limited(*database.reader());
  EXPECT_EQ(code_of([&] { require_read_role_limited(*database.change()); }), ErrorCode::db_role_too_strong);
  EXPECT_EQ(code_of([&] { require_change_role_limited(*database.as("root")); }), ErrorCode::db_role_too_strong);
  EXPECT_EQ(code_of([&] { require_change_role_limited(*database.guard()); }), ErrorCode::db_role_too_strong);
  server.create_account("dbw_strong");
  server.sql(database.name(), "GRANT SELECT ON `" + database.name() + "`.* TO dbw_strong");
  require_change_role_limited(*database.as("dbw_strong"));
  server.sql(database.name(), "CREATE ROLE dbw_boss; GRANT dbw_boss TO dbw_strong");
  EXPECT_EQ(code_of([&] { require_change_role_limited(*database.as("dbw_strong")); }), ErrorCode::db_role_too_strong);
  server.sql(database.name(), "DROP ROLE dbw_boss; GRANT SELECT ON *.* TO PUBLIC");
  EXPECT_EQ(code_of([&] { require_change_role_limited(*database.as("dbw_strong")); }), ErrorCode::db_role_too_strong);
  server.sql(database.name(), "REVOKE SELECT ON *.* FROM PUBLIC");
  require_change_role_limited(*database.as("dbw_strong"));
}

TEST(MariadbAccounts, GuardCannotDeleteClaims) {
  const TestDatabase database(Engine::mariadb);
  const auto guard = database.guard();
  for (const std::string_view sql : {"DELETE FROM {}.ledger", "TRUNCATE {}.ledger", "DROP TABLE {}.ledger",
                                     "ALTER TABLE {}.ledger DROP COLUMN live", "SELECT * FROM t"}) {
    EXPECT_EQ(code_of([&] { guard->own(fmt::format(fmt::runtime(sql), "dbw_" + database.name())); }),
              ErrorCode::db_statement_failed)
        << sql;
  }
}

TEST(MariadbAccounts, SetupRunsTwiceAndQuotes) {
  const TestDatabase database(Engine::mariadb);
  const Roles roles{"dbw_guard", "dbw_change", "dbw_read", database.name()};
  apply_setup(*database.as("root"), roles);
  MariadbServer::shared().sql(database.name(), setup_sql(Engine::mariadb, roles));
  EXPECT_EQ(Ledger(*database.guard()).target_id(), k_target);
  const std::string script = setup_sql(Engine::mysql, {"a'b\\", "c", "", "my_`shop"});
  EXPECT_NE(script.find("'a''b\\\\'@'%'"), std::string::npos) << script;
  EXPECT_NE(script.find("`dbw_my_``shop`.ledger"), std::string::npos) << script;
  EXPECT_NE(script.find("ON `my\\_``shop`.* TO 'c'@'%'"), std::string::npos) << script;
  EXPECT_EQ(code_of([] { setup_sql(Engine::mysql, {"g", "c", "r", std::string(61, 'x')}); }), ErrorCode::db_settings);
}

TEST(MariadbAccounts, TwoTargetsOnOneServerDoNotMix) {
  const TestDatabase first(Engine::mariadb), second(Engine::mariadb, false);
  const auto guard = second.guard();
  EXPECT_EQ(code_of([&] { Ledger(*guard).require_target(k_target); }), ErrorCode::db_not_adopted);
  Ledger(*first.guard()).claim(example_claim());
  EXPECT_TRUE(Ledger(*guard).open_claims().empty());
}

TEST(MariadbAccounts, ReplicasAreRefused) {
  MariadbServer server;
  ConnectionSettings settings;
  settings.engine = Engine::mariadb;
  settings.host = server.socket().string();
  settings.database = server.create_database();
  settings.user = server.administrator();
  const auto session = connect(settings, "", {});
  Ledger ledger(*session);
  EXPECT_TRUE(ledger.server_fact().primary);
  server.sql("mysql", "SET GLOBAL read_only = 1");
  EXPECT_EQ(code_of([&] { ledger.require_primary(); }), ErrorCode::db_not_primary);
  server.sql("mysql", "SET GLOBAL read_only = 0; CHANGE MASTER TO MASTER_HOST = '192.0.2.1', MASTER_USER = 'x'");
  EXPECT_EQ(code_of([&] { ledger.require_primary(); }), ErrorCode::db_not_primary);
  server.sql("mysql", "RESET REPLICA ALL");
  ledger.require_primary();
  server.sql("mysql", "SET GLOBAL server_id = 8");
  EXPECT_EQ(ledger.server_fact().timeline, "0-8");
  server.create_account("nobody_special");
  server.sql("mysql", "GRANT SELECT ON *.* TO nobody_special");
  settings.user = "nobody_special";
  EXPECT_EQ(code_of([&] { Ledger(*connect(settings, "", {})).require_primary(); }), ErrorCode::db_not_set_up);
}

}  // namespace
}  // namespace dbw::db::test
