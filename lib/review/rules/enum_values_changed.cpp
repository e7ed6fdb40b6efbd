#include <algorithm>

#include "review/online_ddl.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// ENUM and SET keep a value's number in so many bytes; another size writes every row anew.
std::size_t storage_bytes(const sqlparse::ColumnDefinition& column) {
  const std::size_t count = column.type_arguments.size();
  if (column.type == "enum") return count < 256 ? 1 : 2;
  return count <= 32 ? (count + 7) / 8 : 8;
}

std::string bare_value(const std::string& written) {
  const bool in_quotes = written.size() > 1 && (written.front() == '\'' || written.front() == '"');
  return in_quotes ? written.substr(1, written.size() - 2) : written;
}

bool same_value(const std::string& a, const std::string& b) { return bare_value(a) == bare_value(b); }

/// All old values stand first, in their order.
bool appends_only(const sqlparse::ColumnDefinition& before, const sqlparse::ColumnDefinition& behind) {
  const std::vector<std::string>& old = before.type_arguments;
  return before.type == behind.type && old.size() <= behind.type_arguments.size() &&
         std::equal(old.begin(), old.end(), behind.type_arguments.begin(), same_value) &&
         storage_bytes(before) == storage_bytes(behind);
}

/// The first old value that the new list lacks, or empty.
std::string lost_value(const sqlparse::ColumnDefinition& before, const sqlparse::ColumnDefinition& behind) {
  for (const std::string& old : before.type_arguments) {
    const bool kept = std::any_of(behind.type_arguments.begin(), behind.type_arguments.end(),
                                  [&](const std::string& value) { return same_value(old, value); });
    if (!kept) return bare_value(old);
  }
  return {};
}

std::string enum_change_text(const RuleInput& in, const AlterAction& action,
                             const std::optional<sqlparse::ColumnDefinition>& before) {
  const std::string table = quoted(in.statement.target);
  if (!before || before->type_arguments.empty())
    return "unless the new values of " + quoted(action.name) + " come behind all old ones, " + table +
           " is copied while writes wait, and rows may lose their value";
  const std::string lost = before->type == action.column.type ? lost_value(*before, action.column) : std::string();
  const std::string copied = table + " is copied while writes wait";
  if (lost.empty())
    return "the new values of " + quoted(action.name) + " do not all come behind the old ones: " + copied;
  return quoted(action.name) + " no longer takes " + quoted(lost) + ": " + copied +
         ", and rows that hold it fail the " + "statement or lose it";
}

void check_enum_values_changed(const RuleInput& in, Findings& out) {
  for_actions(in, AlterAction::Kind::alter_type, [&](const AlterAction& action) {
    const bool list = action.column.type == "enum" || action.column.type == "set";
    if (!list || refuses_blocking(in.statement) || rules_out_copy(in.statement)) return;
    const ObjectName& table = in.statement.target;
    const std::optional<sqlparse::ColumnDefinition> before = known_column(in, table, action.name);
    if (before && !before->type_arguments.empty() && appends_only(*before, action.column)) return;
    out.add(in.statement.range, enum_change_text(in, action, before), table.text() + "." + action.name);
  });
}

}  // namespace

constinit const Rule k_rule_enum_values_changed = {
    .info =
        {
            .id = "enum-values-changed",
            .category = "online-ddl",
            .engines = k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary =
                "MODIFY or CHANGE that gives an existing column a list of ENUM or SET values, unless the old list is "
                "known "
                "from the change or the schema and stands in front of the new one; with ALGORITHM=INSTANT or INPLACE "
                "the "
                "server checks it.",
            .why = "Values that are put behind the old ones cost nothing. A value that is removed, moved or put "
                   "between others makes the server copy the table and shut out writes; rows that hold a removed "
                   "value fail the statement, or lose it without a strict sql_mode.",
            .instead = "Append values only, and let the server check: ALTER TABLE t MODIFY c enum('a', 'b', 'new'), "
                       "ALGORITHM=INSTANT;",
            .sources =
                "MySQL manual, \"Online DDL Operations\"; MariaDB manual, \"InnoDB Online DDL Operations with the "
                "INPLACE Alter Algorithm\"; measured on MariaDB 10.11: appended values INSTANT, others COPY.",
        },
    .on_statement = check_enum_values_changed,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
