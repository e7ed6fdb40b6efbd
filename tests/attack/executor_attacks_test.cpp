// Attacks on token, environment, ledger, log and the executor's order, with the real tools. `row` is the number of the
// attack in the threat list; README.md of this folder says where every row of the list is tested.
#include <fstream>
#include <functional>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

const std::string k_update = "UPDATE orders SET status = 'new' WHERE id = 1;";

struct Attack {
  int row;
  const char* what;
  const char* error;  ///< empty: has no effect, the honest run goes through
  int status;
  std::function<ProcessResult(const ToolWorld&)> make;
};

void PrintTo(const Attack& attack, std::ostream* out) { *out << "row " << attack.row << ": " << attack.what; }

/// The world that every attack begins with. OPEN-1 may run in staging at once; PROD-1 in production with a token; both
/// have the SQL above. DONE-1 ran in staging, DONE-2 in production with the token in spent.txt.
std::unique_ptr<ToolWorld> make_world(Engine engine) {
  auto world = std::make_unique<ToolWorld>(engine);
  world->propose("DONE-1", "UPDATE orders SET status = 'done' WHERE id = 3;");
  world->propose("DONE-2", "UPDATE orders SET status = 'done' WHERE id = 3;", "production");
  world->approve("bob", "DONE-2");
  fs::copy_file(world->tokens(), world->path("spent.txt"));
  const ProcessResult run = world->run("host", world->runner({"--due", "--tokens", world->path("spent.txt")}));
  if (run.status != 0) throw std::runtime_error(run.output + run.errors);
  world->propose("OPEN-1", k_update);
  world->propose("PROD-1", k_update, "production");
  world->approve("bob", "PROD-1");
  if (engine == Engine::sqlite) world->save();
  return world;
}

const ToolWorld& shared_world(Engine engine) {
  static std::map<Engine, std::unique_ptr<ToolWorld>> worlds;
  auto& world = worlds[engine];
  if (!world) world = make_world(engine);
  return *world;
}

std::string faketime_library() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib"}) {
    const std::string file = std::string(folder) + "/faketime/libfaketime.so.1";
    if (fs::exists(file)) return file;
  }
  return {};
}

/// The time comes from a file: what the tool takes out of its environment in main does not steer libfaketime any more.
ProcessResult at_time(const ToolWorld& world, const std::string& offset, std::vector<std::string> flags) {
  std::ofstream(world.path(".faketimerc")) << offset << "\n";
  return world.run("host", world.runner(std::move(flags)),
                   {{"LD_PRELOAD", faketime_library()},
                    {"HOME", world.path()},
                    {"ASAN_OPTIONS",
                     "verify_asan_link_order=0:detect_leaks=0"}});  // a preloaded library comes before the sanitizer's
}

/// A hook of a bare repository; it may use $WORLD, and git on other repositories.
void hook(const ToolWorld& world, const std::string& repository, const std::string& name, const std::string& body) {
  world.scratch().script(
      world.path(repository + "/hooks/" + name),
      fmt::format("WORLD={}\nunset $(git rev-parse --local-env-vars)\n{}", world.path().string(), body));
}

/// A commit that only the attacker made, on top of the request's branch.
void commit_to_request(const ToolWorld& world, const std::string& id, const std::vector<Scratch::File>& files) {
  world.scratch().commit(world.path("changes.git"), world.request_ref(id), files);
}

std::string sql_path(const std::string& id) { return "requests/0000/00/" + id + "/change.sql"; }

/// The forged request runs by its id.
ProcessResult run_forged(const ToolWorld& world, const std::string& sql,
                         const std::vector<std::pair<std::string, std::string>>& edits = {}) {
  static int number = 0;
  const std::string id = fmt::format("FORGED-{}", ++number);
  world.forge("OPEN-1", id, sql, edits);
  return world.run_request(id);
}

/// Makes the log's newest commit hold other entry files.
void edit_log(const ToolWorld& world, const std::function<void(const fs::path&)>& edit) {
  const fs::path clone = world.path("log");
  world.must("host", {"git", "clone", "-q", "-b", "dbw/audit/exec-main", world.path("audit.git"), clone});
  edit(clone);
  world.must("host", {"git", "-C", clone, "commit", "-q", "-a", "-m", "nothing to see here"});
  world.must("host", {"git", "-C", clone, "push", "-q", "origin", "HEAD"});
}

fs::path entry_file(const fs::path& clone, std::size_t number) {
  std::vector<fs::path> files;
  for (const auto& each : fs::recursive_directory_iterator(clone / "entries")) {
    if (each.is_regular_file()) files.push_back(each.path());
  }
  std::sort(files.begin(), files.end());
  return files.at(number);
}

void overwrite(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::trunc) << text; }

std::string swapped(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not found: " + from);
  return text.replace(at, from.size(), to);
}

ProcessResult cut_log_and_run(const ToolWorld& world, bool forget_host) {
  if (forget_host) fs::remove_all(world.path("exec/state"));
  world.git("audit.git",
            {"update-ref", world.log_ref(), world.git("audit.git", {"rev-parse", world.log_ref() + "~2"})});
  return world.run_due();
}

const Attack k_git_attacks[] = {
    {17, "attributes that convert on checkout", "", 0,
     [](const ToolWorld& w) {
       commit_to_request(w, "OPEN-1", {{".gitattributes", "*.sql text eol=crlf ident filter=evil\n"}});
       return w.run_request("OPEN-1");
     }},
    {18, "edit the files of a checkout", "", 0,
     [](const ToolWorld& w) {
       const fs::path clone = w.path("checkout");
       w.must("host", {"git", "clone", "-q", "-b", "dbw/requests/OPEN-1", w.path("changes.git"), clone});
       overwrite(clone / sql_path("OPEN-1"), "UPDATE orders SET status = 'stolen';\n");
       return w.run("host", {"sh", "-c",
                             fmt::format("cd '{}' && exec dbw-exec run --config '{}' OPEN-1", clone.string(),
                                         w.path("exec/exec.yaml").string())});
     }},
    {20, "reuse the id of an executed request for other SQL", "DBW-E0550", 1,
     [](const ToolWorld& w) {
       w.forge("OPEN-1", "DONE-1", "UPDATE orders SET status = 'stolen' WHERE id = 2;\n");
       return w.run_request("DONE-1");
     }},
    {40, "delete a rejection that the log has seen", "DBW-E0679", 1,
     [](const ToolWorld& w) {
       w.decide("carol", "reject", "PROD-1");
       EXPECT_EQ(w.run_request("PROD-1").status, 1);
       w.git("changes.git", {"update-ref", "-d", "refs/heads/dbw/approvals/PROD-1/carol"});
       return w.run_request("PROD-1");
     }},
    {41, "force-push main back to the older policy", "DBW-E0603", 1,
     [](const ToolWorld& w) {
       const std::string before = w.git("changes.git", {"rev-parse", "refs/heads/main"});
       w.new_policy(2, {{"statement_timeout: 30s", "statement_timeout: 20s"}});
       EXPECT_EQ(w.run_request("DONE-1").status, 1);
       w.git("changes.git", {"update-ref", "refs/heads/main", before});
       return w.run_request("OPEN-1");
     }},
    {41, "older policy for a host that lost its marks: the database remembers", "DBW-E0603", 1,
     [](const ToolWorld& w) {
       const std::string before = w.git("changes.git", {"rev-parse", "refs/heads/main"});
       w.new_policy(2, {{"statement_timeout: 30s", "statement_timeout: 20s"}});
       w.propose("SEEN-1", "UPDATE orders SET status = 'seen' WHERE id = 2;");
       EXPECT_EQ(w.run_request("SEEN-1").status, 0);
       w.git("changes.git", {"update-ref", "refs/heads/main", before});
       fs::remove_all(w.path("exec/state"));
       return w.run_request("OPEN-1");
     }},
    {44, "replace the SQL by a replace ref", "", 0,
     [](const ToolWorld& w) {
       const std::string blob = w.git("changes.git", {"rev-parse", w.request_ref("OPEN-1") + ":" + sql_path("OPEN-1")});
       const std::string evil =
           w.scratch().object(w.path("changes.git"), "blob", "UPDATE orders SET status = 'stolen';\n");
       w.git("changes.git", {"replace", blob, evil});
       EXPECT_EQ(w.run_request("DONE-1").status, 1);  // makes the mirror
       w.git("exec/state/change.git",
             {"replace", "-f", blob,
              w.scratch().object(w.path("exec/state/change.git"), "blob", "UPDATE orders SET status = 'stolen';\n")});
       return w.run_request("OPEN-1");
     }},
    {45, "shallow file in the remote", "", 0,
     [](const ToolWorld& w) {
       overwrite(w.path("changes.git/shallow"), w.git("changes.git", {"rev-parse", "refs/heads/main"}) + "\n");
       return w.run_request("OPEN-1");
     }},
    {45, "grafts in the executor's mirror", "DBW-E0315", 4,
     [](const ToolWorld& w) {
       fs::create_directories(w.path("exec/state/change.git/info"));
       overwrite(w.path("exec/state/change.git/info/grafts"),
                 w.git("changes.git", {"rev-parse", "refs/heads/main"}) + "\n");
       return w.run_request("OPEN-1");
     }},
    {47, "configuration of the mirror that runs a program", "DBW-E0319", 4,
     [](const ToolWorld& w) {
       w.git("exec/state/change.git", {"config", "core.sshCommand", "touch " + w.path("canary").string()});
       return w.run_request("OPEN-1");
     }},
    {47, "configuration of the caller that runs a program", "", 0,
     [](const ToolWorld& w) {
       const std::string canary = "touch " + w.path("canary").string();
       overwrite(
           w.path(".gitconfig"),
           fmt::format(
               "[core]\nfsmonitor = {0}\nsshCommand = {0}\nhooksPath = {1}\n[url \"/nowhere/\"]\ninsteadOf = {1}\n",
               canary, w.path().string()));
       return w.run_request("OPEN-1", {},
                            {{"HOME", w.path()},
                             {"GIT_CONFIG_GLOBAL", w.path(".gitconfig")},
                             {"GIT_CONFIG_COUNT", "1"},
                             {"GIT_CONFIG_KEY_0", "core.fsmonitor"},
                             {"GIT_CONFIG_VALUE_0", canary}});
     }},
    {48, "tags and branches named like the trusted ones", "", 0,
     [](const ToolWorld& w) {
       const std::string evil =
           w.scratch().commit(w.path("changes.git"), "refs/heads/evil", {{"README.md", "no trust here\n"}});
       for (const char* ref : {"refs/tags/main", "refs/heads/refs/heads/main", "refs/tags/dbw/requests/OPEN-1",
                               "refs/heads/main2", "refs/remotes/origin/main"}) {
         w.git("changes.git", {"update-ref", ref, evil});
       }
       return w.run_request("OPEN-1");
     }},
    {114, "other SQL on the branch between check and run", "DBW-E0648", 1,
     [](const ToolWorld& w) {
       const std::string evil = w.scratch().commit(w.path("changes.git"), "refs/heads/evil", {});
       commit_to_request(w, "OPEN-1", {});
       const std::string honest = w.git("changes.git", {"rev-parse", w.request_ref("OPEN-1")});
       commit_to_request(w, "OPEN-1", {{sql_path("OPEN-1"), "UPDATE orders SET status = 'stolen';\n"}});
       const std::string moved = w.git("changes.git", {"rev-parse", w.request_ref("OPEN-1")});
       w.git("changes.git", {"update-ref", w.request_ref("OPEN-1"), honest});
       hook(w, "audit.git", "post-receive",
            fmt::format("git --git-dir $WORLD/changes.git update-ref {} {}", w.request_ref("OPEN-1"), moved));
       return w.run_request("OPEN-1");
     }},
    {64, "a rejection between check and run", "DBW-E0679", 1,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       w.decide("carol", "reject", "PROD-1");
       const std::string ref = "refs/heads/dbw/approvals/PROD-1/carol";
       const std::string rejection = w.git("changes.git", {"rev-parse", ref});
       w.git("changes.git", {"update-ref", "-d", ref});
       hook(w, "audit.git", "post-receive",
            fmt::format("git --git-dir $WORLD/changes.git update-ref {} {}", ref, rejection));
       return w.run_request("PROD-1", {"--tokens", token});
     }},
};

const Attack k_token_attacks[] = {
    {61, "replay the token of an executed request", "DBW-E0961", 1,
     [](const ToolWorld& w) {
       return w.run_request("DONE-2", {"--tokens", w.path("spent.txt")});
     }},
    {61, "replay the token of another request", "DBW-E0965", 4,
     [](const ToolWorld& w) {
       return w.run_request("PROD-1", {"--tokens", w.path("spent.txt")});
     }},
    {61, "use a token again after a failure", "DBW-E0551", 1,
     [](const ToolWorld& w) {
       w.propose("FAIL-1", "UPDATE orders SET status = 'x' WHERE id = 99;", "production", {"--rows", "1"});
       w.approve("bob", "FAIL-1");
       const std::string token = w.tokens();
       EXPECT_EQ(w.run_request("FAIL-1", {"--tokens", token}).status, 5);
       return w.run_request("FAIL-1", {"--retry", "--tokens", token});
     }},
    {62, "no token where one is required", "DBW-E0965", 4, [](const ToolWorld& w) { return w.run_request("PROD-1"); }},
    {63, "aim at another database", "DBW-E0543", 1,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       const std::string config = w.other_config(
           "swapped.yaml",
           {{"production.db", "elsewhere.db"}, {"staging.db", "production.db"}, {"elsewhere.db", "staging.db"}});
       return w.run("host", w.runner({"--tokens", token, "PROD-1"}, config));
     }},
    {76, "token for one executor on another", "DBW-E0960", 1,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       w.must("host", {"dbw-sign", "keygen", "--machine", w.path("exec/other.pem")});
       const std::string config = w.other_config("other.yaml", {{"executor: exec-main", "executor: exec-other"},
                                                                {"executor.pem", "other.pem"},
                                                                {"state: state", "state: other"}});
       return w.run("host", w.runner({"--tokens", token, "PROD-1"}, config));
     }},
    {76, "an unlisted key in the executor's name", "DBW-E0960", 1,
     [](const ToolWorld& w) {
       w.must("host", {"dbw-sign", "keygen", "--machine", w.path("exec/other.pem")});
       return w.run("host", w.runner({"OPEN-1"}, w.other_config("other.yaml", {{"executor.pem", "other.pem"}})));
     }},
    {78, "clock back by two hours", "DBW-E0613", 1, [](const ToolWorld& w) { return at_time(w, "-2h", {"OPEN-1"}); }},
    {79, "clock ahead by two days: the token is over", "DBW-E0695", 4,
     [](const ToolWorld& w) {
       const std::string token = w.tokens();
       return at_time(w, "+2d", {"--tokens", token, "PROD-1"});
     }},
    {79, "clock ahead by twenty days: the request is over", "DBW-E0645", 1,
     [](const ToolWorld& w) { return at_time(w, "+20d", {"OPEN-1"}); }},
    {79, "clock ahead by a hundred days: the roster is over", "DBW-E0608", 1,
     [](const ToolWorld& w) { return at_time(w, "+100d", {"OPEN-1"}); }},
    {97, "a CI job that runs as the executor's user", "DBW-E0967", 4,
     [](const ToolWorld& w) {
       return w.run_request("OPEN-1", {}, {{"GITLAB_CI", "true"}});
     }},
    {97, "a caller who can read the executor's key", "DBW-E0967", 4,
     [](const ToolWorld& w) {
       fs::permissions(w.path("exec/executor.pem"), fs::perms::others_read, fs::perm_options::add);
       return w.run_request("OPEN-1", {}, {{"SUDO_UID", "65533"}});
     }},
    {97, "a key that others can read", "DBW-E0016", 4,
     [](const ToolWorld& w) {
       fs::permissions(w.path("exec/executor.pem"), fs::perms::group_read, fs::perm_options::add);
       return w.run_request("OPEN-1");
     }},
    {97, "configuration that others can write", "DBW-E0016", 4,
     [](const ToolWorld& w) {
       fs::permissions(w.path("exec/exec.yaml"), fs::perms::others_write, fs::perm_options::add);
       return w.run_request("OPEN-1");
     }},
};

const Attack k_log_attacks[] = {
    {80, "cut the log's tail", "DBW-E0808", 1, [](const ToolWorld& w) { return cut_log_and_run(w, false); }},
    {80, "cut the log's tail for a host that lost its marks: the database remembers", "DBW-E0808", 1,
     [](const ToolWorld& w) { return cut_log_and_run(w, true); }},
    {81, "edit a line: the auditor", "line 3  DBW-E08", 1,
     [](const ToolWorld& w) {
       edit_log(w, [](const fs::path& clone) {
         overwrite(entry_file(clone, 3), swapped(slurp(entry_file(clone, 3)), "\"shop\"", "\"shoq\""));
       });
       return w.verify();
     }},
    {81, "edit a line, and lose the executor's state", "DBW-E0806", 1,
     [](const ToolWorld& w) {
       edit_log(w, [](const fs::path& clone) {
         overwrite(entry_file(clone, 3), swapped(slurp(entry_file(clone, 3)), "\"shop\"", "\"shoq\""));
       });
       fs::remove_all(w.path("exec/state"));
       return w.run_request("OPEN-1");
     }},
    {81, "swap two lines", "line 3  DBW-E0805", 1,
     [](const ToolWorld& w) {
       edit_log(w, [](const fs::path& clone) {
         const std::string third = slurp(entry_file(clone, 3)), fourth = slurp(entry_file(clone, 4));
         overwrite(entry_file(clone, 3), fourth);
         overwrite(entry_file(clone, 4), third);
       });
       return w.verify();
     }},
    {90, "audit repository away", "DBW-E0304", 4,
     [](const ToolWorld& w) {
       fs::rename(w.path("audit.git"), w.path("away.git"));
       return w.run_request("OPEN-1");
     }},
    {90, "audit repository refuses", "DBW-E0823", 4,
     [](const ToolWorld& w) {
       hook(w, "audit.git", "pre-receive", "exit 1");
       return w.run_request("OPEN-1");
     }},
    {115, "audit repository takes the line and drops it", "DBW-E0321", 4,
     [](const ToolWorld& w) {
       hook(w, "audit.git", "post-receive",
            fmt::format("while read old new ref; do git --git-dir $WORLD/audit.git update-ref $ref $old; done"));
       return w.run_request("OPEN-1");
     }},
    {111, "database restored from a backup of before the run", "DBW-E0957", 6,
     [](const ToolWorld& w) {
       fs::copy_file(w.path("exec/staging.db"), w.path("backup.db"));
       w.propose("LOST-1", "UPDATE orders SET status = 'lost' WHERE id = 2;");
       EXPECT_EQ(w.run_request("LOST-1").status, 0);
       fs::copy_file(w.path("backup.db"), w.path("exec/staging.db"), fs::copy_options::overwrite_existing);
       return w.run_request("LOST-1");
     }},
};

const Attack k_sql_attacks[] = {
    {21, "SQL that review blocks, pushed around the client", "DBW-E0940", 1,
     [](const ToolWorld& w) { return run_forged(w, "DROP TABLE orders;\n"); }},
    {68, "UPDATE without WHERE, pushed around the client", "DBW-E0940", 1,
     [](const ToolWorld& w) { return run_forged(w, "UPDATE orders SET status = 'stolen';\n"); }},
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

const Attack k_server_attacks[] = {
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

class ExecutorAttack : public ::testing::TestWithParam<Attack> {
 protected:
  /// Runs the attack and judges it; nothing may have changed unless the honest request was to go through.
  static void expect_fails(const ToolWorld& world) {
    const Attack& attack = GetParam();
    const ProcessResult result = attack.make(world);
    const std::string text = result.output + result.errors;
    const bool went_through = *attack.error == '\0';
    EXPECT_EQ(result.status, attack.status) << text;
    EXPECT_EQ(text.find(": executed") != std::string::npos, went_through) << text;
    EXPECT_NE(text.find(went_through ? ": executed" : attack.error), std::string::npos) << text;
    EXPECT_EQ(text.find("PLANTED-SECRET"), std::string::npos) << text;
    EXPECT_FALSE(fs::exists(world.path("canary"))) << "an attacker's program ran";
    EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;"), went_through ? "new" : "old");
    EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;", "production"), "old");
    EXPECT_EQ(world.sql("SELECT count(*) FROM orders WHERE status = 'stolen';"), "0");
  }
};

class FileAttack : public ExecutorAttack {
 protected:
  void SetUp() override { shared_world(Engine::sqlite).restore(); }
};

class ServerAttack : public ExecutorAttack {
 protected:
  void SetUp() override { shared_world(Engine::postgresql).sql("UPDATE orders SET status = 'old' WHERE id < 3"); }
};

TEST_P(FileAttack, Fails) {
  if ((GetParam().row == 78 || GetParam().row == 79) && faketime_library().empty())
    GTEST_SKIP() << "SKIPPED: libfaketime is not installed";
  expect_fails(shared_world(Engine::sqlite));
}

TEST_P(ServerAttack, Fails) {
  const ToolWorld& world = shared_world(Engine::postgresql);
  expect_fails(world);
  const ProcessResult verified = world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

std::string attack_name(const ::testing::TestParamInfo<Attack>& tested) {
  std::string name = fmt::format("Row{}_{}_", tested.param.row, tested.index);
  for (const char c : std::string(tested.param.what))
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Git, FileAttack, ::testing::ValuesIn(k_git_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Token, FileAttack, ::testing::ValuesIn(k_token_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Log, FileAttack, ::testing::ValuesIn(k_log_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Sql, FileAttack, ::testing::ValuesIn(k_sql_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Sql, ServerAttack, ::testing::ValuesIn(k_sql_attacks), attack_name);
INSTANTIATE_TEST_SUITE_P(Server, ServerAttack, ::testing::ValuesIn(k_server_attacks), attack_name);

TEST(ExecutorAttacks, Row62TokenRacedByTwoRunnersAppliesOnce) {
  const ToolWorld& world = shared_world(Engine::sqlite);
  world.restore();
  const std::string token = world.tokens();
  const std::string other = world.other_config("racer.yaml", {{"state: state", "state: racer-state"}});
  RunningTool first = world.start(world.runner({"--tokens", token, "PROD-1"}), "first.txt");
  RunningTool second = world.start(world.runner({"--tokens", token, "PROD-1"}, other), "second.txt");
  const int statuses[] = {first.wait(), second.wait()};
  const std::string both = first.output() + second.output();
  EXPECT_NE(statuses[0], statuses[1]) << both;
  EXPECT_TRUE(statuses[0] == 0 || statuses[1] == 0) << both;
  const auto at = both.find("PROD-1 s1 on shop in production: executed");
  ASSERT_NE(at, std::string::npos) << both;
  EXPECT_EQ(both.find("in production: executed", at + 40), std::string::npos) << both;
  EXPECT_EQ(world.run_due().status, 0);
  const ProcessResult verified = world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

TEST(ExecutorAttacks, HonestWorldRuns) {
  const ToolWorld& world = shared_world(Engine::sqlite);
  world.restore();
  EXPECT_EQ(world.run_request("PROD-1", {"--tokens", world.tokens()}).status, 0);
  EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;", "production"), "new");
  EXPECT_EQ(world.run_due().status, 0);
  EXPECT_EQ(world.sql("SELECT status FROM orders WHERE id = 1;"), "new");
  const ProcessResult verified = world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

}  // namespace
}  // namespace dbw::test
