#include <memory>
#include <string>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "commands.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::tool {
namespace {

/// A line holds its SQL with escapes, which may double it, and the id.
constexpr std::size_t k_line_bytes_max = 2 * k_sql_bytes_max + 4096;

struct Arguments {
  std::string engine;
  bool jsonl = false;
};

codec::Value statement_value(const sqlparse::Statement& statement) {
  codec::Value out, objects{codec::Value::List{}};
  for (const sqlparse::ObjectUse& use : statement.objects) {
    codec::Value object;
    object.set("kind", sqlparse::object_kind_name(use.kind));
    object.set("name", printable(use.name.text()));
    object.set("access", sqlparse::access_name(use.access));
    objects.push(std::move(object));
  }
  out.set("class", class_name(statement.statement_class));
  out.set("read_only", statement.read_only);
  out.set("start", static_cast<std::int64_t>(statement.range.start));
  out.set("end", static_cast<std::int64_t>(statement.range.end));
  out.set("reason", printable(statement.reason));
  out.set("objects", std::move(objects));
  return out;
}

codec::Value classify(Engine engine, const std::string& id, std::string_view sql) {
  const sqlparse::ParsedSql parsed = sqlparse::parse(engine, sql, {.bytes_max = k_sql_bytes_max});
  codec::Value out, statements{codec::Value::List{}};
  for (const sqlparse::Statement& statement : parsed.statements) statements.push(statement_value(statement));
  out.set("id", id);
  out.set("class", class_name(parsed.strongest().value_or(StatementClass::opaque)));
  out.set("read_only", parsed.read_only());
  out.set("statements", std::move(statements));
  if (!parsed.problems.empty()) out.set("error", printable(parsed.problems.front().message));
  return out;
}

codec::Value classify_line(Engine engine, const std::string& line, std::size_t number) {
  const std::string source = "line " + std::to_string(number);
  const codec::Value document = codec::parse_json_relaxed(line, source, k_line_bytes_max);
  const codec::Value* id = document.find("id");
  const codec::Value* sql = document.find("sql");
  const bool numbered = id != nullptr && id->kind() == codec::Value::Kind::integer;
  const bool named = id != nullptr && id->kind() == codec::Value::Kind::text;
  if (!(numbered || named) || sql == nullptr || sql->kind() != codec::Value::Kind::text) {
    throw Error(ErrorCode::field_missing, source + " lacks \"id\" (text or a number) or \"sql\" (text)",
                "A line reads {\"id\": \"1\", \"sql\": \"SELECT 1\"}. The lines before it were answered.");
  }
  return classify(engine, numbered ? std::to_string(id->integer()) : id->text(), sql->text());
}

ExitStatus run(const Arguments& arguments, const cli::Context& context) {
  if (!arguments.jsonl) throw Error(ErrorCode::bad_usage, "classify reads and writes JSON lines", "Add --jsonl.");
  const Engine engine = require_engine(arguments.engine);
  cli::end_at_first_signal();
  std::size_t number = 0;
  each_stdin_line(k_line_bytes_max, [&](std::string_view line) {
    ++number;
    if (!trim(line).empty()) context.out(codec::emit_json(classify_line(engine, std::string(line), number)) + "\n");
  });
  return ExitStatus::done;
}

}  // namespace

cli::Command classify_command() {
  auto arguments = std::make_shared<Arguments>();
  cli::Command command;
  command.name = "classify";
  command.summary = "Say what statements can do, one JSON line for each";
  command.description =
      "Reads lines {\"id\", \"sql\"} from standard input and writes {\"id\", \"class\", \"read_only\", \"statements\", "
      "\"error\"}. The class is the "
      "strongest of all statements; text that could not be read is opaque.";
  command.examples = {"echo '{\"id\":\"1\",\"sql\":\"SELECT 1\"}' | dbw-review classify --engine postgresql --jsonl"};
  command.options = {{"--engine", "NAME", "postgresql, mysql, mariadb or sqlite", &arguments->engine, true},
                     {"--jsonl", "", "JSON lines in and out", &arguments->jsonl}};
  command.run = [arguments](const cli::Context& context) { return run(*arguments, context); };
  return command;
}

}  // namespace dbw::tool
