#include "wish_options.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "model/step_line.hpp"

namespace dbw::tool {
namespace {

constexpr std::int64_t k_rows_max = 1'000'000'000'000;

Error bad(std::string_view what, const std::string& value, std::string_view expected) {
  return Error(ErrorCode::bad_usage, fmt::format("{}: {}", what, printable(value)), std::string(expected));
}

std::int64_t number(const std::string& text) {
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0 || value > k_rows_max) {
    throw bad("not a number of rows", text, "Write --rows 200, or --rows 1..5000.");
  }
  return value;
}

/// "200" or "1..5000".
void read_rows(const std::string& text, workflow::StepWish& step) {
  const auto dots = text.find("..");
  step.rows_min = number(text.substr(0, dots));
  step.rows_max = dots == std::string::npos ? *step.rows_min : number(text.substr(dots + 2));
}

model::Batch read_batch(const std::string& text) {
  const std::optional<model::Batch> batch = model::parse_batch(text);
  if (batch) return *batch;
  throw bad("not a batch", text, "Write --batch KEY=SIZE, and behind it ,pause=250ms ,lag_max=10s ,sessions_max=40.");
}

/// What its first line says of the step. A request that options make differ from it is refused like any other.
void read_step_line(workflow::StepWish& step) {
  try {
    const std::optional<model::StepLine> line = model::parse_step_line(step.sql);
    if (!line) return;
    step.transactional = line->transactional;
    step.batch = line->batch;
  } catch (Error& error) {
    throw error.at(step.file_name);
  }
}

void note_step_lines(const cli::Context& context, const std::vector<workflow::StepWish>& steps) {
  for (const workflow::StepWish& step : steps) {
    const std::optional<model::StepLine> line = model::parse_step_line(step.sql);
    if (!line || *line != model::StepLine{step.transactional, step.batch}) continue;
    context.note(fmt::format("{}: {}, as its first line says\n", printable(step.file_name),
                             printable(model::step_line_text(*line))));
  }
}

}  // namespace

std::vector<cli::Option> WishOptions::options() {
  return {
      {"-d,--database", "NAME", "database, as the policy names it", &database},
      {"-e,--environment", "NAME", "environment, as the policy names it", &environment},
      {"-t,--title", "TEXT", "one line for people", &title},
      {"-r,--reason", "TEXT", "why it is needed", &reason},
      {"--ticket", "ID", "the ticket it belongs to", &ticket},
      {"--kind", "change|query", "change (default), or query: proven read-only, rows come back", &kind},
      {"--mode", "apply|dry_run|break_glass",
       "apply (default), dry_run: run and roll back, or break_glass: an emergency", &mode},
      {"--rollback", "FILE", "SQL that undoes the (one) step", &rollback},
      {"--rows", "N|MIN..MAX", "how many rows may change; outside the bounds everything is rolled back", &rows},
      {"--transaction", "required|none", "none for CREATE INDEX CONCURRENTLY and the like", &transaction},
      {"--statement-timeout", "DURATION", "of each statement; policy may be stricter", &statement_timeout},
      {"--lock-timeout", "DURATION", "how long to wait for locks; policy may be stricter", &lock_timeout},
      {"--lock-retries", "N", "start the transaction over so often where a lock was not had in time", &lock_retries},
      {"--batch", "KEY=SIZE[,...]", "run the one UPDATE or DELETE in pieces of SIZE rows, by the key column", &batch},
      {"--result-format", "csv|json|table", "of a query", &format},
      {"--results-to", "NAME", "seal the rows of a query for this person (repeat)", &results_to},
      {"--member", "NAME", "of the environment's fleet; all of them without it (repeat)", &members},
      {"--author", "NAME", "somebody who wrote part of it; may not approve (repeat)", &authors},
      {"--id", "ID", "an id of your own instead of REQ-<date>-<random>", &id},
      {"--expires-in", "DURATION", "life of the request, 14d by default", &expires_in},
      {"--supersedes", "ID", "the request that this one replaces", &supersedes}};
}

cli::Positional WishOptions::positional() {
  return {"SQL", "SQL files, one step each, in order, as a first line `-- dbw:step` says; - is standard input", &files,
          false};
}

std::vector<workflow::StepWish> WishOptions::steps() const {
  std::vector<workflow::StepWish> out;
  for (const std::string& file : files) {
    workflow::StepWish step;
    step.file_name = file == "-" ? "change.sql" : file;
    step.sql = file == "-" ? read_stdin(k_sql_bytes_max) : read_file(file, k_sql_bytes_max);
    read_step_line(step);
    out.push_back(std::move(step));
  }
  return out;
}

void WishOptions::apply_step(workflow::StepWish& step) const {
  if (!rollback.empty()) step.rollback = read_file(rollback, k_sql_bytes_max);
  if (!rows.empty()) read_rows(rows, step);
  if (!statement_timeout.empty()) step.statement_timeout = parse_duration(statement_timeout);
  if (!lock_timeout.empty()) step.lock_timeout = parse_duration(lock_timeout);
  if (lock_retries >= 0) step.lock_retries = lock_retries;
  if (!batch.empty()) step.batch = read_batch(batch);
  if (transaction == "none") step.transactional = false;
  if (transaction == "required") step.transactional = true;
}

void WishOptions::apply(workflow::RequestWish& wish) const {
  const auto set = [](std::string& field, const std::string& value) {
    if (!value.empty()) field = value;
  };
  set(wish.database, database);
  set(wish.environment, environment);
  set(wish.title, title);
  set(wish.reason, reason);
  set(wish.ticket, ticket);
  if (!kind.empty()) {
    const auto parsed = model::parse_kind(kind);
    if (!parsed) throw bad("no such kind", kind, "Kinds: change, query.");
    wish.kind = *parsed;
  }
  if (!mode.empty()) {
    const auto parsed = model::parse_mode(mode);
    if (!parsed) throw bad("no such mode", mode, "Modes: apply, dry_run, break_glass.");
    wish.mode = *parsed;
  }
  if (!transaction.empty() && transaction != "none" && transaction != "required") {
    throw bad("no such transaction mode", transaction, "Write --transaction required or --transaction none.");
  }
  if (!members.empty()) wish.members = members;
  if (!authors.empty()) wish.authors = authors;
  if (!id.empty()) wish.id = RequestId(id);
  if (!supersedes.empty()) wish.supersedes = RequestId(supersedes);
  if (!expires_in.empty()) wish.life = parse_duration(expires_in);
  if (!files.empty()) wish.steps = steps();
  if (!rollback.empty() && wish.steps.size() != 1)
    throw bad("--rollback goes with one SQL file", rollback, "Make one request per step.");
  for (workflow::StepWish& step : wish.steps) apply_step(step);
  if (!format.empty() || !results_to.empty()) {
    if (!wish.results) wish.results.emplace();
    if (!format.empty()) wish.results->format = format;
    if (!results_to.empty()) wish.results->to = results_to;
  }
}

workflow::RequestWish WishOptions::wish(const cli::Context& context, bool complete) {
  if (database.empty()) database = context.ask("Database", "--database");
  if (environment.empty()) environment = context.ask("Environment", "--environment");
  if (files.empty()) files = {context.ask("SQL file", "SQL")};
  if (complete && title.empty()) title = context.ask("Title (one line)", "--title");
  if (complete && reason.empty() && context.interactive()) reason = context.ask("Reason", "--reason");
  workflow::RequestWish wish;
  wish.title = "draft";
  apply(wish);
  note_step_lines(context, wish.steps);
  return wish;
}

}  // namespace dbw::tool
