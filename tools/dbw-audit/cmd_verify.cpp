#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"

namespace dbw::tool {
namespace {

struct Options {
  Source source;
  std::string pin, since, save;
};

/// A message may hold several lines; a finding is one.
std::string one_line(std::string message) {
  for (std::size_t at = 0; (at = message.find('\n', at)) != std::string::npos;) message.replace(at, 1, "; ");
  return printable(message);
}

workflow::Bookmark read_bookmark(const std::string& file) {
  const std::string bytes = read_file(file, k_yaml_bytes_max);
  try {
    return workflow::parse_bookmark(bytes);
  } catch (Error& error) {
    throw error.at(file);
  }
}

std::string text_of(const workflow::AuditVerdict& verdict) {
  const audit::VerifyReport& report = verdict.report;
  if (report.good())
    return fmt::format("good  {}  {} lines ({} verified now), {} executions judged again, root {}\n{}",
                       verdict.executor, report.head.size, report.lines, verdict.executions, report.head.root.text(),
                       verdict.other_rule_sets == 0
                           ? ""
                           : fmt::format("      {} of them were reviewed by rules of another version of dbw\n",
                                         verdict.other_rule_sets));
  std::string out =
      fmt::format("BAD   {}  {}\n", verdict.executor,
                  report.first_bad ? fmt::format("first bad line {}", *report.first_bad) : "the log as a whole");
  for (const audit::Finding& finding : report.findings)
    out += fmt::format("  {:>9}  {} {}\n", finding.seq ? fmt::format("line {}", *finding.seq) : "log",
                       error_id(finding.reason.code), one_line(finding.reason.message));
  if (report.findings_left_out != 0) out += fmt::format("  and {} more\n", report.findings_left_out);
  return out;
}

codec::Value json_of(const workflow::AuditVerdict& verdict) {
  const audit::VerifyReport& report = verdict.report;
  codec::Value::List findings;
  for (const audit::Finding& finding : report.findings) {
    codec::Value item =
        codec::Value::Map{{"error", error_id(finding.reason.code)}, {"message", printable(finding.reason.message)}};
    if (finding.seq) item.set("seq", static_cast<std::int64_t>(*finding.seq));
    findings.push_back(std::move(item));
  }
  codec::Value out = codec::Value::Map{{"executor", verdict.executor},
                                       {"good", report.good()},
                                       {"size", static_cast<std::int64_t>(report.head.size)},
                                       {"root", report.head.root.text()},
                                       {"lines_verified", static_cast<std::int64_t>(report.lines)},
                                       {"executions_judged", static_cast<std::int64_t>(verdict.executions)},
                                       {"other_rule_sets", static_cast<std::int64_t>(verdict.other_rule_sets)},
                                       {"findings", std::move(findings)},
                                       {"findings_left_out", static_cast<std::int64_t>(report.findings_left_out)}};
  if (report.first_bad) out.set("first_bad", static_cast<std::int64_t>(*report.first_bad));
  return out;
}

ExitStatus run(const Options& options, const cli::Context& context) {
  workflow::AuditVerifyOptions verify;
  verify.pin = model::parse_pin(read_file(options.pin, k_yaml_bytes_max), options.pin);
  if (!options.since.empty()) verify.since = read_bookmark(options.since);
  const OpenSource source(options.source);
  if (!options.save.empty() && source.executors().size() != 1)
    throw Error(ErrorCode::bad_usage, "--save keeps the head of one log, and there are several",
                "Name one with --executor.");
  bool good = true;
  codec::Value::List results;
  for (const std::string& executor : source.executors()) {
    const workflow::AuditVerdict verdict =
        workflow::verify_audit_log(source.mirror().files(executor), executor, verify);
    good = good && verdict.report.good();
    if (context.json)
      results.push_back(json_of(verdict));
    else
      context.out(text_of(verdict));
    if (!options.save.empty() && verdict.bookmark)
      write_file_atomic(options.save, workflow::emit_bookmark(*verdict.bookmark) + "\n", 0600);
  }
  if (context.json) context.out(codec::emit_json_pretty(codec::Value::Map{{"logs", std::move(results)}}) + "\n");
  return good ? ExitStatus::done : ExitStatus::refused;
}

}  // namespace

cli::Command verify_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "verify";
  command.summary = "Verify logs and every execution in them";
  command.description =
      "Checks every line, signature, chain, tree, tile and checkpoint, and judges every execution again from its own "
      "evidence: trust documents from "
      "the pin, request, files, review, decisions, window and token as of its time. Exits with 1 and names the first "
      "bad line and every reason where anything "
      "is wrong. Use the pin that the log began with. A head that was saved shows later whether lines were cut off or "
      "rewritten.";
  command.examples = {
      "dbw-audit verify --pin pin.yaml https://git.example.org/db-audit.git",
      "dbw-audit verify --pin pin.yaml --executor prod-eu-1 --since head.json --save head.json /srv/git/db-audit.git"};
  command.options = {
      {"--pin", "FILE", "the pinned root of trust", &options->pin, true},
      {"--since", "FILE", "a head saved before: check continuity, and verify only what is new", &options->since},
      {"--save", "FILE", "save the verified head", &options->save}};
  add_source(command, options->source);
  command.run = [options](const cli::Context& context) { return run(*options, context); };
  return command;
}

}  // namespace dbw::tool
