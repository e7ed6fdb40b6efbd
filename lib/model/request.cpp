#include "model/request.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/version_order.hpp"
#include "codec/yaml.hpp"
#include "model/form.hpp"

namespace dbw::model {
namespace {

constexpr std::array<std::string_view, 5> k_request_kinds{"change", "query", "migration", "grant", "resume"};
constexpr std::array<std::string_view, 3> k_modes{"apply", "dry_run", "break_glass"};
constexpr Seconds k_timeout_max{7 * 86400};
constexpr std::int64_t k_lock_retries_max = 20;
constexpr std::size_t k_run_bytes = 16;

template <typename Enum, std::size_t N>
std::optional<Enum> find_name(const std::array<std::string_view, N>& names, std::string_view text) {
  const auto found = std::find(names.begin(), names.end(), text);
  if (found == names.end()) return std::nullopt;
  return static_cast<Enum>(found - names.begin());
}

std::optional<FileReference> read_file_reference(codec::Reader& parent, std::string_view field) {
  std::optional<codec::Reader> reader = parent.map(field);
  if (!reader) return std::nullopt;
  FileReference file{reader->text("path"), reader->digest("sha256")};
  if (!is_relative_path(file.path)) {
    throw reader->error(ErrorCode::field_value, "path",
                        "expected components [a-z0-9][a-z0-9._-]* below the request's folder");
  }
  reader->finish();
  return file;
}

std::optional<Seconds> read_timeout(codec::Reader& reader, std::string_view field) {
  const auto timeout = reader.duration_if(field);
  if (timeout && (*timeout < Seconds(1) || *timeout > k_timeout_max))
    throw reader.error(ErrorCode::field_value, field, "must lie between 1s and 7d");
  return timeout;
}

void read_expect(codec::Reader& parent, RequestStep& step) {
  std::optional<codec::Reader> reader = parent.map("expect");
  if (!reader) return;
  step.rows_min = reader->integer_if("rows_min", 0, k_rows_max);
  step.rows_max = reader->integer_if("rows_max", 0, k_rows_max);
  reader->finish();
  if (!step.rows_min && !step.rows_max)
    throw parent.error(ErrorCode::field_value, "expect", "names neither rows_min nor rows_max");
  if (step.rows_min && step.rows_max && *step.rows_min > *step.rows_max)
    throw parent.error(ErrorCode::field_value, "expect", "rows_min is above rows_max");
}

}  // namespace

Milliseconds parse_pause(std::string_view text) {
  constexpr std::string_view k_unit = "ms";
  const bool fine = text.ends_with(k_unit);
  const std::string digits(fine ? text.substr(0, text.size() - k_unit.size()) : text);
  // Of one form: what parse_duration says of the number holds for milliseconds too.
  const Seconds parsed = parse_duration(fine ? digits + "s" : digits);
  return fine ? Milliseconds(parsed.count()) : std::chrono::duration_cast<Milliseconds>(parsed);
}

std::string format_pause(Milliseconds pause) {
  const Seconds whole = std::chrono::duration_cast<Seconds>(pause);
  return whole == pause ? format_duration(whole) : fmt::format("{}ms", pause.count());
}

namespace {

void read_batch(codec::Reader& parent, RequestStep& step) {
  std::optional<codec::Reader> reader = parent.map("batch");
  if (!reader) return;
  Batch batch;
  batch.key = reader->text("key");
  batch.size = reader->integer("size", 1, k_batch_size_max);
  if (const auto pause = reader->text_if("pause")) {
    batch.pause = at_field(*reader, "pause", [&] { return parse_pause(*pause); });
    if (batch.pause > k_batch_pause_max) throw reader->error(ErrorCode::field_value, "pause", "must be at most 1h");
  }
  batch.lag_max = read_timeout(*reader, "lag_max");
  batch.sessions_max = reader->integer_if("sessions_max", 1, k_batch_size_max);
  reader->finish();
  step.batch = std::move(batch);
}

RequestStep read_step(codec::Reader& reader) {
  RequestStep step;
  step.id = reader.name("id");
  const auto sql = read_file_reference(reader, "sql");
  if (!sql) throw reader.error(ErrorCode::field_missing, "sql", "a step names its SQL file");
  step.sql = *sql;
  step.rollback = read_file_reference(reader, "rollback");
  step.transactional = reader.one_of_if("transaction", {"required", "none"}).value_or("required") == "required";
  step.statement_timeout = read_timeout(reader, "statement_timeout");
  step.lock_timeout = read_timeout(reader, "lock_timeout");
  read_expect(reader, step);
  read_batch(reader, step);
  step.lock_retries = reader.integer_if("lock_retries", 0, k_lock_retries_max).value_or(0);
  reader.finish();
  return step;
}

void read_steps(codec::Reader& reader, Request& request) {
  std::vector<std::string> ids;
  std::vector<std::string> paths;
  reader.list_if("steps", [&](codec::Reader& step) {
    request.steps.push_back(read_step(step));
    ids.push_back(request.steps.back().id);
    paths.push_back(request.steps.back().sql.path);
  });
  if (request.steps.empty()) throw reader.error(ErrorCode::field_missing, "steps", "a request has at least one step");
  require_distinct(reader, "steps", ids);
  require_distinct(reader, "steps", paths);
}

std::optional<ResultsWish> read_results(codec::Reader& parent) {
  std::optional<codec::Reader> reader = parent.map("results");
  if (!reader) return std::nullopt;
  ResultsWish wish;
  wish.to = reader->names_if("to");
  if (wish.to.size() > k_result_recipients_max)
    throw reader->error(ErrorCode::field_value, "to", fmt::format("more than {} people", k_result_recipients_max));
  wish.format = reader->one_of_if("format", {"csv", "json", "table"}).value_or(wish.format);
  wish.max_rows = reader->integer_if("max_rows", 1, k_rows_max);
  wish.max_bytes = reader->integer_if("max_bytes", 1, k_rows_max);
  reader->finish();
  return wish;
}

std::optional<Migration> read_migration(codec::Reader& parent) {
  std::optional<codec::Reader> reader = parent.map("migration");
  if (!reader) return std::nullopt;
  Migration migration{reader->text("version"), reader->text("name"), reader->text_if("after").value_or("")};
  if (!is_version(migration.version))
    throw reader->error(ErrorCode::field_value, "version", "expected digits, with dots between numbers");
  if (!migration.after.empty() && !is_version(migration.after))
    throw reader->error(ErrorCode::field_value, "after", "expected digits, with dots between numbers");
  if (!migration.after.empty() && compare_versions(migration.after, migration.version) >= 0)
    throw reader->error(ErrorCode::field_value, "after", "must be an older version");
  reader->finish();
  return migration;
}

std::optional<Resumption> read_resumes(codec::Reader& parent) {
  std::optional<codec::Reader> reader = parent.map("resumes");
  if (!reader) return std::nullopt;
  const std::string id = reader->text("request");
  Resumption resumes{at_field(*reader, "request", [&] { return RequestId(id); }), reader->hex("run", k_run_bytes),
                     reader->integer_if("statement", 1, static_cast<std::int64_t>(k_statements_max) + 1)};
  if (const auto kind = reader->one_of_if("kind", {"change", "migration"})) resumes.kind = *parse_kind(*kind);
  reader->finish();
  return resumes;
}

std::optional<RequestId> read_id(codec::Reader& reader, std::string_view field) {
  const auto text = reader.text_if(field);
  if (!text) return std::nullopt;
  return at_field(reader, field, [&] { return RequestId(*text); });
}

RequestKind read_kind(codec::Reader& reader) {
  const RequestKind kind = *parse_kind(reader.one_of("kind", {k_request_kinds.begin(), k_request_kinds.end()}));
  if (kind == RequestKind::grant) {
    throw reader.error(ErrorCode::request_kind_unsupported, "kind",
                       fmt::format("requests of kind {} are not supported yet", kind_name(kind)));
  }
  return kind;
}

void require_consistent(const codec::Reader& reader, const Request& request) {
  if (request.expires_at <= request.created_at)
    throw reader.error(ErrorCode::field_value, "expires_at", "must be later than created_at");
  if (request.supersedes == request.id)
    throw reader.error(ErrorCode::field_value, "supersedes", "a request cannot supersede itself");
  if (request.reverts == request.id)
    throw reader.error(ErrorCode::field_value, "reverts", "a request cannot revert itself");
  if ((request.kind == RequestKind::migration) != request.migration.has_value())
    throw reader.error(ErrorCode::field_value, "migration", "requests of kind migration have it, and no others");
  if (request.migration && request.steps.size() != 1)
    throw reader.error(ErrorCode::field_value, "steps", "a migration is one step");
  if ((request.kind == RequestKind::resume) != request.resumes.has_value())
    throw reader.error(ErrorCode::field_value, "resumes", "requests of kind resume have it, and no others");
  if (request.resumes && request.mode != RequestMode::apply)
    throw reader.error(ErrorCode::field_value, "mode", "what stopped half-way can only go on for real");
  if (request.kind == RequestKind::query) {
    const bool writes = std::any_of(request.steps.begin(), request.steps.end(),
                                    [](const RequestStep& step) { return step.rollback.has_value(); });
    if (writes) throw reader.error(ErrorCode::field_value, "steps", "a query changes nothing and has no rollback");
  } else if (request.results) {
    throw reader.error(ErrorCode::field_value, "results", "only requests of kind query have results");
  }
}

std::string render_file(std::string_view field, const FileReference& file) {
  return fmt::format("    {}: {{path: {}, sha256: {}}}\n", field, codec::yaml_scalar(file.path),
                     codec::yaml_scalar(file.sha256.text()));
}

std::string render_batch(const Batch& batch) {
  std::string out = fmt::format("    batch: {{key: {}, size: {}", codec::yaml_scalar(batch.key), batch.size);
  if (batch.pause.count() != 0) out += fmt::format(", pause: {}", format_pause(batch.pause));
  if (batch.lag_max) out += fmt::format(", lag_max: {}", format_duration(*batch.lag_max));
  if (batch.sessions_max) out += fmt::format(", sessions_max: {}", *batch.sessions_max);
  return out + "}\n";
}

std::string render_step(const RequestStep& step) {
  std::string out = fmt::format("  - id: {}\n", codec::yaml_scalar(step.id));
  out += render_file("sql", step.sql);
  if (step.rollback) out += render_file("rollback", *step.rollback);
  out += fmt::format("    transaction: {}\n", step.transactional ? "required" : "none");
  if (step.statement_timeout)
    out += fmt::format("    statement_timeout: {}\n", format_duration(*step.statement_timeout));
  if (step.lock_timeout) out += fmt::format("    lock_timeout: {}\n", format_duration(*step.lock_timeout));
  if (step.rows_min || step.rows_max) {
    out += "    expect: {";
    if (step.rows_min) out += fmt::format("rows_min: {}", *step.rows_min);
    if (step.rows_min && step.rows_max) out += ", ";
    if (step.rows_max) out += fmt::format("rows_max: {}", *step.rows_max);
    out += "}\n";
  }
  if (step.batch) out += render_batch(*step.batch);
  if (step.lock_retries != 0) out += fmt::format("    lock_retries: {}\n", step.lock_retries);
  return out;
}

std::string render_results(const ResultsWish& wish) {
  std::string out = "results:\n";
  if (!wish.to.empty()) out += fmt::format("  to: {}\n", yaml_list(wish.to));
  out += fmt::format("  format: {}\n", wish.format);
  if (wish.max_rows) out += fmt::format("  max_rows: {}\n", *wish.max_rows);
  if (wish.max_bytes) out += fmt::format("  max_bytes: {}\n", *wish.max_bytes);
  return out;
}

}  // namespace

std::vector<FileReference> files_of(const Request& request) {
  std::vector<FileReference> files;
  for (const RequestStep& step : request.steps) {
    files.push_back(step.sql);
    if (step.rollback) files.push_back(*step.rollback);
  }
  return files;
}

std::string_view kind_name(RequestKind kind) { return k_request_kinds.at(static_cast<std::size_t>(kind)); }
std::string_view mode_name(RequestMode mode) { return k_modes.at(static_cast<std::size_t>(mode)); }
std::optional<RequestKind> parse_kind(std::string_view text) { return find_name<RequestKind>(k_request_kinds, text); }
std::optional<RequestMode> parse_mode(std::string_view text) { return find_name<RequestMode>(k_modes, text); }

Request parse_request(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  require_kind(reader, "request");
  Request request;
  request.kind = read_kind(reader);
  request.repo_id = reader.hex("repo_id", 16);
  const std::string id = reader.text("id");
  request.id = at_field(reader, "id", [&] { return RequestId(id); });
  request.mode = *parse_mode(reader.one_of_if("mode", {k_modes.begin(), k_modes.end()}).value_or("apply"));
  request.database = reader.name("database");
  request.environment = reader.name("environment");
  request.members = reader.names_if("members");
  request.requester = reader.name("requester");
  request.authors = reader.names_if("authors");
  request.title = reader.text("title");
  request.reason = reader.text_if("reason").value_or("");
  request.ticket = reader.text_if("ticket").value_or("");
  request.created_at = reader.time("created_at");
  request.expires_at = reader.time("expires_at");
  read_steps(reader, request);
  request.results = read_results(reader);
  request.nonce = reader.hex("nonce", 16);
  request.supersedes = read_id(reader, "supersedes");
  request.reverts = read_id(reader, "reverts");
  request.migration = read_migration(reader);
  request.resumes = read_resumes(reader);
  reader.finish();
  require_consistent(reader, request);
  return request;
}

std::string render_request(const Request& request) {
  const auto line = [](std::string_view field, std::string_view value) {
    return fmt::format("{}: {}\n", field, codec::yaml_scalar(value));
  };
  std::string out = "dbw: request/v1\n";
  out += line("repo_id", request.repo_id);
  out += line("id", request.id.text());
  out += line("kind", kind_name(request.kind));
  out += line("mode", mode_name(request.mode));
  out += line("database", request.database);
  out += line("environment", request.environment);
  if (!request.members.empty()) out += fmt::format("members: {}\n", yaml_list(request.members));
  out += line("requester", request.requester);
  if (!request.authors.empty()) out += fmt::format("authors: {}\n", yaml_list(request.authors));
  out += line("title", request.title);
  if (!request.reason.empty()) out += line("reason", request.reason);
  if (!request.ticket.empty()) out += line("ticket", request.ticket);
  out += line("created_at", request.created_at.text());
  out += line("expires_at", request.expires_at.text());
  out += "steps:\n";
  for (const RequestStep& step : request.steps) out += render_step(step);
  if (request.results) out += render_results(*request.results);
  out += line("nonce", request.nonce);
  if (request.supersedes) out += line("supersedes", request.supersedes->text());
  if (request.reverts) out += line("reverts", request.reverts->text());
  if (request.migration) {
    out += fmt::format("migration: {{version: \"{}\", name: {}", request.migration->version,
                       codec::yaml_scalar(request.migration->name));
    if (!request.migration->after.empty()) out += fmt::format(", after: \"{}\"", request.migration->after);
    out += "}\n";
  }
  if (request.resumes) {
    out += fmt::format("resumes: {{request: {}, run: {}", codec::yaml_scalar(request.resumes->request.text()),
                       codec::yaml_scalar(request.resumes->run));
    if (request.resumes->statement) out += fmt::format(", statement: {}", *request.resumes->statement);
    if (request.resumes->kind != RequestKind::change)
      out += fmt::format(", kind: {}", kind_name(request.resumes->kind));
    out += "}\n";
  }
  return out;
}

Cancellation parse_cancellation(std::string_view yaml, std::string_view source) {
  const codec::Value document = codec::parse_yaml(yaml, source);
  codec::Reader reader(document, std::string(source));
  require_kind(reader, "cancellation");
  Cancellation out;
  out.repo_id = reader.hex("repo_id", 16);
  const std::string id = reader.text("request");
  out.request = at_field(reader, "request", [&] { return RequestId(id); });
  out.request_sha256 = reader.digest("request_sha256");
  out.by = reader.name("by");
  out.created_at = reader.time("created_at");
  out.reason = reader.text_if("reason").value_or("");
  reader.finish();
  return out;
}

std::string render_cancellation(const Cancellation& cancellation) {
  std::string out = "dbw: cancellation/v1\n";
  out += fmt::format("repo_id: {}\n", codec::yaml_scalar(cancellation.repo_id));
  out += fmt::format("request: {}\n", codec::yaml_scalar(cancellation.request.text()));
  out += fmt::format("request_sha256: {}\n", codec::yaml_scalar(cancellation.request_sha256.text()));
  out += fmt::format("by: {}\n", codec::yaml_scalar(cancellation.by));
  out += fmt::format("created_at: {}\n", codec::yaml_scalar(cancellation.created_at.text()));
  if (!cancellation.reason.empty()) out += fmt::format("reason: {}\n", codec::yaml_scalar(cancellation.reason));
  return out;
}

}  // namespace dbw::model
