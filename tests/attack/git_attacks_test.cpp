#include "executor_scene.hpp"

namespace dbw::test {
namespace {

const RunAttack k_git_attacks[] = {
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

INSTANTIATE_TEST_SUITE_P(Git, FileAttack, ::testing::ValuesIn(k_git_attacks), run_attack_name);

}  // namespace
}  // namespace dbw::test
