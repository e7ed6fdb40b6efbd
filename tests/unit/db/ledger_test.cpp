#include <atomic>
#include <thread>

#include "database.hpp"

namespace dbw::db::test {
namespace {

class LedgerOfEach : public testing::TestWithParam<Engine> {
 protected:
  TestDatabase m_database{GetParam()};
  std::unique_ptr<Session> m_guard = m_database.guard();
  Ledger m_ledger{*m_guard};
};
INSTANTIATE_TEST_SUITE_P(Engines, LedgerOfEach, k_engines, name_of_engine);

TEST_P(LedgerOfEach, KeepsWhatWasClaimed) {
  Claim claim = example_claim();
  claim.jti = "f00d";
  claim.transactional = false;
  m_ledger.claim(claim);
  const LedgerRow row = m_ledger.row("run1").value();
  EXPECT_EQ(row.state, ClaimState::claimed);
  EXPECT_EQ(row.claim.jti, "f00d");
  EXPECT_EQ(row.claim.request.text(), "REQ-A");
  EXPECT_EQ(row.claim.request_sha256, digest_of('a'));
  EXPECT_EQ(row.claim.secret_sha256, claim.secret_sha256);
  EXPECT_EQ(row.claim.timeline, "1");
  EXPECT_FALSE(row.claim.transactional);
  EXPECT_EQ(row.claim.at, k_now);
  EXPECT_FALSE(row.ended_at.has_value());
  EXPECT_EQ(m_ledger.open_claims().size(), 1U);
  EXPECT_FALSE(m_ledger.row("other").has_value());
}

TEST_P(LedgerOfEach, ClaimsAStepOnce) {
  m_ledger.claim(example_claim("run1"));
  EXPECT_EQ(code_of([&] { m_ledger.claim(example_claim("run2")); }), ErrorCode::db_already_claimed);
  m_ledger.claim(example_claim("run3", 'a', "second"));
  m_ledger.release("run1", k_now);
  m_ledger.claim(example_claim("run4"));
  m_ledger.abandon("run4", "looked at by hand", k_now);
  EXPECT_EQ(code_of([&] { m_ledger.claim(example_claim("run5")); }), ErrorCode::db_already_claimed);
  EXPECT_EQ(m_ledger.rows(digest_of('a')).size(), 3U);
}

TEST_P(LedgerOfEach, RefusesReusedIdsAndTokens) {
  Claim first = example_claim("run1");
  first.jti = "t1";
  m_ledger.claim(first);
  Claim other_digest = example_claim("run2", 'b');
  other_digest.request = first.request;
  EXPECT_EQ(code_of([&] { m_ledger.claim(other_digest); }), ErrorCode::db_id_reused);
  m_ledger.release("run1", k_now);
  EXPECT_EQ(code_of([&] { m_ledger.claim(other_digest); }), ErrorCode::db_id_reused);
  Claim replay = first;
  replay.run = "run3";
  EXPECT_EQ(code_of([&] { m_ledger.claim(replay); }), ErrorCode::db_token_used);
  Claim elsewhere = example_claim("run4", 'c', "elsewhere");
  elsewhere.jti = "t1";
  EXPECT_EQ(code_of([&] { m_ledger.claim(elsewhere); }), ErrorCode::db_token_used);
  Claim next_step = first;
  next_step.run = "run5";
  next_step.step = "next";
  m_ledger.claim(next_step);
}

TEST_P(LedgerOfEach, StepsComeInOrder) {
  Claim second = example_claim("run2", 'a', "second");
  second.steps_before = {"apply"};
  EXPECT_EQ(code_of([&] { m_ledger.claim(second); }), ErrorCode::db_step_order);
  m_ledger.claim(example_claim("run1"));
  EXPECT_EQ(code_of([&] { m_ledger.claim(second); }), ErrorCode::db_step_order);
  finish_claim(*m_guard, "run1", "secret", "{}");
  m_ledger.claim(second);
}

TEST_P(LedgerOfEach, ClosedClaimsStayClosed) {
  m_ledger.claim(example_claim());
  m_ledger.release("run1", k_now);
  EXPECT_EQ(code_of([&] { m_ledger.release("run1", k_now); }), ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_ledger.abandon("run1", "", k_now); }), ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { finish_claim(*m_guard, "run1", "secret", "{}"); }), ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_ledger.release("unknown", k_now); }), ErrorCode::db_claim_state);
  EXPECT_EQ(m_guard->transaction_state(), TransactionState::none);
}

TEST_P(LedgerOfEach, EightRacersOneWinner) {
  std::atomic<int> won = 0, lost = 0, other = 0;
  std::vector<std::thread> racers;
  for (int i = 0; i < 8; ++i) {
    racers.emplace_back([&, i] {
      try {
        const auto session = m_database.guard();
        Ledger(*session).claim(example_claim("run" + std::to_string(i)));
        ++won;
      } catch (const Error& error) {
        ++(error.code() == ErrorCode::db_already_claimed ? lost : other);
      }
    });
  }
  for (std::thread& racer : racers) racer.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(lost, 7);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(m_ledger.open_claims().size(), 1U);
}

TEST_P(LedgerOfEach, MarksOnlyRise) {
  Marks marks{{1, digest_of('r')}, {5, digest_of('o')}, {2, digest_of('p')}, "repo/exec", 10, digest_of('l')};
  m_ledger.advance(marks);
  EXPECT_EQ(m_ledger.marks("repo/exec"), marks);
  EXPECT_EQ(m_ledger.marks("repo/other").log_size, 0);
  m_ledger.advance(marks);
  Marks next = marks;
  next.root = {2, digest_of('s')};
  next.log_size = 11;
  next.log_root = digest_of('m');
  const std::vector<void (*)(Marks&)> attacks = {
      [](Marks& m) { m.roster.version = 4; },
      [](Marks& m) { m.policy.sha256 = digest_of('x'); },
      [](Marks& m) { m.log_size = 9; },
      [](Marks& m) {
        m.log_size = 10;
        m.log_root = digest_of('x');
      },
      [](Marks& m) { m.root = {}; },
  };
  for (std::size_t i = 0; i < attacks.size(); ++i) {
    Marks bad = next;
    attacks[i](bad);
    EXPECT_EQ(code_of([&] { m_ledger.advance(bad); }), ErrorCode::db_marks_lowered) << i;
    EXPECT_EQ(m_ledger.marks("repo/exec"), marks) << i;
  }
  m_ledger.advance(next);
  EXPECT_EQ(m_ledger.marks("repo/exec"), next);
}

TEST_P(LedgerOfEach, AdoptsOnceUnlessReplaced) {
  EXPECT_EQ(m_ledger.target_id(), k_target);
  m_ledger.require_target(k_target);
  const std::string other(32, 'e');
  EXPECT_EQ(code_of([&] { m_ledger.adopt(other, {}, k_now); }), ErrorCode::db_already_adopted);
  EXPECT_EQ(code_of([&] { m_ledger.adopt("short", {}, k_now, true); }), ErrorCode::bad_name);
  m_ledger.claim(example_claim());
  m_ledger.adopt(other, {}, k_now, true);
  EXPECT_EQ(m_ledger.row("run1")->state, ClaimState::abandoned);
  EXPECT_EQ(code_of([&] { m_ledger.require_target(k_target); }), ErrorCode::db_wrong_target);
}

TEST_P(LedgerOfEach, SaysWhatIsMissing) {
  const TestDatabase bare(GetParam(), false);
  const auto guard = bare.guard();
  Ledger ledger(*guard);
  EXPECT_EQ(code_of([&] { ledger.require_target(k_target); }), ErrorCode::db_not_adopted);
  EXPECT_EQ(code_of([&] { ledger.claim(example_claim()); }), ErrorCode::db_not_adopted);
  EXPECT_EQ(code_of([&] { ledger.marks(""); }), ErrorCode::db_not_adopted);
  if (GetParam() == Engine::postgresql) {
    dbw::test::PostgresServer::shared().psql(bare.name(), "DROP SCHEMA dbw CASCADE");
  } else if (GetParam() == Engine::mariadb) {
    dbw::test::MariadbServer::shared().sql(bare.name(), "DROP TABLE dbw_" + bare.name() + ".target");
  } else {
    guard->own("DROP TABLE main.dbw_target");
  }
  EXPECT_EQ(code_of([&] { ledger.require_target(k_target); }), ErrorCode::db_not_set_up);
}

TEST_P(LedgerOfEach, NotesStatementsInOrder) {
  Claim claim = example_claim();
  claim.transactional = false;
  m_ledger.claim(claim);
  m_ledger.claim(example_claim("run2", 'b'));
  const auto note = [](std::int64_t number, StatementState state) {
    return StatementNote{number, state, digest_of('s'), 3, state == StatementState::failed ? "23505" : "", k_now};
  };
  EXPECT_EQ(code_of([&] { m_ledger.note_statement("run2", note(1, StatementState::started)); }),
            ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_ledger.note_statement("run1", note(2, StatementState::started)); }),
            ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_ledger.note_statement("run1", note(1, StatementState::done)); }),
            ErrorCode::db_claim_state);
  m_ledger.note_statement("run1", note(1, StatementState::started));
  EXPECT_EQ(code_of([&] { m_ledger.note_statement("run1", note(1, StatementState::started)); }),
            ErrorCode::db_claim_state);
  EXPECT_EQ(code_of([&] { m_ledger.note_statement("run1", note(2, StatementState::started)); }),
            ErrorCode::db_claim_state);
  m_ledger.note_statement("run1", note(1, StatementState::done));
  EXPECT_EQ(code_of([&] { m_ledger.note_statement("run1", note(1, StatementState::failed)); }),
            ErrorCode::db_claim_state);
  m_ledger.note_statement("run1", note(2, StatementState::started));
  m_ledger.note_statement("run1", note(2, StatementState::failed));
  const std::vector<StatementNote> notes = m_ledger.statement_notes("run1");
  ASSERT_EQ(notes.size(), 2U);
  EXPECT_EQ(notes[0].state, StatementState::done);
  EXPECT_EQ(notes[0].rows_affected, 3);
  EXPECT_EQ(notes[0].statement_sha256, digest_of('s'));
  EXPECT_EQ(notes[1].sqlstate, "23505");
}

TEST_P(LedgerOfEach, ListsSuspensions) {
  m_ledger.suspend({"person", "mallory", "left", k_now});
  const std::vector<Suspension> found = m_ledger.suspensions();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].name, "mallory");
  EXPECT_EQ(found[0].since, k_now);
}

TEST_P(LedgerOfEach, KnowsItsServer) {
  const ServerFact fact = m_ledger.server_fact();
  EXPECT_TRUE(fact.primary);
  EXPECT_EQ(fact.timeline, GetParam() == Engine::sqlite ? "" : GetParam() == Engine::mariadb ? "0-7" : "1");
  EXPECT_FALSE(fact.identity.empty());
  EXPECT_FALSE(fact.database.empty());
  m_ledger.require_primary();
}

TEST(LedgerPostgresql, SetupRunsTwiceAndIsPrintable) {
  const TestDatabase database(Engine::postgresql);
  const auto administrator = connect(database.settings(), "", {});
  apply_setup(*administrator, {"dbw_guard", "dbw_change", "dbw_read"});
  EXPECT_EQ(Ledger(*database.guard()).target_id(), k_target);
  const std::string script = setup_sql(Engine::postgresql, {"dbw_guard", "dbw_change", "dbw_read"});
  dbw::test::PostgresServer::shared().psql(database.name(), script);
  EXPECT_NE(setup_sql(Engine::postgresql, {"a\"b", "c", ""}).find("\"a\"\"b\""), std::string::npos);
}

TEST(LedgerPostgresql, KnowsReplicasAndTheirPromotion) {
  dbw::test::PostgresServer server;
  ConnectionSettings settings;
  settings.host = server.socket_folder().string();
  settings.database = "postgres";
  settings.user = server.administrator();
  const std::string before = Ledger(*connect(settings, "", {})).server_fact().identity;
  server.restart_as_replica();
  {
    const auto replica = connect(settings, "", {});
    EXPECT_FALSE(Ledger(*replica).server_fact().primary);
    EXPECT_EQ(code_of([&] { Ledger(*replica).require_primary(); }), ErrorCode::db_not_primary);
  }
  server.psql("postgres", "SELECT pg_promote()");
  const ServerFact promoted = Ledger(*connect(settings, "", {})).server_fact();
  EXPECT_TRUE(promoted.primary);
  EXPECT_EQ(promoted.timeline, "2");
  EXPECT_EQ(promoted.identity, before);
}

TEST(LedgerPostgresql, GuardCannotDeleteClaims) {
  const TestDatabase database(Engine::postgresql);
  const auto guard = database.guard();
  EXPECT_EQ(code_of([&] { guard->own("DELETE FROM dbw.ledger"); }), ErrorCode::db_statement_failed);
  EXPECT_EQ(code_of([&] { guard->own("TRUNCATE dbw.ledger"); }), ErrorCode::db_statement_failed);
}

TEST(LedgerPostgresql, NamesRolesThatAreTooStrong) {
  auto& server = dbw::test::PostgresServer::shared();
  const TestDatabase database(Engine::postgresql);
  require_change_role_limited(*database.change());
  struct Case {
    std::string role, attributes, script, expected;
  };
  const std::vector<Case> cases = {
      {"strong_super", "LOGIN SUPERUSER", "", "superuser"},
      {"strong_bypass", "LOGIN BYPASSRLS", "", "bypasses row level security"},
      {"strong_create", "LOGIN CREATEROLE", "", "create roles"},
      {"strong_member", "LOGIN NOINHERIT", "GRANT dbw_guard TO strong_member", "become its owner"},
      {"strong_write", "LOGIN", "GRANT INSERT ON dbw.ledger TO strong_write", "may write to tables of schema dbw"},
      {"strong_column", "LOGIN", "GRANT UPDATE (state) ON dbw.ledger TO strong_column",
       "may write to tables of schema dbw"},
      {"strong_schema", "LOGIN", "GRANT CREATE ON SCHEMA dbw TO strong_schema", "create objects in schema dbw"},
      {"strong_all", "LOGIN", "GRANT pg_write_all_data TO strong_all", "predefined role"},
      {"strong_program", "LOGIN", "GRANT pg_execute_server_program TO strong_program", "predefined role"},
  };
  for (const Case& each : cases) {
    server.create_role(each.role, each.attributes);
    if (!each.script.empty()) server.psql(database.name(), each.script);
    try {
      require_change_role_limited(*database.as(each.role));
      ADD_FAILURE() << each.role;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::db_role_too_strong);
      EXPECT_NE(error.message().find(each.expected), std::string::npos) << error.message();
    }
  }
  require_read_role_limited(*database.reader());
  database.change()->execute("CREATE TABLE t (id integer)");
  EXPECT_EQ(code_of([&] { require_read_role_limited(*database.change()); }), ErrorCode::db_role_too_strong);
}

}  // namespace
}  // namespace dbw::db::test
