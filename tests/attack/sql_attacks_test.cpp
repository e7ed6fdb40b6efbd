#include "executor_scene.hpp"

namespace dbw::test {
namespace {

const RunAttack k_sql_attacks[] = {
    {21, "SQL that review blocks, pushed around the client", "DBW-E0940", 1,
     [](const ToolWorld& w) { return run_forged(w, "DROP TABLE orders;\n"); }},
    {68, "UPDATE without WHERE, pushed around the client", "DBW-E0940", 1,
     [](const ToolWorld& w) { return run_forged(w, "UPDATE orders SET status = 'stolen';\n"); }},
    {67, "resume of a run that never was", "DBW-E0916", 1,
     [](const ToolWorld& w) {
       return run_forged(w, k_update + "\n",
                         {{"kind: change", "kind: resume"},
                          {"nonce: ",
                           "resumes: {request: REQ-1, run: 00112233445566778899aabbccddeeff, statement: 1}\n"
                           "nonce: "}});
     }},
    {70, "a bot's verdict by an older rule set lies beside blocked SQL", "DBW-E0940", 1,
     [](const ToolWorld& w) {
       return run_forged(w, "DROP TABLE orders;\n", {},
                         {{"verdict.json", R"({"findings":[],"risk":"low","rule_set":"sha256:00","v":1})"}});
     }},
    {71, "a statement of another predicate type lies beside blocked SQL", "DBW-E0940", 1,
     [](const ToolWorld& w) {
       return run_forged(w, "DROP TABLE orders;\n", {},
                         {{"verdict.dsse.json",
                           R"({"payloadType":"application/vnd.in-toto+json","payload":"e30=","signatures":[]})"}});
     }},
    {105, "an old snapshot says that the table is small", "DBW-E0940", 1,
     [](const ToolWorld& w) {
       return run_forged(w, "UPDATE orders SET status = 'stolen';\n", {},
                         {{".dbw/snapshots/shop.json", R"({"tables":{"orders":{"rows":1}},"v":1})"}});
     }},
    {94, "SQL that touches the ledger", "DBW-E0924", 1,
     [](const ToolWorld& w) {
       return run_forged(w, w.engine() == Engine::sqlite ? "DELETE FROM dbw_ledger WHERE number > 0;\n"
                                                         : "DELETE FROM dbw.ledger WHERE number > 0;\n");
     }},
    {95, "SQL that ends its transaction", "DBW-E0", 1,
     [](const ToolWorld& w) { return run_forged(w, k_update + "\nCOMMIT;\n"); }},
    {95, "SQL that rolls back", "DBW-E0", 1,
     [](const ToolWorld& w) { return run_forged(w, k_update + "\nROLLBACK;\n"); }},
    {103, "more rows than the guard allows", "DBW-E0955", 5,
     [](const ToolWorld& w) {
       return run_forged(w, "UPDATE orders SET status = 'stolen' WHERE id < 3;\n",
                         {{"transaction: required", "transaction: required\n    expect: {rows_min: 1, rows_max: 1}"}});
     }},
    {106, "trial of what cannot be tried", "DBW-E0926", 1,
     [](const ToolWorld& w) {
       return run_forged(w, k_update + "\n",
                         {{"mode: apply", "mode: dry_run"}, {"transaction: required", "transaction: none"}});
     }},
};

const RunAttack k_server_attacks[] = {
    {95, "SET SESSION AUTHORIZATION", "DBW-E0", 1,
     [](const ToolWorld& w) { return run_forged(w, "SET SESSION AUTHORIZATION DEFAULT;\n" + k_update + "\n"); }},
    {96, "driver and git steered by the environment", "", 0,
     [](const ToolWorld& w) {
       const std::string nowhere = w.path("nowhere");
       return w.run_request("OPEN-1", {},
                            {{"PGHOSTADDR", "203.0.113.9"},
                             {"PGHOST", "203.0.113.9"},
                             {"PGPORT", "1"},
                             {"PGOPTIONS", "-c search_path=pg_catalog -c statement_timeout=1"},
                             {"PGSERVICEFILE", nowhere},
                             {"PGSERVICE", "decoy"},
                             {"PGUSER", "postgres"},
                             {"PGDATABASE", "postgres"},
                             {"PGSSLMODE", "verify-full"},
                             {"PGREQUIREAUTH", "gss"},
                             {"GIT_DIR", nowhere},
                             {"GIT_EXEC_PATH", nowhere},
                             {"GIT_OBJECT_DIRECTORY", nowhere},
                             {"GIT_ALTERNATE_OBJECT_DIRECTORIES", nowhere},
                             {"GIT_SSH_COMMAND", "touch " + w.path("canary").string()},
                             {"SSL_CERT_FILE", nowhere},
                             {"SSL_CERT_DIR", nowhere},
                             {"GIT_SSL_NO_VERIFY", "1"},
                             {"TMPDIR", "/tmp"},
                             {"TZ", "Pacific/Kiritimati"}});
     }},
    {100, "dynamic SQL writes a row of the ledger", "DBW-E0510", 5,
     [](const ToolWorld& w) { return run_forged(w, "DO $$ BEGIN EXECUTE 'DELETE FROM db' || 'w.ledger'; END $$;\n"); }},
    {100, "dynamic SQL calls the ledger's function", "DBW-E0510", 5,
     [](const ToolWorld& w) {
       return run_forged(w, "DO $$ BEGIN EXECUTE 'SELECT db' || 'w.finish(''run'', ''x''::bytea, ''{}'')'; END $$;\n");
     }},
    {101, "temporary objects shadow real ones", "", 0,
     [](const ToolWorld& w) {
       return run_forged(
           w, "CREATE TEMP TABLE orders (id integer, status text);\nCREATE TEMP TABLE ledger (run text);\n" + k_update +
                  "\n");
     }},
    {102, "procedural code that commits", "DBW-E0940", 1,
     [](const ToolWorld& w) {
       return run_forged(w, "DO $$ BEGIN UPDATE orders SET status = 'stolen' WHERE id = 2; COMMIT; END $$;\n");
     }},
    {104, "drop the target's lock", "DBW-E09", 1,
     [](const ToolWorld& w) { return run_forged(w, "SELECT pg_advisory_unlock_all();\n"); }},
    {107, "error text that carries data", "DBW-E0510", 5,
     [](const ToolWorld& w) {
       w.sql("INSERT INTO orders VALUES (70, 'PLANTED-SECRET') ON CONFLICT DO NOTHING");
       return run_forged(w, "UPDATE orders SET id = status::integer WHERE id = 70;\n");
     }},
};

INSTANTIATE_TEST_SUITE_P(Sql, FileAttack, ::testing::ValuesIn(k_sql_attacks), run_attack_name);
INSTANTIATE_TEST_SUITE_P(Sql, ServerAttack, ::testing::ValuesIn(k_sql_attacks), run_attack_name);
INSTANTIATE_TEST_SUITE_P(Server, ServerAttack, ::testing::ValuesIn(k_server_attacks), run_attack_name);

}  // namespace
}  // namespace dbw::test
