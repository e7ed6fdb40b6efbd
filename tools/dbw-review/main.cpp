#include "commands.hpp"

int main(int argc, char** argv) {
  using namespace dbw;
  cli::Tool tool;
  tool.name = "dbw-review";
  tool.summary = "Judge SQL before it reaches a production database";
  tool.description =
      "Parses SQL, names what it can do, and reports what would hurt production and what to do instead. Needs no "
      "server, key or network.";
  tool.commands = {dbw::tool::check_command(), dbw::tool::fix_command(), dbw::tool::classify_command(),
                   dbw::tool::rules_command(), dbw::tool::explain_command()};
  return cli::run_main(std::move(tool), argc, argv);
}
