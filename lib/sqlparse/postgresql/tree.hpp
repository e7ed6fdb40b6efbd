#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "sqlparse/statement.hpp"

/// Read-only view of libpg_query's JSON parse tree. A node reads {"SelectStmt": {...}}; a field whose C type is fixed
/// holds the inner object alone. Absent fields have their zero value: empty text, false, 0, empty list.
namespace dbw::sqlparse::postgresql {

using Json = simdjson::dom::element;

/// A list of String nodes that names something, as it stands in the tree.
struct NameView {
  std::size_t parts = 0;
  std::string_view first, schema, name;  ///< the first part, the last but one, the last
};

/// The fields of one node, with its type where the tree names it.
class Node {
 public:
  Node() = default;
  Node(std::string_view type, Json fields) : m_type(type), m_fields(fields), m_present(true) {}

  /// Takes the wrapper {"Type": {...}} off; anything else becomes a node without type.
  static Node unwrap(Json element);

  explicit operator bool() const { return m_present; }
  std::string_view type() const { return m_type; }
  bool is(std::string_view type) const { return m_type == type; }
  Json json() const { return m_fields; }

  std::string_view text(std::string_view field) const;
  bool flag(std::string_view field) const;
  std::int64_t number(std::string_view field) const;
  bool has(std::string_view field) const;
  Node child(std::string_view field) const;
  std::vector<Node> list(std::string_view field) const;
  /// A list of String nodes: qualified names, column lists.
  std::vector<std::string> strings(std::string_view field) const;
  NameView name(std::string_view field) const;

 private:
  std::string_view m_type;
  Json m_fields;
  bool m_present = false;
};

/// schema.name of a list of String nodes (a catalog in front is dropped).
ObjectName object_name(const std::vector<std::string>& parts);
inline ObjectName object_name(const NameView& view) { return {std::string(view.schema), std::string(view.name)}; }
/// The name in a RangeVar.
ObjectName range_var_name(const Node& range_var);
/// The name inside the many shapes of DropStmt.objects and CommentStmt.object: String, List, TypeName, ObjectWithArgs,
/// RangeVar.
std::vector<std::string> name_parts(const Node& object);
/// The text or number of a constant (A_Const, String, Integer, Float, Boolean, TypeName), as SQL would show it; empty
/// for others.
std::string constant_text(const Node& node);
/// The last option of that name in a list of DefElem; an absent Node where there is none.
Node option(const Node& statement, std::string_view list, std::string_view name);
/// PostgreSQL's defGetBoolean: no argument is true; only off, false and 0 are false.
bool is_on(const Node& option);
bool has_option(const Node& statement, std::string_view list, std::string_view name);
/// More than these are rarely left to look at while a tree is walked.
inline constexpr std::size_t k_usual_open_nodes = 16;
/// Does `holds` say yes to the node or one below it? Without recursion: trees may be half a million levels deep.
template <typename Predicate>
bool any_node(const Node& root, const Predicate& holds) {
  if (!root) return false;
  std::vector<Node> open;
  open.reserve(k_usual_open_nodes);
  open.push_back(root);
  while (!open.empty()) {
    const Node node = open.back();
    open.pop_back();
    if (holds(node)) return true;
    simdjson::dom::array array;
    simdjson::dom::object object;
    if (node.json().get(array) == simdjson::SUCCESS) {
      for (const Json element : array) open.push_back(Node::unwrap(element));
    } else if (node.json().get(object) == simdjson::SUCCESS) {
      for (const auto field : object) {
        if (field.value.is_object() || field.value.is_array()) open.push_back(Node::unwrap(field.value));
      }
    }
  }
  return false;
}

}  // namespace dbw::sqlparse::postgresql
