#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/schema_types.hpp"
#include "db/session.hpp"

/// What SQL comes to on a live PostgreSQL server beyond what its text shows: views and what they call, row policies,
/// overloads of a function's name, operators, casts, checks of domains. It finds; whether that is harmless is the
/// caller's to say.
namespace dbw::db {

/// Names that a piece of SQL uses. Without a schema they are looked up on the session's search path, in `anywhere` in
/// every schema.
struct NamesUsed {
  std::vector<schema::Name> relations;
  std::vector<schema::Name> functions;
  std::set<std::string> members;    ///< behind a dot: functions of one argument, where there is no such column
  std::set<std::string> operators;  ///< the comparisons that syntax implies are always looked up
  std::set<std::string> types;
  bool of_function_rows = false;       ///< a function stands in FROM: `members` may take any type
  bool of_operators_anywhere = false;  ///< OPERATOR(schema.name) stands there
  bool anywhere = false;               ///< names of a routine's text: built-in functions are reported too
};

/// A routine or foreign table.
struct Reached {
  std::string name;  ///< without schema
  std::string way;   ///< "view public.a -> function public.f(integer)"
  bool foreign_table = false;
  bool built_in = false;  ///< made by initdb
  bool aggregate = false;
  bool is_procedure = false;
  bool is_volatile = false;
  bool security_definer = false;
  bool has_settings = false;   ///< CREATE FUNCTION ... SET
  bool is_left_alone = false;  ///< stands in what is planned and not run, and planning does not call it
  std::string language;
  std::string symbol;  ///< of languages c and internal: what is called
  std::string body;  ///< of languages sql and plpgsql; empty where the server keeps it parsed, which then was followed
};

class PostgresqlReach {
 public:
  explicit PostgresqlReach(Session& session) : m_session(session) {}

  /// `way`: how the SQL that uses them was come to, "" for the query itself.
  void add(const NamesUsed& names, const std::string& way);
  /// Follows everything until nothing new is found. Every object is returned once; empty: that was all.
  std::vector<Reached> follow();
  /// Letters outside ASCII are folded too: only in single-byte encodings.
  bool folds_beyond_ascii();

 private:
  using Oid = std::uint32_t;
  using Ways = std::map<Oid, std::string>;  ///< objects and how they were come to
  struct Cast {
    Oid source, target, function;
    bool implicit;
    std::string text;
  };

  Rows rows(std::string_view sql, const Ways& batch);
  void add_relation(Oid oid, const std::string& way);
  void add_type(Oid oid, const std::string& way);
  void add_routine(Oid oid, const std::string& way);
  enum class When { run, planned };
  void add_planned(Oid oid, const std::string& way);
  void add_operator(Oid oid, const std::string& way);
  void take_operator(const OwnedRow& row, const std::string& way);
  void add_tree(std::string_view tree, const std::string& way, When when = When::run);
  void follow_relations(std::vector<Reached>& out);
  void follow_types();
  void follow_operators();
  void find_operators();
  void read_operand_types(const Rows& operators);
  bool may_occur(Oid type, bool record) const;
  bool holds_any_type(Oid relation);
  bool occurs(Oid type) const;
  void find_casts();
  void find_class_members();
  void read_routines(const Ways& batch, When when, std::vector<Reached>& out);

  Session& m_session;
  Ways m_relations, m_types, m_operators, m_routines, m_planned;  ///< still to be followed
  std::set<Oid> m_relations_seen, m_operators_seen, m_routines_seen, m_planned_seen;
  Ways m_types_seen;
  std::map<std::string, std::string> m_operator_names;  ///< and how the SQL that uses them was come to
  struct OperandType {
    std::string kind;  ///< as typtype
    Oid base, element;
  };
  std::map<Oid, OperandType> m_operand_types;  ///< not built in, and what they are made of
  bool m_operators_anywhere = false;
  std::optional<std::set<Oid>> m_holders_of_any_type;
  bool m_any_type_occurs = false;  ///< one of them is asked
  std::optional<bool> m_folds_beyond_ascii;
  std::vector<Cast> m_casts;
  bool m_casts_read = false;
  Rows m_class_functions, m_class_operators;
  bool m_classes_read = false;
};

}  // namespace dbw::db
