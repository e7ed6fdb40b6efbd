// What dbw asks a PostgreSQL server for itself means the server's own functions and operators, whatever somebody made
// beside them: for operands of types that the server has no operator of that name for, one of a user would be called.
#include <gmock/gmock.h>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/postgres_server.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

/// An operator for each pair of types under each name, where the server has none; each says in the server's log who
/// called it. The cost makes the planner put it first.
constexpr std::string_view k_operators = R"(
DO $do$
DECLARE
  l text; r text; o text;
  types text[] := ARRAY['oid', 'regclass', 'name', 'text', 'varchar', '"char"', 'bpchar', 'int2', 'int4', 'int8',
                        'float8', 'numeric', 'bool', 'timestamptz', 'interval', 'xid', 'name[]', 'oid[]', 'text[]'];
BEGIN
  FOREACH l IN ARRAY types LOOP
    FOREACH r IN ARRAY types LOOP
      EXECUTE format('CREATE FUNCTION public.foreign_one(%s, %s) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS '
                     '$f$BEGIN RAISE LOG ''foreign operator of %% by %%'', %L, current_setting(''application_name''); '
                     'RETURN false; END$f$', l, r, l || ' and ' || r);
      FOREACH o IN ARRAY ARRAY['=', '<>', '<', '<=', '>', '>=', '~', '!~', '~~', '!~~', '||', '+', '-', '*'] LOOP
        IF NOT EXISTS (SELECT FROM pg_operator p WHERE p.oprname = o::name AND p.oprleft = l::regtype::oid AND
                       p.oprright = r::regtype::oid) THEN
          EXECUTE format('CREATE OPERATOR public.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = public.foreign_one)',
                         o, l, r);
        END IF;
      END LOOP;
    END LOOP;
  END LOOP;
END $do$;
)";

/// The calls that sessions made whose application's name begins so.
std::vector<std::string> foreign_calls(const PostgresServer& server, const std::string& application) {
  std::vector<std::string> out;
  for (const std::string& line : split(server.log(), '\n')) {
    if (line.find("foreign operator of ") != std::string::npos && line.find(" by " + application) != std::string::npos)
      out.push_back(line);
  }
  return out;
}

TEST(OwnSql, CallsNoOperatorOfAUser) {
  PostgresServer server;
  server.psql("postgres", "ALTER SYSTEM SET log_min_messages = log; SELECT pg_reload_conf();");
  ToolWorld world(server);
  world.sql("CREATE TABLE counted (id bigint PRIMARY KEY, n int NOT NULL)");
  world.sql("INSERT INTO counted SELECT i, 0 FROM generate_series(1, 50) i; GRANT ALL ON counted TO shop_change");
  // What the check of the read role asks only of tables that somebody may write to.
  world.sql(
      "CREATE TABLE public.bait (x int); GRANT INSERT ON public.bait TO PUBLIC; GRANT SELECT ON orders TO shop_read");
  world.sql(std::string(k_operators));
  ASSERT_EQ(world.sql("SELECT 'pg_x'::name !~ '^pg_'"), "f") << "the operators stand in nobody's way";

  const auto ask = [&](const std::string& id) {
    world.propose(id, "SELECT id FROM orders", "staging", {"--kind", "query"});
    const ProcessResult run = world.run_request(id);
    return run.output + run.errors;
  };
  EXPECT_THAT(ask("REQ-ASK-1"), testing::HasSubstr("may write to tables"))
      << "an operator that answers false has switched the check off";
  world.sql("REVOKE INSERT ON public.bait FROM PUBLIC");
  EXPECT_THAT(ask("REQ-ASK-2"), testing::HasSubstr("the query comes to operator")) << "as it should, of these";

  world.propose("REQ-CHANGE-1", "UPDATE orders SET status = 'seen' WHERE id = 1;");
  world.propose("REQ-BATCH-1", "UPDATE counted SET n = 1 WHERE id > 0;", "staging", {"--batch", "id=20"});
  for (const std::string id : {"REQ-CHANGE-1", "REQ-BATCH-1"}) {
    const ProcessResult run = world.run_request(id);
    EXPECT_EQ(run.status, 0) << id << run.output << run.errors;
  }
  const ProcessResult doctor = world.run("host", {"dbw-exec", "doctor", "--config", world.path("exec/exec.yaml")});
  EXPECT_THAT(doctor.output, testing::HasSubstr("shop")) << doctor.errors;
  EXPECT_EQ(world.sql("SELECT count(*) FROM counted WHERE n OPERATOR(pg_catalog.=) 1"), "50");
  EXPECT_EQ(world.verify().status, 0);
  EXPECT_THAT(foreign_calls(server, "psql"), testing::Not(testing::IsEmpty())) << "the log tells nothing";
  EXPECT_THAT(foreign_calls(server, "dbw"), testing::IsEmpty());
}

}  // namespace
}  // namespace dbw::test
