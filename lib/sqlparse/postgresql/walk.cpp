#include "sqlparse/postgresql/walk.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "sqlparse/postgresql/effects.hpp"

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
  std::size_t visible = 0;  ///< names of the scope that are seen here
  Place place;
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

/// Nodes that hold texts and numbers alone.
bool is_leaf(std::string_view type) { return type == "String" || type == "A_Const" || type == "A_Star"; }

class Walker {
 public:
  Walker(Statement& statement, const Node& root) : m_effects(statement), m_root(root) {
    m_open.reserve(k_usual_open_nodes);
  }

  void run() {
    m_effects.start(m_root);
    m_open.push_back({m_root.json(), m_root.type(), k_no_scope, 0, {}});
    while (!m_open.empty()) {
      const Frame frame = m_open.back();
      m_open.pop_back();
      visit(frame);
    }
    m_effects.finish();
  }

 private:
  void visit(Frame frame) {
    simdjson::dom::array array;
    if (frame.json.get(array) == simdjson::SUCCESS) return push_list(array, frame);
    if (!frame.json.is_object()) return;
    const Node node(frame.type, frame.json);
    if (node.is("RangeVar")) {
      take_relation(node, frame);
    } else {
      m_effects.take(node, frame.place);
    }
    push_children(node, frame, m_effects.take_target(node, frame.place));
  }

  void push_list(const simdjson::dom::array& array, const Frame& frame) {
    const std::size_t first = m_open.size();
    for (const Json element : array) {
      const Node node = Node::unwrap(element);
      if (is_leaf(node.type())) continue;
      m_open.push_back({node.json(), node.type(), frame.scope, frame.visible, frame.place});
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
          {child.json(), type, frame.scope, frame.visible, {frame.place.inert, list_access(frame.type, field.key)}});
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
      m_open.push_back({ctes[i].json(), ctes[i].type(), number, seen, {frame.place.inert, Access::read}});
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

  void take_relation(const Node& node, const Frame& frame) {
    if (frame.place.access != Access::read || !is_cte(node, frame)) m_effects.take_relation(node, frame.place);
  }

  Effects m_effects;
  const Node& m_root;
  std::vector<Frame> m_open;
  std::vector<Scope> m_scopes;
  std::unordered_set<std::string_view> m_cte_names;  ///< of all scopes so far
};

}  // namespace

void walk_statement(Statement& statement, const Node& root) { Walker(statement, root).run(); }

}  // namespace dbw::sqlparse::postgresql
