#include "sqlparse/postgresql/effects.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/postgresql/classes.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

bool is_sub_object(std::string_view type) {
  return type == "OBJECT_COLUMN" || type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY" || type == "OBJECT_RULE" ||
         type == "OBJECT_TABCONSTRAINT" || type == "OBJECT_DOMCONSTRAINT" || type == "OBJECT_ATTRIBUTE";
}

/// Spares most nodes the search of the table.
bool may_have_target(std::string_view type) {
  return is_statement(type) || type == "IntoClause" || type == "PartitionCmd" || type == "VacuumRelation";
}

/// What languages outside the database's own can do is up to their author.
ObjectTypeRow language_class(std::string_view language) {
  if (language == "sql" || language == "plpgsql" || language == "plperl" || language == "pltcl")
    return {language, {}, StatementClass::ddl};
  if (language == "internal") return {language, {}, StatementClass::admin};
  const bool untrusted = language == "c" || (!language.empty() && language.back() == 'u');
  return {language, {}, untrusted ? StatementClass::file_or_program : StatementClass::procedural};
}

/// AND and OR of the row conditions of MERGE's arms and its join.
Restriction merge_restriction(const Node& merge) {
  Restriction weakest = Restriction::not_applicable;
  const Restriction join = restriction_of(merge.child("joinCondition"));
  for (const Node& arm : merge.list("mergeWhenClauses")) {
    const bool deletes = arm.text("commandType") == "CMD_DELETE";
    if (!deletes && arm.text("commandType") != "CMD_UPDATE") continue;
    Restriction found = join;
    const Restriction own = restriction_of(arm.child("condition"));
    if (own == Restriction::some) found = Restriction::some;
    if (deletes && own == Restriction::none) found = Restriction::none;
    if (weakest == Restriction::not_applicable || found < weakest) weakest = found;
  }
  return weakest;
}

/// Each once.
std::vector<std::string> sorted(std::vector<std::string_view>& names) {
  std::sort(names.begin(), names.end());
  return {names.begin(), std::unique(names.begin(), names.end())};
}

}  // namespace

bool is_statement(std::string_view type) { return type.ends_with("Stmt") && type.size() > 4; }

void Effects::start(const Node& root) {
  m_statement.statement_class = StatementClass::read;
  const StatementRow* row = find_statement(root.type());
  if (row == nullptr) return;
  m_statement.kind = row->kind;
  raise_class(m_statement, row->statement_class, {});
}

void Effects::finish() {
  m_statement.class_beside_unknown = m_statement.statement_class;
  if (!m_unknown_function.empty()) raise_class(m_statement, StatementClass::procedural, m_unknown_function);
  if (m_statement.statement_class == StatementClass::read && !m_unproven.empty())
    raise_class(m_statement, StatementClass::procedural, m_unproven);
  m_statement.operators = sorted(m_operators);
  m_statement.members = sorted(m_members);
  const bool kind_reads = m_statement.kind == StatementKind::select || m_statement.kind == StatementKind::show ||
                          m_statement.kind == StatementKind::explain;
  m_statement.read_only = kind_reads && m_statement.statement_class == StatementClass::read &&
                          std::all_of(m_statement.functions.begin(), m_statement.functions.end(),
                                      [](const FunctionUse& use) { return use.read_only; });
}

void Effects::take(const Node& node, Place& place) {
  const std::string_view type = node.type();
  if (is_statement(type)) return take_statement(node, place);
  if (type == "FuncCall") return take_function(node);
  if (type == "RangeFunction") m_statement.reads_function_rows = true;
  if (type == "LockingClause") return raise(place, StatementClass::dml, "locks rows (FOR UPDATE or FOR SHARE)");
  if (type == "IntoClause") return raise(place, StatementClass::ddl, "SELECT INTO creates a table");
  if (type == "RangeTableSample") return take_sample(node);
  if (type == "A_Expr") return take_operator(node.name("name"));
  if (type == "SubLink") return take_operator(node.name("operName"));
  if (type == "SortBy") return take_operator(node.name("useOp"));
  if (type == "TypeName") return take_type(node);
  if (type == "ColumnRef") return take_column(node.name("fields"));
  if (type == "A_Indirection") return take_indirection(node);
  if (type == "AlterTableCmd") return take_table_command(node, place);
}

void Effects::raise(const Place& place, StatementClass to, std::string_view reason) {
  if (!place.inert) raise_class(m_statement, to, reason);
}

void Effects::add_object(ObjectKind kind, ObjectName name, Access access) {
  if (!name.name.empty()) m_statement.objects.push_back({kind, std::move(name), access});
}

void Effects::restrict_to(const Place& place, Restriction found) {
  if (place.inert || found == Restriction::not_applicable) return;
  const bool first = m_statement.restriction == Restriction::not_applicable;
  if (first || found < m_statement.restriction) m_statement.restriction = found;
}

void Effects::take_statement(const Node& node, Place& place) {
  const StatementRow* row = find_statement(node.type());
  if (row == nullptr) {
    raise_class(m_statement, StatementClass::opaque, fmt::format("{} is not a statement that dbw knows", node.type()));
    return;
  }
  if (row->statement_class > m_statement.statement_class)
    raise(place, row->statement_class, fmt::format("holds {}", row->what));
  const std::string_view type = node.type();
  if (type == "UpdateStmt" || type == "DeleteStmt") restrict_to(place, restriction_of(node.child("whereClause")));
  if (type == "MergeStmt") restrict_to(place, merge_restriction(node));
  if (type == "ExplainStmt") place.inert = !has_option(node, "options", "analyze");
  if (type == "ExecuteStmt") raise_class(m_statement, row->statement_class, "planning evaluates some functions");
  if (type == "CopyStmt") take_copy(node, place);
  if (type == "VariableSetStmt") take_setting(node, place);
  if (type == "DiscardStmt" && node.text("target") == "DISCARD_ALL") {
    raise(place, StatementClass::transaction, "DISCARD ALL drops advisory locks and the role");
  }
  if (type == "DoStmt") take_language(node, "args", place);
  if (type == "CreateFunctionStmt") take_language(node, "options", place);
  if (type == "DropStmt") take_drop(node, place);
  if (type == "RenameStmt") take_object_type(node, "renameType", place);
  if (type == "CommentStmt") take_comment(node);
  if (type == "AlterObjectSchemaStmt" || type == "AlterOwnerStmt") take_object_type(node, "objectType", place);
}

void Effects::take_copy(const Node& node, const Place& place) {
  if (node.flag("is_program"))
    return raise(place, StatementClass::file_or_program, "COPY runs a program on the server");
  if (node.has("filename"))
    return raise(place, StatementClass::file_or_program, "COPY reads or writes a file of the server");
  if (m_statement.reason.empty()) m_statement.reason = "COPY needs a copy stream, which the executor does not have";
}

void Effects::take_setting(const Node& node, const Place& place) {
  const std::string name = to_lower(node.text("name"));
  const SettingFacts facts = setting_facts(name);
  if (!facts.why.empty()) raise(place, facts.statement_class, fmt::format("setting {} {}", name, facts.why));
}

void Effects::take_language(const Node& node, std::string_view options, const Place& place) {
  const std::string language = to_lower(constant_text(option(node, options, "language").child("arg")));
  if (language.empty()) return;
  raise(place, language_class(language).statement_class, fmt::format("code in language {}", language));
}

void Effects::take_drop(const Node& node, const Place& place) {
  const std::string_view type = node.text("removeType");
  const ObjectTypeRow row = object_type(type);
  raise(place, row.statement_class, {});
  for (const Node& object : node.list("objects")) {
    std::vector<std::string> parts = name_parts(object);
    if (is_sub_object(type) && parts.size() > 1) {
      const std::string sub_name = parts.back();
      parts.pop_back();
      add_object(ObjectKind::table, object_name(parts), Access::alter);
      parts = {sub_name};
    }
    add_object(row.kind, object_name(parts), Access::drop);
  }
}

void Effects::take_object_type(const Node& node, std::string_view type_field, const Place& place) {
  const ObjectTypeRow row = object_type(node.text(type_field));
  raise(place, row.statement_class, {});
  if (const Node object = node.child("object")) add_object(row.kind, object_name(name_parts(object)), Access::alter);
}

void Effects::take_comment(const Node& node) {
  std::vector<std::string> parts = name_parts(node.child("object"));
  if (is_sub_object(node.text("objtype")) && parts.size() > 1) parts.pop_back();
  add_object(object_type(node.text("objtype")).kind, object_name(parts), Access::alter);
}

void Effects::take_table_command(const Node& node, const Place& place) {
  const std::string_view subtype = node.text("subtype");
  if (subtype == "AT_ChangeOwner") raise(place, StatementClass::privilege, "changes the owner");
  if (subtype == "AT_EnableRowSecurity" || subtype == "AT_DisableRowSecurity" || subtype == "AT_ForceRowSecurity" ||
      subtype == "AT_NoForceRowSecurity") {
    raise(place, StatementClass::privilege, "changes row level security");
  }
}

/// Planning evaluates functions too, so they count below a plain EXPLAIN.
void Effects::take_function(const Node& node) {
  const ObjectName name = object_name(node.name("funcname"));
  const std::vector<Node> arguments = node.list("args");
  FunctionFacts facts = function_facts(name);
  m_statement.functions.push_back({name, static_cast<int>(arguments.size()), facts.read_only, facts.constant});
  if (name.name == "set_config" && !arguments.empty()) return take_set_config(arguments, facts);
  if (facts.read_only) return;
  if (!facts.why.empty()) {
    raise_class(m_statement, facts.statement_class,
                fmt::format("function {} is not read-only: it {}", name.text(), facts.why));
  } else if (m_unknown_function.empty()) {
    m_unknown_function = fmt::format("function {} is not known to be read-only", name.text());
  }
}

void Effects::take_set_config(const std::vector<Node>& arguments, const FunctionFacts& facts) {
  const std::string name = to_lower(constant_text(arguments[0]));
  const bool literal = arguments[0].is("A_Const") && !name.empty();
  const SettingFacts setting = setting_facts(name);
  raise_class(m_statement, literal ? setting.statement_class : facts.statement_class,
              literal ? fmt::format("function set_config changes the setting {}", name)
                      : fmt::format("function set_config {}", facts.why));
  if (!m_statement.setting.empty() || !literal) return;
  m_statement.setting = name;
  if (arguments.size() > 1) m_statement.setting_value = constant_text(arguments[1]);
}

/// A sampling method is a function call in disguise.
void Effects::take_sample(const Node& node) {
  const ObjectName name = object_name(node.name("method"));
  const FunctionFacts facts = function_facts(name);
  m_statement.functions.push_back({name, static_cast<int>(node.list("args").size()), facts.read_only, facts.constant});
  if (!facts.read_only)
    raise_class(m_statement, facts.statement_class,
                fmt::format("sampling method {} is not known to be read-only", name.text()));
}

/// Built-in operators are known to be harmless; any other is somebody's function.
void Effects::take_operator(const NameView& view) {
  if (view.parts == 0) return;
  m_operators.push_back(view.name);
  const bool word = view.name.find("BETWEEN") != std::string_view::npos;
  if (view.parts < 2 && !word && !is_builtin_operator(view.name)) {
    m_statement.unknown_otherwise = true;
    return unproven(fmt::format("operator {} is not built in: it may call any function", view.name));
  }
  const bool of_server = view.parts == 2 && view.first == "pg_catalog";  // of three the first is the database
  if (view.parts < 2 || of_server) return;
  raise_class(m_statement, StatementClass::procedural,
              fmt::format("operator {} of schema {} may call any function", view.name, view.first));
}

/// A cast to a domain evaluates its CHECK, and any type has an input function and casts.
void Effects::take_type(const Node& node) {
  const ObjectName name = object_name(node.name("names"));
  if (name.name.empty() || is_builtin_type(name)) return;
  m_statement.foreign_types.push_back(name);
  unproven(fmt::format("type {} is not built in: its CHECK or cast may call any function", name.text()));
}

/// A name that is no column of the relation before it is a function of one argument.
void Effects::take_column(const NameView& fields) {
  if (fields.parts > 1) take_attribute(fields.name);
}

void Effects::take_indirection(const Node& node) {
  for (const Node& part : node.list("indirection")) {
    const std::string_view name = part.text("sval");
    if (name.empty()) continue;
    take_attribute(name);
    m_statement.unknown_otherwise = true;
    unproven(fmt::format("(...).{} calls a function where there is no such column", name));
  }
}

void Effects::take_attribute(std::string_view name) {
  if (!name.empty()) m_members.push_back(name);
  const FunctionFacts facts = attribute_facts(name);
  if (facts.read_only) return;
  m_statement.functions.push_back({{{}, std::string(name)}, 1, false, false});
  raise_class(m_statement, facts.statement_class,
              fmt::format("{} is not read-only: without such a column it is a function that {}", name, facts.why));
}

/// Lets no query pass as read; what writes anyway keeps its class.
void Effects::unproven(std::string reason) {
  if (m_unproven.empty()) m_unproven = std::move(reason);
}

void Effects::take_relation(const Node& range_var, const Place& place) {
  add_object(ObjectKind::table, range_var_name(range_var), place.inert ? Access::read : place.access);
}

std::string_view Effects::take_target(const Node& node, const Place& place) {
  const TargetRow* target = may_have_target(node.type()) ? find_target(node.type()) : nullptr;
  if (target == nullptr) return {};
  const Node relation = node.child(target->field);
  if (!relation) return target->field;
  Access access = target->access;
  ObjectKind kind = target->kind;
  if (node.is("CopyStmt") && !node.flag("is_from")) access = Access::read;
  if (place.inert) access = Access::read;
  const bool may_say_kind = target->access == Access::alter;
  for (const std::string_view field : {"objtype", "objectType", "relationType", "renameType"}) {
    if (may_say_kind && kind == ObjectKind::table && node.has(field)) kind = object_type(node.text(field)).kind;
  }
  if (node.is("RenameStmt")) {
    kind = object_type(node.text("renameType")).kind;
    // Only columns and attributes say what has them; constraints, triggers, rules and policies are a table's.
    const bool of_relation =
        node.text("renameType") == "OBJECT_COLUMN" || node.text("renameType") == "OBJECT_ATTRIBUTE";
    if (of_relation)
      kind = object_type(node.text("relationType")).kind;
    else if (is_sub_object(node.text("renameType")))
      kind = ObjectKind::table;
  }
  if (node.is("ReindexStmt") && node.text("kind") == "REINDEX_OBJECT_TABLE") kind = ObjectKind::table;
  add_object(kind, range_var_name(relation), access);
  return target->field;
}

}  // namespace dbw::sqlparse::postgresql
