#include <algorithm>

#include <fmt/format.h>

#include "audit/bodies.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "report/audit_report.hpp"

namespace dbw::tool {
namespace {

struct Options {
  Source source;
  std::string what;
};

bool matches(const model::AuditEntry& entry, const std::string& what) {
  return std::to_string(entry.seq) == what || (entry.request && entry.request->text() == what);
}

std::vector<std::pair<std::string, Digest>> commitments_of(const model::AuditEntry& entry) {
  std::vector<std::pair<std::string, Digest>> out;
  if (entry.type == "intent") {
    if (const auto sql = audit::parse_intent_body(entry.body).sql) out.emplace_back("sql", *sql);
  } else if (entry.type == "result") {
    const audit::ResultBody body = audit::parse_result_body(entry.body);
    if (body.message) out.emplace_back("error.message", *body.message);
    if (body.result_sha256) out.emplace_back("result", *body.result_sha256);
  }
  return out;
}

std::vector<audit::Opening> openings_of(const model::AuditEntry& entry, const audit::EvidenceReader& evidence) {
  std::optional<Digest> digest;
  if (entry.type == "intent") digest = audit::parse_intent_body(entry.body).evidence.openings;
  if (entry.type == "result") digest = audit::parse_result_body(entry.body).openings;
  if (!digest) return {};
  return audit::parse_openings(evidence(*digest));
}

/// Only texts that the line commits to are shown; anything else in the openings is a forgery.
std::string opened_texts(const model::AuditEntry& entry, const audit::EvidenceReader& evidence) {
  const auto commitments = commitments_of(entry);
  std::string out;
  for (const audit::Opening& opening : openings_of(entry, evidence)) {
    const bool committed = std::any_of(commitments.begin(), commitments.end(), [&](const auto& c) {
      return c.first == opening.path && audit::verify_opening(opening, c.second);
    });
    if (!committed)
      throw Error(ErrorCode::audit_redaction_mismatch,
                  fmt::format("the text filed as {} is not the one that line {} commits to", printable(opening.path),
                              entry.seq));
    out += fmt::format("{}:\n{}\n", printable(opening.path), printable(opening.text, true));
  }
  return out;
}

/// The SQL that an intent was about to run.
std::string files_text(const model::AuditEntry& entry, const audit::EvidenceReader& evidence) {
  if (entry.type != "intent") return {};
  std::string out;
  for (const auto& [path, digest] :
       audit::parse_files_manifest(evidence(audit::parse_intent_body(entry.body).evidence.files)))
    out += fmt::format("file {}  {}\n{}\n", printable(path), digest.text(), printable(evidence(digest), true));
  return out;
}

ExitStatus run(const Options& options, const cli::Context& context) {
  const OpenSource source(options.source);
  bool found = false;
  for (const std::string& executor : source.executors()) {
    const audit::PathReader files = source.mirror().files(executor);
    const audit::EvidenceReader evidence = audit::evidence_reader(files);
    each_line(files, [&](const audit::Line& line) {
      if (!matches(line.entry, options.what)) return true;
      found = true;
      if (context.json)
        context.out(codec::emit_json(report::audit_entry_json(line.entry)) + "\n");
      else
        context.out(report::audit_entry_text(line.entry) + opened_texts(line.entry, evidence) +
                    files_text(line.entry, evidence) + "\n");
      return true;
    });
  }
  if (!found) throw Error(ErrorCode::audit_no_such_entry, "no entry is or concerns " + printable(options.what));
  return ExitStatus::done;
}

}  // namespace

cli::Command show_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "show";
  command.summary = "Show one entry, or all of a request, with its texts";
  command.description =
      "Prints every field of the entries, the texts that the lines commit to (each checked against its commitment), "
      "and the SQL of intents.";
  command.examples = {"dbw-audit show /srv/git/db-audit.git REQ-20261120-K7QF",
                      "dbw-audit show /srv/git/db-audit.git 17 --executor prod-eu-1"};
  command.positionals = {{"SEQ|REQUEST", "a line's number or a request's id", &options->what}};
  add_source(command, options->source);
  command.run = [options](const cli::Context& context) { return run(*options, context); };
  return command;
}

}  // namespace dbw::tool
