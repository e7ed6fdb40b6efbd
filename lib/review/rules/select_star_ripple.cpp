#include <algorithm>

#include "review/rule_helpers.hpp"
#include "review/stars.hpp"

namespace dbw::review {
namespace {

bool stores_columns(const RuleInput& in) {
  return in.statement.kind == StatementKind::insert || in.statement.kind == StatementKind::create_view ||
         in.statement.kind == StatementKind::create_table_as;
}

/// Statements that take a table's columns as they are, while the change alters which these are.
void check_consumer(const RuleInput& in, Findings& out) {
  if (!stores_columns(in)) return;
  for (const std::string& table : star_sources(in.lexemes)) {
    if (in.index.reshapes(table))
      out.add(in.statement.range, "SELECT * takes the columns of " + quoted(table) + ", which the change alters",
              in.statement.target.text());
  }
  const bool positional = in.statement.kind == StatementKind::insert && !in.statement.has_column_list;
  if (positional && in.index.reshapes(in.statement.target.name))
    out.add(in.statement.range,
            "values go by the order of the columns of " + quoted(in.statement.target) + ", which the change alters",
            in.statement.target.text());
}

/// The definition names the column, qualified or not.
bool names_column(const Lexemes& lexemes, const std::string& column) {
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    if (lexemes.is_name(i) && lexemes.name(i) == column) return true;
  }
  return false;
}

bool reads_column(const schema::Relation& view, const ObjectName& table, const std::string& column) {
  return std::any_of(view.reads.begin(), view.reads.end(), [&](const schema::Dependency& read) {
    return read.relation.name == table.name &&
           std::find(read.columns.begin(), read.columns.end(), column) != read.columns.end();
  });
}

/// Why a stored definition changes with the column; empty where it does not.
std::string ripple(const RuleInput& in, const schema::Relation& relation, const std::string& definition,
                   const AlterAction& action) {
  const Lexemes lexemes(in.review.engine, definition);
  const std::vector<std::string> stars = star_sources(lexemes);
  // PostgreSQL, MySQL and MariaDB write the columns down when the view is made.
  const bool star = std::find(stars.begin(), stars.end(), in.statement.target.name) != stars.end();
  if (star && (in.review.engine == Engine::sqlite || &definition != &relation.definition))
    return "takes it with SELECT *";
  if (action.kind != AlterAction::Kind::drop_column) return "";
  const bool known = in.review.engine == Engine::postgresql && &definition == &relation.definition;
  const bool reads =
      known ? reads_column(relation, in.statement.target, action.name) : names_column(lexemes, action.name);
  return reads ? "names it" : "";
}

void check_stored(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::alter_table || !at_top_level(in)) return;
  const std::vector<const schema::Relation*> known = in.schema.naming(in.statement.target.name);
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::add_column && action.kind != AlterAction::Kind::drop_column) continue;
    const std::string column = action.kind == AlterAction::Kind::add_column ? action.column.name : action.name;
    const auto report = [&](const schema::Relation& relation, const std::string& definition, const std::string& what) {
      const std::string why = ripple(in, relation, definition, action);
      if (!why.empty())
        out.add(in.statement.range,
                what + " " + why + ": column " + quoted(column) + " of " + quoted(in.statement.target),
                in.statement.target.text() + "." + column);
    };
    for (const schema::Relation* relation : known) {
      report(*relation, relation->definition, "view " + quoted(relation->name.text()));
      for (const schema::Trigger& trigger : relation->triggers)
        report(*relation, trigger.definition,
               "trigger " + quoted(trigger.name) + " of " + quoted(relation->name.text()));
    }
  }
}

void check_select_star_ripple(const RuleInput& in, Findings& out) {
  check_consumer(in, out);
  check_stored(in, out);
}

}  // namespace

constinit const Rule k_rule_select_star_ripple = {
    .info =
        {
            .id = "select-star-ripple",
            .category = "backward-compat",
            .engines = k_every_engine,
            .severity = model::Severity::warning,
            .summary = "A column that is added, dropped or moved while the same change copies the table's columns as "
                       "they are (SELECT * in INSERT, CREATE VIEW or CREATE TABLE AS, INSERT without columns); with a "
                       "snapshot also a stored view or trigger that takes the column with SELECT * or names one that "
                       "is dropped.",
            .why = "Such statements mean other columns before and after: values land in the wrong column, or the "
                   "statement fails. SQLite reads the * of a view anew each time; PostgreSQL, MySQL and MariaDB write "
                   "the columns down when the view is made, so that it lacks a later column and breaks without a "
                   "dropped one.",
            .instead = "Name the columns in INSERT, in views and in triggers; change what reads a column before the "
                       "column is dropped.",
            .sources = "PostgreSQL manual, CREATE VIEW and ALTER TABLE; MySQL manual, \"CREATE VIEW Statement\"; "
                       "SQLite documentation, CREATE VIEW.",
        },
    .on_statement = check_select_star_ripple,
    .kinds = {StatementKind::insert, StatementKind::create_view, StatementKind::create_table_as,
              StatementKind::alter_table},
};

}  // namespace dbw::review
