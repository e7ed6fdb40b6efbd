#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

using sqlparse::ColumnDefinition;

bool takes_no_default(const ColumnDefinition& column) {
  const std::string& type = column.type;
  return column.auto_increment || column.generated_stored || column.generated_virtual ||
         type.find("text") != std::string::npos || type.find("blob") != std::string::npos || type == "json";
}

/// What the column had by the definition `old` and has no more by `now`.
std::vector<std::string> lost_attributes(const ColumnDefinition& old, const ColumnDefinition& now) {
  std::vector<std::string> out;
  const auto lose = [&](bool had, bool has, std::string_view what) {
    if (had && !has) out.emplace_back(what);
  };
  bool key = false;
  for (const sqlparse::Constraint& constraint : old.constraints)
    key = key || constraint.kind == ConstraintKind::primary_key;
  lose(old.not_null && !key, now.not_null, "NOT NULL");
  lose(old.has_default && !old.default_null, now.has_default, "DEFAULT");
  lose(old.auto_increment, now.auto_increment, "AUTO_INCREMENT");
  lose(old.on_update_now, now.on_update_now, "ON UPDATE CURRENT_TIMESTAMP");
  lose(old.is_unsigned && old.type == now.type, now.is_unsigned, "UNSIGNED");
  lose(!old.charset.empty(), !now.charset.empty(), "CHARACTER SET");
  lose(!old.collation.empty(), !now.collation.empty(), "COLLATE");
  lose(old.has_comment, now.has_comment, "COMMENT");
  return out;
}

void check_modify_column_drops_attributes(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || in.statement.temporary) return;
  const ObjectName& table = in.statement.target;
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::alter_type || !action.redefines) continue;
    const std::string object = table.text() + "." + action.name;
    if (const std::optional<ColumnDefinition> old = known_column(in, table, action.name)) {
      const std::vector<std::string> lost = lost_attributes(*old, action.column);
      if (!lost.empty())
        out.add(in.statement.range,
                "column " + quoted(action.name) + " loses " + join(lost, ", ") + ", which it has until then", object);
    } else if (!action.column.not_null && !action.column.has_default && !takes_no_default(action.column)) {
      Findings::at_most(out.add(in.statement.range,
                                "column " + quoted(action.name) +
                                    " loses NOT NULL and DEFAULT if it has them: the new definition names neither",
                                object),
                        model::Severity::info);
    }
  }
}

}  // namespace

constinit const Rule k_rule_modify_column_drops_attributes = {
    .info =
        {
            .id = "modify-column-drops-attributes",
            .category = "online-ddl",
            .engines = k_mysql,
            .severity = model::Severity::error,
            .summary = "MODIFY or CHANGE that leaves out attributes which the column has by this change or the schema "
                       "snapshot: NOT NULL, DEFAULT, AUTO_INCREMENT, UNSIGNED, ON UPDATE, COMMENT, and CHARACTER SET "
                       "and COLLATE of this change. As a notice where nothing is known of the column and the new "
                       "definition has neither NOT NULL nor DEFAULT.",
            .why = "The definition replaces the whole old one. What it does not repeat is dropped without a word: "
                   "NULLs come in, defaults vanish, numbers are not drawn any more.",
            .instead = "Copy the definition from SHOW CREATE TABLE t and change what is to change; for the default "
                       "alone ALTER TABLE t ALTER COLUMN c SET DEFAULT 0.",
            .sources = "MySQL manual, \"ALTER TABLE Statement\", \"Renaming, Redefining, and Reordering Columns\"; "
                       "measured on MariaDB 10.11 with information_schema.columns.",
        },
    .on_statement = check_modify_column_drops_attributes,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
