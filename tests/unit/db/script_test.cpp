// The order in which the guarded transaction speaks to the server, and what it does when an answer is bad.
#include "database.hpp"
#include "db/transaction.hpp"
#include "support/scripted_session.hpp"

namespace dbw::db::test {
namespace {

using dbw::test::ScriptedSession;
using testing::ElementsAre;
using testing::StartsWith;

void script_opening(ScriptedSession& session) {
  session.value_on("SELECT target_id", std::string(k_target));
  session.value_on("SELECT dbw.claim_state", "claimed");
}

TEST(GuardedTransactionScript, SpeaksInTheOrderThatTheGuaranteesNeed) {
  ScriptedSession session;
  script_opening(session);
  GuardedTransaction transaction(session, {std::string(k_target), "run1"});
  transaction.execute("UPDATE t SET v = 1");
  transaction.settle();
  KeepingSink sink;
  transaction.execute_guard("SELECT count(*) FROM t", sink);
  transaction.finish("secret", "{}");
  transaction.commit();
  EXPECT_THAT(
      session.log(),
      ElementsAre("begin", StartsWith("SELECT pg_catalog.pg_advisory_xact_lock"), StartsWith("SELECT target_id"),
                  StartsWith("SELECT dbw.claim_state"), StartsWith("SAVEPOINT dbw_"), "UPDATE t SET v = 1",
                  "verify_settings", "verify_role", "restore_settings", "settle_constraints", "verify_role",
                  "restore_settings", "settle_constraints", "verify_role", "restore_settings", "SELECT count(*) FROM t",
                  "verify_role", "restore_settings", StartsWith("RELEASE SAVEPOINT dbw_"),
                  StartsWith("SELECT dbw.finish"), "commit"));
}

TEST(GuardedTransactionScript, LockTimeoutIsBusyAndRollsBack) {
  ScriptedSession session;
  session.fail_on("SELECT pg_catalog.pg_advisory_xact_lock",
                  [] { throw DatabaseError(ErrorCode::db_lock_timeout, "waited", {}); });
  EXPECT_EQ(code_of([&] { GuardedTransaction(session, {std::string(k_target), "run1"}); }), ErrorCode::db_busy);
  EXPECT_EQ(session.log().back(), "rollback");
}

TEST(GuardedTransactionScript, MissingSavepointIsLeft) {
  ScriptedSession session;
  script_opening(session);
  session.fail_on("RELEASE SAVEPOINT", [] {
    ServerMessage message;
    message.sqlstate = "3B001";
    throw DatabaseError(ErrorCode::db_statement_failed, "refused", message);
  });
  GuardedTransaction transaction(session, {std::string(k_target), "run1"});
  transaction.settle();
  EXPECT_EQ(code_of([&] { transaction.finish("secret", "{}"); }), ErrorCode::db_left_transaction);
}

TEST(GuardedTransactionScript, StagesCannotBeSkipped) {
  ScriptedSession session;
  script_opening(session);
  GuardedTransaction transaction(session, {std::string(k_target), "run1"});
  KeepingSink sink;
  EXPECT_EQ(code_of([&] { transaction.commit(); }), ErrorCode::internal_bug);
  EXPECT_EQ(code_of([&] { transaction.finish("secret", "{}"); }), ErrorCode::internal_bug);
  EXPECT_EQ(code_of([&] { transaction.execute_guard("SELECT 1", sink); }), ErrorCode::internal_bug);
  transaction.settle();
  EXPECT_EQ(code_of([&] { transaction.execute("SELECT 1"); }), ErrorCode::internal_bug);
}

TEST(LedgerScript, DamagedRowsAreNamed) {
  ScriptedSession session;
  session.on("SELECT run, jti", {{}, {{"run", "text"}}, {OwnedRow(13, "nonsense")}, {}});
  EXPECT_EQ(code_of([&] { Ledger(session).open_claims(); }), ErrorCode::db_ledger_damaged);
  session.value_on("SELECT dbw.claim_state", "nonsense");
  EXPECT_EQ(code_of([&] { claim_state(session, "run1"); }), ErrorCode::db_ledger_damaged);
}

}  // namespace
}  // namespace dbw::db::test
