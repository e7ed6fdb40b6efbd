#include <cstdlib>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr int k_char_length_max = 20;

bool is_fixed_char(const std::string& type) {
  return type == "char" || type == "bpchar" || type == "character" || type == "national char" || type == "nchar";
}

void check_char_max_length(const RuleInput& in, Findings& out) {
  for_declared_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (!is_fixed_char(to_lower(column.type)) || column.type_arguments.empty() ||
        std::atoi(column.type_arguments[0].c_str()) <= k_char_length_max)
      return;
    out.add(in.statement.range,
            "column " + quoted(column.name) + " pads every value to " + column.type_arguments[0] + " characters",
            in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_char_max_length = {
    .info =
        {
            .id = "char-max-length",
            .category = "type-choice",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A char of more than 20 characters.",
            .why = "Shorter values are filled up with blanks, which take room and make comparisons and concatenations "
                   "differ from those of varchar.",
            .instead = "varchar, or text.",
            .sources = "PostgreSQL manual, \"Character Types\"; MySQL manual, \"The CHAR and VARCHAR Types\"; SQLite "
                       "documentation, \"Datatypes In SQLite\".",
        },
    .on_statement = check_char_max_length,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
