#include "commands.hpp"

int main(int argc, char** argv) {
  using namespace dbw;
  cli::Tool tool;
  tool.name = "dbw-audit";
  tool.summary = "Read and verify what was done to the databases";
  tool.description =
      "Works from the audit repository and, to verify, the pin; no database, key or change repository is needed.";
  tool.commands = {dbw::tool::verify_command(), dbw::tool::log_command(), dbw::tool::show_command()};
  return cli::run_main(std::move(tool), argc, argv);
}
