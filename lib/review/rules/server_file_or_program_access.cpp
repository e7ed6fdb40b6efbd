#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_server_file_or_program_access(const RuleInput& in, Findings& out) {
  if (in.statement.statement_class != StatementClass::file_or_program) return;
  const std::string reason = in.statement.reason.empty() ? "" : ": " + in.statement.reason;
  out.add(in.statement.range, "this statement reaches files or programs of the server" + reason,
          in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_server_file_or_program_access = {
    .info =
        {
            .id = "server-file-or-program-access",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "A statement that reads or writes files of the server or runs its programs: COPY to or from a "
                       "file or PROGRAM, pg_read_file, lo_import, LOAD, ATTACH, VACUUM INTO, load_extension.",
            .why = "It leaves the database: it can read secrets of the host, overwrite files and run commands as the "
                   "server's user.",
            .instead = "COPY ... TO STDOUT through a client, or a request of kind query for exports.",
            .sources = "PostgreSQL manual, COPY and \"Generic File Access Functions\"; SQLite documentation, ATTACH "
                       "and load_extension.",
        },
    .on_statement = check_server_file_or_program_access,
};

}  // namespace dbw::review
