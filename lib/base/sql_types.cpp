#include "base/sql_types.hpp"

#include <array>
#include <utility>

#include "base/schema_types.hpp"

namespace dbw {
namespace {

constexpr std::array<std::pair<Engine, std::string_view>, 4> k_engines = {{{Engine::postgresql, "postgresql"},
                                                                           {Engine::mysql, "mysql"},
                                                                           {Engine::mariadb, "mariadb"},
                                                                           {Engine::sqlite, "sqlite"}}};
constexpr std::array<std::pair<StatementClass, std::string_view>, 10> k_classes = {
    {{StatementClass::read, "read"},
     {StatementClass::session, "session"},
     {StatementClass::dml, "dml"},
     {StatementClass::ddl, "ddl"},
     {StatementClass::transaction, "transaction"},
     {StatementClass::procedural, "procedural"},
     {StatementClass::admin, "admin"},
     {StatementClass::privilege, "privilege"},
     {StatementClass::file_or_program, "file_or_program"},
     {StatementClass::opaque, "opaque"}}};
constexpr std::array<std::pair<ConstraintKind, std::string_view>, 6> k_constraints = {
    {{ConstraintKind::primary_key, "primary key"},
     {ConstraintKind::unique, "unique"},
     {ConstraintKind::check, "check"},
     {ConstraintKind::foreign_key, "foreign key"},
     {ConstraintKind::exclusion, "exclusion"},
     {ConstraintKind::not_null, "not null"}}};
constexpr std::array<std::pair<schema::Relation::Kind, std::string_view>, 5> k_relations = {
    {{schema::Relation::Kind::table, "table"},
     {schema::Relation::Kind::partitioned_table, "partitioned table"},
     {schema::Relation::Kind::view, "view"},
     {schema::Relation::Kind::materialized_view, "materialized view"},
     {schema::Relation::Kind::foreign_table, "foreign table"}}};

template <typename Table, typename Key>
std::string_view name_in(const Table& table, Key key) {
  for (const auto& [value, name] : table) {
    if (value == key) return name;
  }
  return "?";
}

template <typename Key, typename Table>
std::optional<Key> value_in(const Table& table, std::string_view text) {
  for (const auto& [value, name] : table) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view engine_name(Engine engine) { return name_in(k_engines, engine); }
std::optional<Engine> parse_engine(std::string_view text) { return value_in<Engine>(k_engines, text); }
std::string_view class_name(StatementClass statement_class) { return name_in(k_classes, statement_class); }
std::optional<StatementClass> parse_class(std::string_view text) { return value_in<StatementClass>(k_classes, text); }

std::string_view constraint_kind_name(ConstraintKind kind) { return name_in(k_constraints, kind); }
std::optional<ConstraintKind> parse_constraint_kind(std::string_view text) {
  return value_in<ConstraintKind>(k_constraints, text);
}
std::string_view schema::relation_kind_name(Relation::Kind kind) { return name_in(k_relations, kind); }
std::optional<schema::Relation::Kind> schema::parse_relation_kind(std::string_view text) {
  return value_in<Relation::Kind>(k_relations, text);
}

const std::vector<StatementClass>& all_classes() {
  static const std::vector<StatementClass> k_all = [] {
    std::vector<StatementClass> out;
    for (const auto& [value, name] : k_classes) out.push_back(value);
    return out;
  }();
  return k_all;
}

}  // namespace dbw
