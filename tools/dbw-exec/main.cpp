#include "base/hardening.hpp"
#include "base/process.hpp"
#include "commands.hpp"

int main(int argc, char** argv) {
  using namespace dbw;
  harden_process();
  // Before any library looks: PGHOSTADDR, PGOPTIONS, LD_PRELOAD, GIT_* and friends must not steer us.
  const tool::Environment environment = reduce_environment();
  return cli::run_main(
      {.name = "dbw-exec",
       .summary = "run approved requests on databases, exactly once, with proof",
       .description = "The executor verifies root, roster, policy, request, review, approvals and token for itself, "
                      "publishes what it is about to do, runs the SQL, "
                      "and publishes what happened. It is the only part that holds database credentials.",
       .commands = {tool::setup_command(environment), tool::adopt_command(environment),
                    tool::migrations_command(environment), tool::snapshot_command(environment),
                    tool::plan_command(environment), tool::run_command(environment), tool::watch_command(environment),
                    tool::status_command(environment), tool::doctor_command(environment)}},
      argc, argv);
}
