#include "sqlparse/postgresql/facts.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

/// ADD VALUE and RENAME VALUE.
AlterAction enum_action(const Node& root) {
  AlterAction action;
  action.if_exists = root.flag("skipIfNewValExists");
  if (root.has("oldVal")) {
    action.kind = AlterAction::Kind::rename_other;
    action.name = root.text("oldVal");
    action.new_name = root.text("newVal");
  } else {
    action.kind = AlterAction::Kind::add_enum_value;
    action.name = root.text("newVal");
    action.positioned = root.has("newValNeighbor");
  }
  return action;
}

}  // namespace

void fill_named_type(Statement& statement, const Node& root, const Source&) {
  const Access access = root.is("AlterEnumStmt") || root.is("AlterTypeStmt") ? Access::alter : Access::create;
  take_named(statement, ObjectKind::type, object_name(root.strings("typeName")), access);
  statement.if_exists = root.flag("skipIfNewValExists");
  if (root.is("AlterEnumStmt")) statement.actions.push_back(enum_action(root));
}

void fill_create_domain(Statement& statement, const Node& root, const Source& source) {
  take_named(statement, ObjectKind::domain, object_name(root.strings("domainname")), Access::create);
  for (const Node& node : root.list("constraints")) {
    if (node.text("contype") != "CONSTR_DEFAULT" && node.text("contype") != "CONSTR_NULL") {
      statement.constraints.push_back(constraint(node, source));
    }
  }
}

/// subtype: T default, N drop not null, O set not null, C add constraint, X drop constraint, V validate constraint.
void fill_alter_domain(Statement& statement, const Node& root, const Source& source) {
  take_named(statement, ObjectKind::domain, object_name(root.strings("typeName")), Access::alter);
  AlterAction action;
  const std::string_view subtype = root.text("subtype");
  if (subtype == "T") action.kind = root.has("def") ? AlterAction::Kind::set_default : AlterAction::Kind::drop_default;
  if (subtype == "N") action.kind = AlterAction::Kind::drop_not_null;
  if (subtype == "O") action.kind = AlterAction::Kind::set_not_null;
  if (subtype == "X") action.kind = AlterAction::Kind::drop_constraint;
  if (subtype == "V") action.kind = AlterAction::Kind::validate_constraint;
  if (subtype == "C") {
    action.kind = AlterAction::Kind::add_constraint;
    action.constraint = constraint(root.child("def"), source);
  }
  action.name = subtype == "C" ? action.constraint.name : std::string(root.text("name"));
  action.cascade = root.text("behavior") == "DROP_CASCADE";
  statement.actions.push_back(std::move(action));
}

}  // namespace dbw::sqlparse::postgresql
