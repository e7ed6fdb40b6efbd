#include "base/error.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "report/audit_report.hpp"

namespace dbw::tool {
namespace {

struct Options {
  Source source;
  std::string request, database, type, since;
  std::optional<Timestamp> from = {};
};

bool wanted(const Options& options, const model::AuditEntry& entry) {
  if (!options.request.empty() && (!entry.request || entry.request->text() != options.request)) return false;
  if (!options.database.empty() && entry.database != options.database) return false;
  if (!options.type.empty() && entry.type != options.type) return false;
  return !options.from || entry.at >= *options.from;
}

ExitStatus run(Options& options, const cli::Context& context) {
  if (!options.since.empty()) options.from = Timestamp::parse(options.since);
  const OpenSource source(options.source);
  for (const std::string& executor : source.executors()) {
    if (!context.json && source.executors().size() > 1) context.out(executor + ":\n");
    each_line(source.mirror().files(executor), [&](const audit::Line& line) {
      if (cli::interrupted()) return false;
      if (wanted(options, line.entry))
        context.out((context.json ? codec::emit_json(report::audit_entry_json(line.entry))
                                  : report::audit_entry_line(line.entry)) +
                    "\n");
      return true;
    });
  }
  return ExitStatus::done;
}

}  // namespace

cli::Command log_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "log";
  command.summary = "List entries";
  command.description =
      "One line for each entry, oldest first; with --format json the entries as JSON lines. Nothing is verified: "
      "`verify` does that.";
  command.examples = {"dbw-audit log /srv/git/db-audit.git --database shop --since 2026-11-01T00:00:00Z",
                      "dbw-audit log /srv/git/db-audit.git --type result --format json"};
  command.options = {
      {"--request", "ID", "only entries of this request", &options->request},
      {"--database", "NAME", "only entries of this database", &options->database},
      {"--type", "TYPE", "only entries of this type, for example result", &options->type},
      {"--since", "TIME", "only entries from this time on, for example 2026-11-20T00:00:00Z", &options->since}};
  add_source(command, options->source);
  command.run = [options](const cli::Context& context) { return run(*options, context); };
  return command;
}

}  // namespace dbw::tool
