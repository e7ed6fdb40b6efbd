#include "sqlparse/postgresql/walk.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "sqlparse/dialects.hpp"
#include "sqlparse/postgresql/classes.hpp"
#include "sqlparse/postgresql/functions.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

constexpr int k_no_scope = -1;

/// One WITH clause; the chain of those around it ends at k_no_scope. A query sees the first `visible` names of its own.
struct Scope {
  int parent = k_no_scope;
  std::size_t parent_visible = 0;
  std::unordered_map<std::string_view, std::size_t> names;  ///< to their place in the clause
};

struct Frame {
  Json json;
  std::string_view type;
  int scope = k_no_scope;
  std::size_t visible = 0;       ///< names of the scope that are seen here
  bool inert = false;            ///< below EXPLAIN without ANALYZE: planned, not executed
  Access access = Access::read;  ///< what a relation named here is used for
};

/// Fields whose C type is fixed carry no type name; these are the ones that matter.
std::string_view implied_type(std::string_view parent, std::string_view field, const Node& node) {
  if (parent == "SelectStmt" && (field == "larg" || field == "rarg")) return "SelectStmt";
  if (field == "setstmt") return "VariableSetStmt";
  if (field == "base" && parent == "CreateForeignTableStmt") return "CreateStmt";
  if (field == "action" && parent == "AlterDefaultPrivilegesStmt") return "GrantStmt";
  if (field == "funccall") return "FuncCall";
  if (field == "typeName") return "TypeName";
  if (field == "intoClause" || field == "into") return "IntoClause";
  if (node.has("relname")) return "RangeVar";
  return {};
}

/// Lists of relations that are not read.
Access list_access(std::string_view parent, std::string_view field) {
  if (parent == "TruncateStmt" && field == "relations") return Access::write;
  if (parent == "GrantStmt" && field == "objects") return Access::alter;
  if (parent == "CreateStmt" && field == "inhRelations") return Access::alter;
  return Access::read;
}

bool is_sub_object(std::string_view type) {
  return type == "OBJECT_COLUMN" || type == "OBJECT_TRIGGER" || type == "OBJECT_POLICY" || type == "OBJECT_RULE" ||
         type == "OBJECT_TABCONSTRAINT" || type == "OBJECT_DOMCONSTRAINT" || type == "OBJECT_ATTRIBUTE";
}

bool is_statement(std::string_view type) { return type.size() > 4 && type.substr(type.size() - 4) == "Stmt"; }

/// Nodes that hold texts and numbers alone.
bool is_leaf(std::string_view type) { return type == "String" || type == "A_Const" || type == "A_Star"; }

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

class Walker {
 public:
  Walker(Statement& statement, const Node& root) : m_statement(statement), m_root(root) {}

  void run() {
    m_statement.statement_class = StatementClass::read;
    enter_root();
    m_open.push_back({m_root.json(), m_root.type(), k_no_scope, 0, false, Access::read});
    while (!m_open.empty()) {
      const Frame frame = m_open.back();
      m_open.pop_back();
      visit(frame);
    }
    m_statement.class_beside_unknown = m_statement.statement_class;
    if (!m_unknown_function.empty()) raise_class(m_statement, StatementClass::procedural, m_unknown_function);
    if (m_statement.statement_class == StatementClass::read && !m_unproven.empty())
      raise_class(m_statement, StatementClass::procedural, m_unproven);
    m_statement.operators.assign(m_operators.begin(), m_operators.end());
    m_statement.members.assign(m_members.begin(), m_members.end());
    const bool kind_reads = m_statement.kind == StatementKind::select || m_statement.kind == StatementKind::show ||
                            m_statement.kind == StatementKind::explain;
    m_statement.read_only = kind_reads && m_statement.statement_class == StatementClass::read &&
                            std::all_of(m_statement.functions.begin(), m_statement.functions.end(),
                                        [](const FunctionUse& use) { return use.read_only; });
  }

 private:
  void enter_root() {
    const StatementRow* row = find_statement(m_root.type());
    if (row == nullptr) return;
    m_statement.kind = row->kind;
    raise_class(m_statement, row->statement_class, {});
  }

  void visit(Frame frame) {
    simdjson::dom::array array;
    if (frame.json.get(array) == simdjson::SUCCESS) return push_list(array, frame);
    if (!frame.json.is_object()) return;
    const Node node(frame.type, frame.json);
    enter_node(node, frame);
    std::string_view skip;
    if (const TargetRow* target = may_have_target(frame.type) ? find_target(frame.type) : nullptr) {
      take_target(node, *target, frame);
      skip = target->field;
    }
    push_children(node, frame, skip);
  }

  void push_list(const simdjson::dom::array& array, const Frame& frame) {
    const std::size_t first = m_open.size();
    for (const Json element : array) {
      const Node node = Node::unwrap(element);
      if (is_leaf(node.type())) continue;
      m_open.push_back({node.json(), node.type(), frame.scope, frame.visible, frame.inert, frame.access});
    }
    std::reverse(m_open.begin() + static_cast<std::ptrdiff_t>(first), m_open.end());
  }

  /// Children in source order, each with the CTE names that it can see.
  void push_children(const Node& node, Frame frame, std::string_view skip) {
    const std::size_t first = m_open.size();
    const bool may_have_with = is_statement(frame.type) || frame.type.empty();
    if (const Node with = may_have_with ? node.child("withClause") : Node()) open_scope(with, frame);
    for (const auto field : simdjson::dom::object(frame.json)) {
      if (!field.value.is_object() && !field.value.is_array()) continue;
      if (field.key == skip || field.key == "withClause") continue;
      const Node child = Node::unwrap(field.value);
      if (is_leaf(child.type())) continue;
      const bool named = !child.type().empty() || field.value.is_array();
      const std::string_view type = named ? child.type() : implied_type(frame.type, field.key, child);
      m_open.push_back(
          {child.json(), type, frame.scope, frame.visible, frame.inert, list_access(frame.type, field.key)});
    }
    std::reverse(m_open.begin() + static_cast<std::ptrdiff_t>(first), m_open.end());
  }

  /// WITH: each query sees the names before it, with RECURSIVE all of them; the statement itself sees all.
  void open_scope(const Node& with, Frame& frame) {
    const std::vector<Node> ctes = with.list("ctes");
    Scope scope{frame.scope, frame.visible, {}};
    const int number = static_cast<int>(m_scopes.size());
    for (std::size_t i = 0; i < ctes.size(); ++i) {
      scope.names.emplace(ctes[i].text("ctename"), i);
      m_cte_names.insert(ctes[i].text("ctename"));
      const std::size_t seen = with.flag("recursive") ? ctes.size() : i;
      m_open.push_back({ctes[i].json(), ctes[i].type(), number, seen, frame.inert, Access::read});
    }
    m_scopes.push_back(std::move(scope));
    frame.scope = number;
    frame.visible = ctes.size();
  }

  bool is_cte(const Node& range_var, const Frame& frame) const {
    const std::string_view name = range_var.text("relname");
    if (!range_var.text("schemaname").empty() || m_cte_names.count(name) == 0) return false;
    std::size_t visible = frame.visible;
    for (int i = frame.scope; i != k_no_scope;) {
      const Scope& scope = m_scopes[static_cast<std::size_t>(i)];
      const auto found = scope.names.find(name);
      if (found != scope.names.end() && found->second < visible) return true;
      visible = scope.parent_visible;
      i = scope.parent;
    }
    return false;
  }

  void raise(const Frame& frame, StatementClass to, std::string_view reason) {
    if (!frame.inert) raise_class(m_statement, to, reason);
  }

  void add_object(ObjectKind kind, ObjectName name, Access access) {
    if (!name.name.empty()) m_statement.objects.push_back({kind, std::move(name), access});
  }

  void restrict_to(const Frame& frame, Restriction found) {
    if (frame.inert || found == Restriction::not_applicable) return;
    const bool first = m_statement.restriction == Restriction::not_applicable;
    if (first || found < m_statement.restriction) m_statement.restriction = found;
  }

  void enter_node(const Node& node, Frame& frame) {
    const std::string_view type = node.type();
    if (is_statement(type)) return enter_statement(node, frame);
    if (type == "FuncCall") return take_function(node);
    if (type == "RangeFunction") m_statement.reads_function_rows = true;
    if (type == "RangeVar") return take_relation(node, frame);
    if (type == "LockingClause") return raise(frame, StatementClass::dml, "locks rows (FOR UPDATE or FOR SHARE)");
    if (type == "IntoClause") return raise(frame, StatementClass::ddl, "SELECT INTO creates a table");
    if (type == "RangeTableSample") return take_sample(node);
    if (type == "A_Expr") return take_operator(node.name("name"));
    if (type == "SubLink") return take_operator(node.name("operName"));
    if (type == "SortBy") return take_operator(node.name("useOp"));
    if (type == "TypeName") return take_type(node);
    if (type == "ColumnRef") return take_column(node.name("fields"));
    if (type == "A_Indirection") return take_indirection(node);
    if (type == "AlterTableCmd") return take_table_command(node, frame);
  }

  void enter_statement(const Node& node, Frame& frame) {
    const StatementRow* row = find_statement(node.type());
    if (row == nullptr) {
      raise_class(m_statement, StatementClass::opaque,
                  fmt::format("{} is not a statement that dbw knows", node.type()));
      return;
    }
    if (row->statement_class > m_statement.statement_class)
      raise(frame, row->statement_class, fmt::format("holds {}", row->what));
    const std::string_view type = node.type();
    if (type == "UpdateStmt" || type == "DeleteStmt") restrict_to(frame, restriction_of(node.child("whereClause")));
    if (type == "MergeStmt") restrict_to(frame, merge_restriction(node));
    if (type == "ExplainStmt") frame.inert = !has_option(node, "options", "analyze");
    if (type == "ExecuteStmt") raise_class(m_statement, row->statement_class, "planning evaluates some functions");
    if (type == "CopyStmt") take_copy(node, frame);
    if (type == "VariableSetStmt") take_setting(node, frame);
    if (type == "DiscardStmt" && node.text("target") == "DISCARD_ALL") {
      raise(frame, StatementClass::transaction, "DISCARD ALL drops advisory locks and the role");
    }
    if (type == "DoStmt") take_language(node, "args", frame);
    if (type == "CreateFunctionStmt") take_language(node, "options", frame);
    if (type == "DropStmt") take_drop(node, frame);
    if (type == "RenameStmt") take_object_type(node, "renameType", "object", frame);
    if (type == "CommentStmt") take_comment(node);
    if (type == "AlterObjectSchemaStmt" || type == "AlterOwnerStmt")
      take_object_type(node, "objectType", "object", frame);
  }

  void take_copy(const Node& node, const Frame& frame) {
    if (node.flag("is_program"))
      return raise(frame, StatementClass::file_or_program, "COPY runs a program on the server");
    if (node.has("filename"))
      return raise(frame, StatementClass::file_or_program, "COPY reads or writes a file of the server");
    if (m_statement.reason.empty()) m_statement.reason = "COPY needs a copy stream, which the executor does not have";
  }

  void take_setting(const Node& node, const Frame& frame) {
    const std::string name = to_lower(node.text("name"));
    const SettingFacts facts = setting_facts(name);
    if (!facts.why.empty()) raise(frame, facts.statement_class, fmt::format("setting {} {}", name, facts.why));
  }

  void take_language(const Node& node, std::string_view options, const Frame& frame) {
    const std::string language = to_lower(constant_text(option(node, options, "language").child("arg")));
    if (language.empty()) return;
    raise(frame, language_class(language).statement_class, fmt::format("code in language {}", language));
  }

  void take_drop(const Node& node, const Frame& frame) {
    const std::string_view type = node.text("removeType");
    const ObjectTypeRow row = object_type(type);
    raise(frame, row.statement_class, {});
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

  void take_object_type(const Node& node, std::string_view type_field, std::string_view object_field,
                        const Frame& frame) {
    const ObjectTypeRow row = object_type(node.text(type_field));
    raise(frame, row.statement_class, {});
    if (const Node object = node.child(object_field))
      add_object(row.kind, object_name(name_parts(object)), Access::alter);
  }

  void take_comment(const Node& node) {
    std::vector<std::string> parts = name_parts(node.child("object"));
    if (is_sub_object(node.text("objtype")) && parts.size() > 1) parts.pop_back();
    add_object(object_type(node.text("objtype")).kind, object_name(parts), Access::alter);
  }

  void take_table_command(const Node& node, const Frame& frame) {
    const std::string_view subtype = node.text("subtype");
    if (subtype == "AT_ChangeOwner") raise(frame, StatementClass::privilege, "changes the owner");
    if (subtype == "AT_EnableRowSecurity" || subtype == "AT_DisableRowSecurity" || subtype == "AT_ForceRowSecurity" ||
        subtype == "AT_NoForceRowSecurity") {
      raise(frame, StatementClass::privilege, "changes row level security");
    }
  }

  /// Planning evaluates functions too, so they count below a plain EXPLAIN.
  void take_function(const Node& node) {
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

  void take_set_config(const std::vector<Node>& arguments, const FunctionFacts& facts) {
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
  void take_sample(const Node& node) {
    const ObjectName name = object_name(node.name("method"));
    const FunctionFacts facts = function_facts(name);
    m_statement.functions.push_back(
        {name, static_cast<int>(node.list("args").size()), facts.read_only, facts.constant});
    if (!facts.read_only)
      raise_class(m_statement, facts.statement_class,
                  fmt::format("sampling method {} is not known to be read-only", name.text()));
  }

  /// Built-in operators are known to be harmless; any other is somebody's function.
  void take_operator(const NameView& view) {
    if (view.parts == 0) return;
    m_operators.insert(std::string(view.name));
    const bool word = view.name.find("BETWEEN") != std::string_view::npos;
    if (view.parts < 2 && !word && !is_builtin_operator(view.name)) {
      m_statement.unknown_otherwise = true;
      return unproven(fmt::format("operator {} is not built in: it may call any function", view.name));
    }
    if (view.parts < 2 || view.first == "pg_catalog") return;
    raise_class(m_statement, StatementClass::procedural,
                fmt::format("operator {} of schema {} may call any function", view.name, view.first));
  }

  /// A cast to a domain evaluates its CHECK, and any type has an input function and casts.
  void take_type(const Node& node) {
    const ObjectName name = object_name(node.name("names"));
    if (name.name.empty() || is_builtin_type(name)) return;
    m_statement.foreign_types.push_back(name);
    unproven(fmt::format("type {} is not built in: its CHECK or cast may call any function", name.text()));
  }

  /// A name that is no column of the relation before it is a function of one argument.
  void take_column(const NameView& fields) {
    if (fields.parts > 1) take_attribute(fields.name);
  }

  void take_indirection(const Node& node) {
    for (const std::string& name : node.strings("indirection")) {
      if (name.empty()) continue;
      take_attribute(name);
      m_statement.unknown_otherwise = true;
      unproven(fmt::format("(...).{} calls a function where there is no such column", name));
    }
  }

  void take_attribute(std::string_view name) {
    if (!name.empty()) m_members.insert(std::string(name));
    const FunctionFacts facts = attribute_facts(name);
    if (facts.read_only) return;
    m_statement.functions.push_back({{{}, std::string(name)}, 1, false, false});
    raise_class(m_statement, facts.statement_class,
                fmt::format("{} is not read-only: without such a column it is a function that {}", name, facts.why));
  }

  /// Lets no query pass as read; what writes anyway keeps its class.
  void unproven(std::string reason) {
    if (m_unproven.empty()) m_unproven = std::move(reason);
  }

  void take_relation(const Node& node, const Frame& frame) {
    if (frame.access == Access::read && is_cte(node, frame)) return;
    add_object(ObjectKind::table, range_var_name(node), frame.inert ? Access::read : frame.access);
  }

  void take_target(const Node& node, const TargetRow& target, const Frame& frame) {
    const Node relation = node.child(target.field);
    if (!relation) return;
    Access access = target.access;
    ObjectKind kind = target.kind;
    if (node.is("CopyStmt") && !node.flag("is_from")) access = Access::read;
    if (frame.inert) access = Access::read;
    for (const std::string_view field : {"objtype", "objectType", "relationType", "renameType"}) {
      if (kind == ObjectKind::table && node.has(field)) kind = object_type(node.text(field)).kind;
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
  }

  Statement& m_statement;
  std::set<std::string> m_operators, m_members;
  std::string m_unknown_function;  ///< why it is procedural, if nothing stronger is found
  std::string m_unproven;          ///< why a query is not proven to read only
  const Node& m_root;
  std::vector<Frame> m_open;
  std::vector<Scope> m_scopes;
  std::unordered_set<std::string_view> m_cte_names;  ///< of all scopes so far
};

}  // namespace

void walk_statement(Statement& statement, const Node& root) { Walker(statement, root).run(); }

}  // namespace dbw::sqlparse::postgresql
