#include "executor_scene.hpp"

namespace dbw::test {
namespace {

const RunAttack k_log_attacks[] = {
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

INSTANTIATE_TEST_SUITE_P(Log, FileAttack, ::testing::ValuesIn(k_log_attacks), run_attack_name);

}  // namespace
}  // namespace dbw::test
