#include "sqlparse/postgresql/facts.hpp"

#include <algorithm>
#include <iterator>

#include "base/text.hpp"
#include "sqlparse/postgresql/classes.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

void set_target(Statement& statement, ObjectKind kind, ObjectName name) {
  statement.target_kind = kind;
  statement.target = std::move(name);
}

// ---- tables ----

void create_table(Statement& statement, const Node& root, const Source& source) {
  statement.if_exists = root.flag("if_not_exists");
  statement.temporary = root.child("relation").text("relpersistence") == "t";
  const std::vector<Node> parents = root.list("inhRelations");
  if (root.has("partbound") && !parents.empty()) statement.partition_of = range_var_name(parents.front());
  statement.default_partition = root.child("partbound").flag("is_default");
  const std::vector<Node> elements = root.list("tableElts");
  statement.columns.reserve(elements.size());
  for (const Node& element : elements) {
    if (element.is("ColumnDef")) statement.columns.push_back(column_definition(element, source));
    if (element.is("Constraint")) statement.constraints.push_back(constraint(element, source));
  }
}

void create_table_as(Statement& statement, const Node& root, const Source&) {
  statement.if_exists = root.flag("if_not_exists");
  const Node relation = root.child("into").child("rel");
  const ObjectKind kind = root.text("objtype") == "OBJECT_MATVIEW" ? ObjectKind::materialized_view : ObjectKind::table;
  set_target(statement, kind, range_var_name(relation));
  statement.temporary = relation.text("relpersistence") == "t";
  for (ObjectUse& use : statement.objects) {
    if (use.access == Access::create && use.name == statement.target) use.kind = kind;
  }
}

/// SELECT ... INTO: the target stands in the leftmost arm of set operations.
void select_into(Statement& statement, const Node& root, const Source&) {
  Node select = root;
  while (select.has("larg")) select = Node("SelectStmt", select.child("larg").json());
  const Node into = select.child("intoClause");
  if (!into) return;
  statement.kind = StatementKind::create_table_as;
  set_target(statement, ObjectKind::table, range_var_name(into.child("rel")));
  statement.temporary = into.child("rel").text("relpersistence") == "t";
}

void create_foreign_table(Statement& statement, const Node& root, const Source& source) {
  const Node base = root.child("base");
  set_target(statement, ObjectKind::table, range_var_name(base.child("relation")));
  create_table(statement, base, source);
}

void create_index(Statement& statement, const Node& root, const Source&) {
  statement.concurrently = root.flag("concurrent");
  statement.needs_no_transaction = statement.concurrently;
  statement.unique = root.flag("unique");
  statement.if_exists = root.flag("if_not_exists");
  add_object(statement, ObjectKind::index, {statement.target.schema, std::string(root.text("idxname"))},
             Access::create);
  for (const Node& element : root.list("indexParams")) {
    ColumnDefinition column;
    column.name = element.text("name");
    statement.columns.push_back(std::move(column));
  }
}

void create_view(Statement& statement, const Node& root, const Source&) {
  statement.or_replace = root.flag("replace");
  statement.temporary = root.child("view").text("relpersistence") == "t";
}

void refresh_view(Statement& statement, const Node& root, const Source&) {
  statement.concurrently = root.flag("concurrent");
}

void drop(Statement& statement, const Node& root, const Source&) {
  statement.cascade = root.text("behavior") == "DROP_CASCADE";
  statement.if_exists = root.flag("missing_ok");
  statement.concurrently = root.flag("concurrent");
  statement.needs_no_transaction = statement.concurrently;
  // The walk knows which part of the name is the table's, for triggers and policies.
  for (const ObjectUse& use : statement.objects) {
    if (use.access == Access::drop) statement.targets.push_back(use.name);
  }
  if (!statement.targets.empty())
    set_target(statement, object_type(root.text("removeType")).kind, statement.targets.front());
}

void relations(Statement& statement, const Node& root, const Source&) {
  statement.cascade = root.text("behavior") == "DROP_CASCADE";
  for (const Node& relation : root.list("relations")) statement.targets.push_back(range_var_name(relation));
  if (!statement.targets.empty()) set_target(statement, ObjectKind::table, statement.targets.front());
}

// ---- rows ----

void insert(Statement& statement, const Node& root, const Source&) {
  statement.has_column_list = root.has("cols");
  statement.selects_values = !root.has("selectStmt") || root.child("selectStmt").has("valuesLists");
}

void copy(Statement& statement, const Node& root, const Source&) { statement.has_column_list = root.has("attlist"); }

// ---- other objects ----

void create_sequence(Statement& statement, const Node& root, const Source&) {
  statement.if_exists = root.flag("if_not_exists");
  statement.temporary = root.child("sequence").text("relpersistence") == "t";
}

void alter_sequence(Statement& statement, const Node& root, const Source&) {
  statement.if_exists = root.flag("missing_ok");
}

/// CREATE AGGREGATE, OPERATOR, TYPE, COLLATION, TEXT SEARCH ...
void define(Statement& statement, const Node& root, const Source&) {
  const ObjectKind kind = object_type(root.text("kind")).kind;
  take_named(statement, kind, object_name(root.strings("defnames")), Access::create);
  if (kind == ObjectKind::type) statement.kind = StatementKind::create_type;
  statement.or_replace = root.flag("replace");
  statement.if_exists = root.flag("if_not_exists");
}

void do_block(Statement& statement, const Node& root, const Source&) {
  statement.nested_sql.push_back(constant_text(option(root, "args", "as").child("arg")));
}

void create_trigger(Statement& statement, const Node& root, const Source&) {
  statement.or_replace = root.flag("replace");
  add_object(statement, ObjectKind::trigger, {statement.target.schema, std::string(root.text("trigname"))},
             Access::create);
}

void create_schema(Statement& statement, const Node& root, const Source&) {
  take_named(statement, ObjectKind::schema, {{}, std::string(root.text("schemaname"))}, Access::create);
  statement.if_exists = root.flag("if_not_exists");
}

void extension(Statement& statement, const Node& root, const Source&) {
  const Access access = root.is("CreateExtensionStmt") ? Access::create : Access::alter;
  take_named(statement, ObjectKind::extension, {{}, std::string(root.text("extname"))}, access);
  statement.if_exists = root.flag("if_not_exists");
  statement.cascade = has_option(root, "options", "cascade");
}

void comment(Statement& statement, const Node& root, const Source&) {
  statement.comment_bytes = root.text("comment").size();
  if (!statement.objects.empty()) set_target(statement, statement.objects.front().kind, statement.objects.front().name);
}

// ---- privileges ----

void grant(Statement& statement, const Node& root, const Source&) {
  const Node grant = root.is("AlterDefaultPrivilegesStmt") ? root.child("action") : root;
  if (!grant.flag("is_grant")) statement.kind = StatementKind::revoke;
  statement.cascade = grant.text("behavior") == "DROP_CASCADE";
  for (const Node& object : grant.list("objects")) statement.targets.push_back(object_name(name_parts(object)));
  if (!statement.targets.empty())
    set_target(statement, object_type(grant.text("objtype")).kind, statement.targets.front());
}

void role(Statement& statement, const Node& root, const Source&) {
  if (root.is("DropRoleStmt")) {
    for (const Node& one : root.list("roles")) statement.targets.push_back({{}, std::string(one.text("rolename"))});
    for (const ObjectName& name : statement.targets) add_object(statement, ObjectKind::role, name, Access::drop);
    if (!statement.targets.empty()) set_target(statement, ObjectKind::role, statement.targets.front());
    statement.if_exists = root.flag("missing_ok");
    return;
  }
  const bool creates = root.is("CreateRoleStmt");
  const std::string_view name = creates ? root.text("role") : root.child("role").text("rolename");
  take_named(statement, ObjectKind::role, {{}, std::string(name)}, creates ? Access::create : Access::alter);
}

// ---- server, session, transaction ----

void setting(Statement& statement, const Node& set) {
  const std::string_view kind = set.text("kind");
  statement.setting = kind == "VAR_RESET_ALL" ? "all" : to_lower(set.text("name"));
  statement.set_local = set.flag("is_local");
  const std::vector<Node> arguments = set.list("args");
  for (const Node& argument : arguments) statement.setting_values.push_back(constant_text(argument));
  if (!arguments.empty()) statement.setting_value = statement.setting_values.front();
  if (kind == "VAR_SET_DEFAULT") statement.setting_value = "default";
}

void set_session(Statement& statement, const Node& root, const Source&) { setting(statement, root); }

void set_server(Statement& statement, const Node& root, const Source&) {
  statement.server_wide = true;
  setting(statement, Node("VariableSetStmt", root.child("setstmt").json()));
  if (root.is("AlterSystemStmt")) {
    statement.needs_no_transaction = true;
  } else if (root.is("AlterDatabaseSetStmt")) {
    take_named(statement, ObjectKind::database, {{}, std::string(root.text("dbname"))}, Access::alter);
  } else {
    take_named(statement, ObjectKind::role, {{}, std::string(root.child("role").text("rolename"))}, Access::alter);
  }
}

void discard(Statement& statement, const Node& root, const Source&) {
  statement.needs_no_transaction = root.text("target") == "DISCARD_ALL";
}

void show(Statement& statement, const Node& root, const Source&) { statement.setting = to_lower(root.text("name")); }

void transaction(Statement& statement, const Node& root, const Source&) {
  constexpr std::string_view k_prefix = "TRANS_STMT_";
  const std::string_view kind = root.text("kind");
  statement.transaction_command = to_lower(kind.substr(std::min(kind.size(), k_prefix.size())));
  if (statement.transaction_command == "start") statement.transaction_command = "begin";
  const bool second_phase =
      statement.transaction_command == "commit_prepared" || statement.transaction_command == "rollback_prepared";
  statement.needs_no_transaction = second_phase;
  set_target(statement, ObjectKind::other, {{}, std::string(root.text("savepoint_name"))});
}

void lock(Statement& statement, const Node& root, const Source& source) {
  constexpr std::string_view k_modes[] = {
      "none",  "access share",        "row share", "row exclusive",   "share update exclusive",
      "share", "share row exclusive", "exclusive", "access exclusive"};
  relations(statement, root, source);
  const auto mode = static_cast<std::size_t>(root.number("mode"));
  if (mode < std::size(k_modes)) statement.lock_mode = k_modes[mode];
}

void vacuum(Statement& statement, const Node& root, const Source&) {
  const bool is_vacuum = root.flag("is_vacuumcmd");
  statement.kind = is_vacuum ? StatementKind::vacuum : StatementKind::analyze;
  statement.needs_no_transaction = is_vacuum;
  statement.full = has_option(root, "options", "full");
  for (const Node& relation : root.list("rels"))
    statement.targets.push_back(range_var_name(relation.child("relation")));
  if (!statement.targets.empty()) set_target(statement, ObjectKind::table, statement.targets.front());
}

void cluster(Statement& statement, const Node& root, const Source&) {
  statement.needs_no_transaction = !root.has("relation");
}

void reindex(Statement& statement, const Node& root, const Source&) {
  const std::string_view kind = root.text("kind");
  statement.concurrently = has_option(root, "params", "concurrently");
  const bool many = kind != "REINDEX_OBJECT_INDEX" && kind != "REINDEX_OBJECT_TABLE";
  statement.needs_no_transaction = statement.concurrently || many;
  if (!many) return;
  const ObjectKind target = kind == "REINDEX_OBJECT_SCHEMA" ? ObjectKind::schema : ObjectKind::database;
  take_named(statement, target, {{}, std::string(root.text("name"))}, Access::alter);
}

void database(Statement& statement, const Node& root, const Source&) {
  const Access access = root.is("CreatedbStmt") ? Access::create : root.is("DropdbStmt") ? Access::drop : Access::alter;
  take_named(statement, ObjectKind::database, {{}, std::string(root.text("dbname"))}, access);
  statement.if_exists = root.flag("missing_ok");
  statement.needs_no_transaction = access != Access::alter || static_cast<bool>(option(root, "options", "tablespace"));
  if (access == Access::drop) statement.targets = {statement.target};
}

void outside_transaction(Statement& statement, const Node&, const Source&) { statement.needs_no_transaction = true; }

struct FactsRow {
  std::string_view node;
  void (*fill)(Statement&, const Node&, const Source&);
};

constexpr FactsRow k_facts[] = {
    {"CreateStmt", create_table},
    {"CreateTableAsStmt", create_table_as},
    {"SelectStmt", select_into},
    {"CreateForeignTableStmt", create_foreign_table},
    {"AlterTableStmt", fill_alter_table},
    {"RenameStmt", fill_alter_table},
    {"AlterObjectSchemaStmt", fill_alter_table},
    {"IndexStmt", create_index},
    {"ViewStmt", create_view},
    {"RefreshMatViewStmt", refresh_view},
    {"DropStmt", drop},
    {"TruncateStmt", relations},
    {"LockStmt", lock},
    {"InsertStmt", insert},
    {"CopyStmt", copy},
    {"CreateSeqStmt", create_sequence},
    {"AlterSeqStmt", alter_sequence},
    {"CreateEnumStmt", fill_named_type},
    {"CreateRangeStmt", fill_named_type},
    {"AlterEnumStmt", fill_named_type},
    {"AlterTypeStmt", fill_named_type},
    {"CreateDomainStmt", fill_create_domain},
    {"AlterDomainStmt", fill_alter_domain},
    {"DefineStmt", define},
    {"CreateFunctionStmt", fill_create_function},
    {"AlterFunctionStmt", fill_alter_function},
    {"DoStmt", do_block},
    {"CreateTrigStmt", create_trigger},
    {"CreateSchemaStmt", create_schema},
    {"CreateExtensionStmt", extension},
    {"AlterExtensionStmt", extension},
    {"AlterExtensionContentsStmt", extension},
    {"CommentStmt", comment},
    {"CreatePolicyStmt", fill_policy},
    {"AlterPolicyStmt", fill_policy},
    {"GrantStmt", grant},
    {"GrantRoleStmt", grant},
    {"AlterDefaultPrivilegesStmt", grant},
    {"CreateRoleStmt", role},
    {"AlterRoleStmt", role},
    {"DropRoleStmt", role},
    {"VariableSetStmt", set_session},
    {"AlterSystemStmt", set_server},
    {"AlterDatabaseSetStmt", set_server},
    {"AlterRoleSetStmt", set_server},
    {"DiscardStmt", discard},
    {"VariableShowStmt", show},
    {"TransactionStmt", transaction},
    {"VacuumStmt", vacuum},
    {"ClusterStmt", cluster},
    {"ReindexStmt", reindex},
    {"CreatedbStmt", database},
    {"DropdbStmt", database},
    {"AlterDatabaseStmt", database},
    {"CreateTableSpaceStmt", outside_transaction},
    {"DropTableSpaceStmt", outside_transaction},
    {"CreateSubscriptionStmt", outside_transaction},
    {"DropSubscriptionStmt", outside_transaction},
};

/// The walk has listed the relation; the statement is about it.
void target_from_tree(Statement& statement, const Node& root) {
  const TargetRow* row = find_target(root.type());
  if (row == nullptr) return;
  const Node relation = root.child(row->field);
  if (!relation) return;
  set_target(statement, row->kind, range_var_name(relation));
  const auto use = std::find_if(statement.objects.begin(), statement.objects.end(),
                                [&](const ObjectUse& candidate) { return candidate.name == statement.target; });
  if (use != statement.objects.end() && use->access == row->access) statement.target_kind = use->kind;
}

}  // namespace

void add_object(Statement& statement, ObjectKind kind, const ObjectName& name, Access access) {
  if (!name.name.empty()) statement.objects.push_back({kind, name, access});
}

void take_named(Statement& statement, ObjectKind kind, const ObjectName& name, Access access) {
  add_object(statement, kind, name, access);
  set_target(statement, kind, name);
}

void fill_facts(Statement& statement, const Node& root, const Source& source) {
  statement.target_kind = ObjectKind::other;
  target_from_tree(statement, root);
  if (root.is("AlterTableStmt")) statement.if_exists = root.flag("missing_ok");
  const auto row = std::find_if(std::begin(k_facts), std::end(k_facts),
                                [&](const FactsRow& candidate) { return candidate.node == root.type(); });
  if (row != std::end(k_facts)) row->fill(statement, root, source);
  const bool named_by_walk = statement.target.name.empty() && statement.objects.size() == 1;
  const bool about_objects = root.is("RenameStmt") || root.is("AlterObjectSchemaStmt") || root.is("AlterOwnerStmt");
  if (named_by_walk && about_objects)
    set_target(statement, statement.objects.front().kind, statement.objects.front().name);
}

}  // namespace dbw::sqlparse::postgresql
