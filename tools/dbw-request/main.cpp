#include "commands.hpp"

int main(int argc, char** argv) {
  using namespace dbw::tool;
  return dbw::cli::run_main({.name = "dbw-request",
                             .summary = "ask for a change or a query on a database, through Git",
                             .description = "Engineers propose with dbw-request: it checks the SQL as everybody else "
                                            "will, signs the request with your SSH key and "
                                            "publishes it on a branch of its own. It never sees a database credential.",
                             .commands = {init_command(), new_command(), update_command(), check_command(),
                                          list_command(), show_command(), wait_command(), result_command(),
                                          cancel_command(), bundle_command(), migrate_command(), seal_key_command()}},
                            argc, argv);
}
