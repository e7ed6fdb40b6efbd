#include <algorithm>

#include "base/text.hpp"
#include "review/fix_rewrite.hpp"
#include "review/online_ddl.hpp"

/// MySQL and MariaDB: clauses that make the server refuse rather than block, and columns that come last.
namespace dbw::review {
namespace {

using sqlparse::AlterAction;
using sqlparse::Statement;
using sqlparse::StatementKind;

/// Online behaviour that no row of online_ddl describes: numbering, stored columns, foreign keys, ENUM and SET.
bool is_known(const AlterAction& action) {
  using Kind = AlterAction::Kind;
  switch (action.kind) {
    case Kind::add_column:
      return !action.column.auto_increment && !action.column.generated_stored && !action.column.generated_virtual &&
             action.column.constraints.empty();
    case Kind::drop_column:
    case Kind::add_index:
    case Kind::drop_index:
      return true;
    case Kind::alter_type:
      return action.column.type != "enum" && action.column.type != "set";
    case Kind::add_constraint:
      return action.constraint.kind != sqlparse::ConstraintKind::foreign_key;
    case Kind::set_options:
      return action.option.name == "algorithm" || action.option.name == "lock";
    default:
      return false;
  }
}

struct Clauses {
  bool instant = true;
  bool may_copy = false;
};

/// nullopt: whatever is written, the server refuses or blocks.
std::optional<Clauses> best_clauses(const FixInput& in) {
  const Statement& statement = in.statement;
  const bool known =
      statement.kind == StatementKind::create_index ||
      (!statement.actions.empty() && std::all_of(statement.actions.begin(), statement.actions.end(), is_known));
  if (!known) return std::nullopt;
  const ServerVersion version = server_version(in.review.engine, in.review.server_version);
  const DdlOperations operations = ddl_operations(statement);
  Clauses out;
  out.instant =
      !operations.empty() && std::none_of(statement.actions.begin(), statement.actions.end(),
                                          [](const auto& it) { return it.kind == AlterAction::Kind::drop_index; });
  for (const DdlOperation operation : operations) {
    const OnlineDdl ddl = online_ddl(operation, in.review.engine, version);
    const bool redefines = operation == DdlOperation::redefine_column;
    if (!ddl.heeds_clauses || (!redefines && (!ddl.writes_go_on || ddl.work == DdlWork::copy))) return std::nullopt;
    out.instant = out.instant && ddl.work == DdlWork::metadata;
    out.may_copy = out.may_copy || redefines;
  }
  return out;
}

std::optional<std::string> add_clauses(const FixInput& in, const Clauses& clauses, Rewrite& out) {
  const bool has_algorithm = !ddl_clause(in.statement, "algorithm").empty();
  const bool has_lock = !ddl_clause(in.statement, "lock").empty();
  if (has_algorithm && (has_lock || ddl_clause(in.statement, "algorithm") != "inplace"))
    return "its ALGORITHM or LOCK clause says otherwise";
  if (has_lock && ddl_clause(in.statement, "lock") != "none") return "its LOCK clause says otherwise";
  std::vector<std::string> words;
  const bool instant = clauses.instant && !has_algorithm && !has_lock;
  if (!has_algorithm) words.emplace_back(instant ? "ALGORITHM=INSTANT" : "ALGORITHM=INPLACE");
  if (!has_lock && !instant) words.emplace_back("LOCK=NONE");
  const bool alter = in.statement.kind == StatementKind::alter_table;
  const std::string text = alter ? ", " + join(words, ", ") : " " + join(words, " ");
  out.edits.push_back(in.insert_behind(in.lexemes.size() - 1, text));
  return std::nullopt;
}

}  // namespace

std::optional<std::string> fix_online_clauses(const FixInput& in, Rewrite& out) {
  const std::optional<Clauses> clauses = best_clauses(in);
  if (!clauses) return "no clause lets writes go on meanwhile, or none is known to";
  return add_clauses(in, *clauses, out);
}

std::optional<std::string> fix_refuse_copy(const FixInput& in, Rewrite& out) {
  const std::optional<Clauses> clauses = best_clauses(in);
  if (!clauses || !clauses->may_copy) return "no clause lets writes go on meanwhile: build a new column or table";
  out.conditions.push_back("Whether redefining a column of \"" + in.statement.target.text() +
                           "\" copies the table depends on the column as it is: with ALGORITHM=INPLACE, LOCK=NONE the "
                           "server refuses instead.");
  return add_clauses(in, *clauses, out);
}

std::optional<std::string> fix_column_position(const FixInput& in, Rewrite& out) {
  const Lexemes& lexemes = in.lexemes;
  std::size_t found = 0;
  for (std::size_t at = lexemes.find(0, {"add"}); at < lexemes.size();) {
    const std::size_t end = lexemes.find(at, {","});
    const bool first = lexemes.is(end - 1, "first");
    const bool after = end >= at + 3 && lexemes.is(end - 2, "after");
    if (lexemes.is(at, "add") && (first || after)) {
      const std::size_t from = end - (first ? 1 : 2);
      Edit edit = in.replace(from, end, "");
      edit.range.start = in.end(from - 1);
      out.edits.push_back(std::move(edit));
      ++found;
    }
    at = end + 1;
  }
  const auto positioned = std::count_if(in.statement.actions.begin(), in.statement.actions.end(), [](const auto& it) {
    return it.kind == AlterAction::Kind::add_column && it.positioned;
  });
  if (found != static_cast<std::size_t>(positioned)) return "the statement is not written as expected";
  return std::nullopt;
}

}  // namespace dbw::review
