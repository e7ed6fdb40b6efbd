#include <fmt/format.h>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_called_by_name(ObjectKind kind) {
  return kind == ObjectKind::view || kind == ObjectKind::materialized_view || kind == ObjectKind::sequence ||
         kind == ObjectKind::function || kind == ObjectKind::type || kind == ObjectKind::domain;
}

/// The change makes the object itself, or gives its old name to a new one.
bool is_made(const RuleInput& in) {
  const Statement& statement = in.statement;
  return in.index.creates_view(statement.target) || in.index.creates(statement.target_kind, statement.target.name);
}

void check_rename_object(const RuleInput& in, Findings& out) {
  const Statement& statement = in.statement;
  if (statement.kind != StatementKind::alter_table || !is_called_by_name(statement.target_kind) || is_made(in)) return;
  for (const AlterAction& action : statement.actions) {
    // Attributes of a type have a name of their own here.
    const bool renames =
        action.kind == AlterAction::Kind::rename_other && (action.name.empty() || action.name == statement.target.name);
    // Of relations rename-schema speaks.
    const bool moves = action.kind == AlterAction::Kind::set_schema &&
                       (statement.target_kind == ObjectKind::function || statement.target_kind == ObjectKind::type ||
                        statement.target_kind == ObjectKind::domain);
    if (!renames && !moves) continue;
    const std::string kind(sqlparse::object_kind_name(statement.target_kind));
    out.add(statement.range,
            fmt::format("running code still uses {} {}, which {} {}", kind, quoted(statement.target),
                        renames ? "becomes" : "moves to schema", quoted(action.new_name)),
            statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_rename_object = {
    .info =
        {
            .id = "rename-object",
            .category = "backward-compat",
            .engines = k_postgresql,
            .severity = model::Severity::warning,
            .summary = "RENAME of an existing view, sequence, function, procedure, type or domain, or SET SCHEMA of "
                       "one that is no relation, where the change gives its old name to nothing else.",
            .why = "What PostgreSQL has stored parsed (views, defaults, keys) follows the object; text does not: "
                   "statements of running applications and bodies of functions fail from the commit on, until they "
                   "are changed.",
            .instead = "Keep the old name until nothing uses it: a view over the renamed view, a function that calls "
                       "the renamed function, a domain over the renamed type. Drop it in a later change.",
            .sources = "PostgreSQL manual, ALTER VIEW, ALTER FUNCTION, ALTER TYPE; CREATE FUNCTION, on what a body "
                       "that is a string is parsed like.",
        },
    .on_statement = check_rename_object,
    .kinds = {StatementKind::alter_table},
};

}  // namespace dbw::review
