#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sqlparse/postgresql/functions.hpp"
#include "sqlparse/postgresql/tree.hpp"
#include "sqlparse/statement.hpp"

/// What single nodes of a parse tree make of their statement: its class and why, objects, functions, operators, how it
/// restricts rows. Which nodes there are is for the walk to say.
namespace dbw::sqlparse::postgresql {

/// Where a node stands.
struct Place {
  bool inert = false;            ///< below EXPLAIN without ANALYZE: planned, not executed
  Access access = Access::read;  ///< what a relation named here is used for
};

/// A node of which the grammar makes a statement, by its type.
bool is_statement(std::string_view type);

/// How a condition restricts the rows: none without one, always_true where it holds for every row or for none whatever
/// their values.
Restriction restriction_of(const Node& condition);

class Effects {
 public:
  /// The nodes must stay until finish().
  explicit Effects(Statement& statement) : m_statement(statement) {}

  /// The kind and class that the statement has by its own name.
  void start(const Node& root);
  /// Any node but the names of relations, which may be those of a WITH clause. Says in `place` where the nodes below it
  /// stand.
  void take(const Node& node, Place& place);
  /// The name of a relation that is none of a WITH clause.
  void take_relation(const Node& range_var, const Place& place);
  /// The relation that a node acts on; returns the field that holds it, or nothing.
  std::string_view take_target(const Node& node, const Place& place);
  /// After the last node: the class that all of them together come to.
  void finish();

 private:
  void raise(const Place& place, StatementClass to, std::string_view reason);
  void add_object(ObjectKind kind, ObjectName name, Access access);
  void restrict_to(const Place& place, Restriction found);
  void unproven(std::string reason);
  void take_statement(const Node& node, Place& place);
  void take_copy(const Node& node, const Place& place);
  void take_setting(const Node& node, const Place& place);
  void take_language(const Node& node, std::string_view options, const Place& place);
  void take_drop(const Node& node, const Place& place);
  void take_object_type(const Node& node, std::string_view type_field, const Place& place);
  void take_comment(const Node& node);
  void take_table_command(const Node& node, const Place& place);
  void take_function(const Node& node);
  void take_set_config(const std::vector<Node>& arguments, const FunctionFacts& facts);
  void take_sample(const Node& node);
  void take_operator(const NameView& view);
  void take_type(const Node& node);
  void take_column(const NameView& fields);
  void take_indirection(const Node& node);
  void take_attribute(std::string_view name);

  Statement& m_statement;
  std::vector<std::string_view> m_operators, m_members;  ///< of the tree, as they come
  std::string m_unknown_function;                        ///< why it is procedural, if nothing stronger is found
  std::string m_unproven;                                ///< why a query is not proven to read only
};

}  // namespace dbw::sqlparse::postgresql
