#include <algorithm>
#include <iterator>

#include "sqlparse/postgresql/classes.hpp"
#include "sqlparse/postgresql/facts.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

using Kind = AlterAction::Kind;

struct ActionRow {
  std::string_view subtype;
  Kind kind;
};

constexpr ActionRow k_actions[] = {
    {"AT_AddColumn", Kind::add_column},
    {"AT_DropColumn", Kind::drop_column},
    {"AT_AlterColumnType", Kind::alter_type},
    {"AT_ColumnDefault", Kind::set_default},
    {"AT_SetNotNull", Kind::set_not_null},
    {"AT_DropNotNull", Kind::drop_not_null},
    {"AT_AddConstraint", Kind::add_constraint},
    {"AT_DropConstraint", Kind::drop_constraint},
    {"AT_ValidateConstraint", Kind::validate_constraint},
    {"AT_ChangeOwner", Kind::change_owner},
    {"AT_AttachPartition", Kind::attach_partition},
    {"AT_DetachPartition", Kind::detach_partition},
    {"AT_DetachPartitionFinalize", Kind::detach_partition},
    {"AT_EnableTrig", Kind::enable_trigger},
    {"AT_EnableAlwaysTrig", Kind::enable_trigger},
    {"AT_EnableReplicaTrig", Kind::enable_trigger},
    {"AT_EnableTrigAll", Kind::enable_trigger},
    {"AT_EnableTrigUser", Kind::enable_trigger},
    {"AT_EnableRule", Kind::enable_trigger},
    {"AT_DisableTrig", Kind::disable_trigger},
    {"AT_DisableTrigAll", Kind::disable_trigger},
    {"AT_DisableTrigUser", Kind::disable_trigger},
    {"AT_DisableRule", Kind::disable_trigger},
    {"AT_EnableRowSecurity", Kind::enable_row_security},
    {"AT_ForceRowSecurity", Kind::enable_row_security},
    {"AT_DisableRowSecurity", Kind::disable_row_security},
    {"AT_NoForceRowSecurity", Kind::disable_row_security},
    {"AT_SetLogged", Kind::storage_rewrite},
    {"AT_SetUnLogged", Kind::storage_rewrite},
    {"AT_SetTableSpace", Kind::storage_rewrite},
    {"AT_SetAccessMethod", Kind::storage_rewrite},
    {"AT_SetStatistics", Kind::set_statistics},
    {"AT_SetRelOptions", Kind::set_options},
    {"AT_ResetRelOptions", Kind::set_options},
    {"AT_ClusterOn", Kind::set_options},
    {"AT_DropCluster", Kind::set_options},
    {"AT_SetOptions", Kind::set_options},
    {"AT_ResetOptions", Kind::set_options},
};

/// Logical decoding reads it: setting it locks as structural changes do.
bool sets_catalogue_table(const Node& command) {
  return any_node(command.child("def"), [](const Node& node) { return node.text("defname") == "user_catalog_table"; });
}

Kind action_kind(const Node& command) {
  const std::string_view subtype = command.text("subtype");
  const auto row = std::find_if(std::begin(k_actions), std::end(k_actions),
                                [&](const ActionRow& candidate) { return candidate.subtype == subtype; });
  if (row == std::end(k_actions)) return Kind::other;
  if (row->kind == Kind::set_options && sets_catalogue_table(command)) return Kind::other;
  return row->kind == Kind::set_default && !command.has("def") ? Kind::drop_default : row->kind;
}

std::string action_name(const Node& command) {
  const std::string_view subtype = command.text("subtype");
  if (subtype == "AT_EnableTrigAll" || subtype == "AT_DisableTrigAll") return "all";
  if (subtype == "AT_EnableTrigUser" || subtype == "AT_DisableTrigUser") return "user";
  if (subtype == "AT_ChangeOwner") return std::string(command.child("newowner").text("rolename"));
  return std::string(command.text("name"));
}

void fill_action(AlterAction& action, const Node& command, const Source& source) {
  action.kind = action_kind(command);
  action.name = action_name(command);
  action.cascade = command.text("behavior") == "DROP_CASCADE";
  action.if_exists = command.flag("missing_ok");
  action.of_rule = command.text("subtype") == "AT_EnableRule" || command.text("subtype") == "AT_DisableRule";
  const Node definition = command.child("def");
  if (action.kind == Kind::add_column) {
    action.column = column_definition(definition, source);
    action.name = action.column.name;
  } else if (action.kind == Kind::alter_type) {
    fill_type(action.column, definition.child("typeName"));
    action.column.name = action.name;
    action.has_using = definition.has("raw_default");
  } else if (action.kind == Kind::set_default) {
    action.column.name = action.name;
  } else if (action.kind == Kind::add_constraint) {
    action.constraint = constraint(definition, source);
    action.name = action.constraint.name;
  } else if (definition.is("PartitionCmd")) {
    action.other_table = range_var_name(definition.child("name"));
    action.concurrently = definition.flag("concurrent");
    action.default_partition = definition.child("bound").flag("is_default");
    action.finalize = command.text("subtype") == "AT_DetachPartitionFinalize";
  } else if (command.text("subtype") == "AT_AddInherit") {
    action.other_table = range_var_name(definition);
  } else if (command.text("subtype") == "AT_AddIdentity") {
    action.column.name = action.name;
    action.column.identity = true;
  }
}

AlterAction rename_action(const Node& root) {
  AlterAction action;
  const std::string_view type = root.text("renameType");
  action.name = root.text("subname");
  action.new_name = root.text("newname");
  action.if_exists = root.flag("missing_ok");
  action.cascade = root.text("behavior") == "DROP_CASCADE";
  if (type == "OBJECT_COLUMN") {
    action.kind = Kind::rename_column;
  } else if (type == "OBJECT_TABCONSTRAINT" || type == "OBJECT_DOMCONSTRAINT") {
    action.kind = Kind::rename_constraint;
  } else {
    action.kind = type == "OBJECT_TABLE" ? Kind::rename_table : Kind::rename_other;
    if (action.name.empty()) action.name = range_var_name(root.child("relation")).name;
  }
  return action;
}

}  // namespace

void fill_alter_table(Statement& statement, const Node& root, const Source& source) {
  if (root.is("RenameStmt")) {
    statement.actions.push_back(rename_action(root));
    // Schemas, roles and databases have their old name where columns have it.
    if (!root.has("relation") && !root.has("object"))
      take_named(statement, object_type(root.text("renameType")).kind, {{}, std::string(root.text("subname"))},
                 Access::alter);
  } else if (root.is("AlterObjectSchemaStmt")) {
    AlterAction action;
    action.kind = Kind::set_schema;
    action.new_name = root.text("newschema");
    action.if_exists = root.flag("missing_ok");
    statement.actions.push_back(std::move(action));
  } else {
    const std::vector<Node> commands = root.list("cmds");
    statement.actions.reserve(commands.size());
    for (const Node& command : commands) fill_action(statement.actions.emplace_back(), command, source);
  }
  for (const AlterAction& action : statement.actions) {
    statement.concurrently = statement.concurrently || action.concurrently;
    statement.cascade = statement.cascade || action.cascade;
  }
  statement.needs_no_transaction = statement.concurrently;
}

}  // namespace dbw::sqlparse::postgresql
