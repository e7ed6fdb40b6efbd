#include "db/postgresql_reach.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/postgresql_reach_queries.hpp"

namespace dbw::db {
namespace {

/// Objects below it were made by initdb (FirstNormalObjectId).
constexpr std::uint32_t k_first_oid = 16384;
/// What GROUP BY, IN, BETWEEN, USING and others compare with.
constexpr std::array<std::string_view, 6> k_implied_operators = {"<", "<=", "<>", "=", ">", ">="};

std::string value(const OwnedRow& row, std::size_t at) { return row[at].value_or(""); }
bool flag(const OwnedRow& row, std::size_t at) { return row[at] == "t"; }

std::uint32_t number(std::string_view text) {
  std::uint32_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

std::string with(const std::string& way, const std::string& step) {
  if (step.empty()) return way;
  return way.empty() ? step : way + " -> " + step;
}

/// A value of an array type, as the server reads it.
template <typename List>
std::string array_of(const List& list) {
  std::string out = "{";
  for (const std::string& each : list) {
    out += out.size() > 1 ? ",\"" : "\"";
    for (const char c : each) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + "}";
}

template <typename Map>
std::string keys_of(const Map& map) {
  std::vector<std::string> keys;
  for (const auto& [oid, way] : map) keys.push_back(std::to_string(oid));
  return "{" + join(keys, ",") + "}";
}

std::string_view relation_word(std::string_view kind) {
  if (kind == "v") return "view";
  return kind == "m" ? "materialized view" : kind == "f" ? "foreign table" : "table";
}

/// The numbers that follow, with or without parentheses: "96", "(o 96 97)".
std::vector<std::uint32_t> numbers_after(std::string_view text) {
  std::vector<std::uint32_t> out;
  const bool list = text.substr(0, 3) == "(o ";
  if (list) text.remove_prefix(3);
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
    out.push_back(number(text.substr(0, end)));
    text.remove_prefix(end);
    if (!list || text.empty() || text.front() != ' ') break;
    text.remove_prefix(1);
  }
  return out;
}

template <typename List>
bool holds(const List& list, std::string_view name) {
  return std::find(std::begin(list), std::end(list), name) != std::end(list);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

Rows PostgresqlReach::rows(std::string_view sql, const Ways& batch) {
  return m_session.own_rows(sql, {keys_of(batch)});
}

void PostgresqlReach::add_relation(Oid oid, const std::string& way) {
  m_any_type_occurs = m_any_type_occurs || holds_any_type(oid);
  if (oid >= k_first_oid && m_relations_seen.insert(oid).second) m_relations.emplace(oid, way);
}

bool PostgresqlReach::holds_any_type(Oid relation) {
  if (!m_holders_of_any_type) {
    m_holders_of_any_type.emplace();
    for (const OwnedRow& row : m_session.own_rows(reach::k_holders_of_any_type))
      m_holders_of_any_type->insert(number(value(row, 0)));
  }
  return m_holders_of_any_type->count(relation) > 0;
}

void PostgresqlReach::add_type(Oid oid, const std::string& way) {
  if (oid >= k_first_oid && m_types_seen.emplace(oid, way).second) m_types.emplace(oid, way);
}

void PostgresqlReach::add_routine(Oid oid, const std::string& way) {
  if (oid != 0 && m_routines_seen.insert(oid).second) m_routines.emplace(oid, way);
}

void PostgresqlReach::add_operator(Oid oid, const std::string& way) {
  if (oid != 0 && m_operators_seen.insert(oid).second) m_operators.emplace(oid, way);
}

/// Its function; the operators that the planner may put in its place; and the types that a literal takes there.
void PostgresqlReach::take_operator(const OwnedRow& row, const std::string& way) {
  const std::string here = with(way, "operator " + value(row, 1));
  add_routine(number(value(row, 2)), here);
  for (const std::size_t other : {3u, 4u}) add_operator(number(value(row, other)), here);
  for (const std::size_t operand : {5u, 6u}) add_type(number(value(row, operand)), here);
}

void PostgresqlReach::add_planned(Oid oid, const std::string& way) {
  if (oid != 0 && m_planned_seen.insert(oid).second) m_planned.emplace(oid, way);
}

void PostgresqlReach::add(const NamesUsed& names, const std::string& way) {
  const auto found = [&](std::string_view sql, const Parameters& parameters) {
    std::vector<Oid> out;
    for (const OwnedRow& row : m_session.own_rows(sql, parameters)) out.push_back(number(value(row, 0)));
    return out;
  };
  const auto named = [&](std::string_view here, std::string_view anywhere, const std::vector<schema::Name>& list) {
    std::vector<std::string> schemas, bare;
    for (const schema::Name& name : list) {
      schemas.push_back(name.schema);
      bare.push_back(name.name);
    }
    return names.anywhere ? found(anywhere, {array_of(bare)}) : found(here, {array_of(schemas), array_of(bare)});
  };
  const auto text_of = [](bool value) { return value ? "t" : "f"; };
  for (const Oid oid : named(reach::k_find_relations, reach::k_find_relations_anywhere, names.relations))
    add_relation(oid, way);
  for (const Oid oid : named(reach::k_find_functions, reach::k_find_functions_anywhere, names.functions))
    add_routine(oid, way);
  for (const Oid oid : found(reach::k_find_members,
                             {array_of(names.members), text_of(names.of_function_rows), text_of(names.anywhere)}))
    add_routine(oid, way);
  for (const Oid oid : found(reach::k_find_types, {array_of(names.types)})) add_type(oid, way);
  for (const std::string& name : names.operators) m_operator_names.emplace(name, way);
  for (const std::string_view name : k_implied_operators) m_operator_names.emplace(name, way);
  m_operators_anywhere = m_operators_anywhere || names.of_operators_anywhere;
}

/// The server's own form of a parsed query or expression names everything by its number.
void PostgresqlReach::add_tree(std::string_view tree, const std::string& way, When when) {
  constexpr std::array<std::string_view, 7> k_functions = {"funcid",     "aggfnoid",  "winfnoid",  "opfuncid",
                                                           "hashfuncid", "negfuncid", "tsmhandler"};
  constexpr std::array<std::string_view, 4> k_operators = {"opno", "opnos", "eqop", "sortop"};
  for (std::size_t at = tree.find(':'); at != std::string_view::npos; at = tree.find(':', at + 1)) {
    const std::size_t end = tree.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
    if (end == std::string_view::npos || tree[end] != ' ') continue;
    const std::string_view field = tree.substr(at + 1, end - at - 1);
    const bool is_function = holds(k_functions, field);
    const bool is_operator = holds(k_operators, field);
    const bool is_type = ends_with(field, "type") || ends_with(field, "types") || ends_with(field, "typid") ||
                         ends_with(field, "typeid");
    if (field != "relid" && !is_function && !is_operator && !is_type) continue;
    for (const Oid oid : numbers_after(tree.substr(end + 1))) {
      if (is_function) when == When::planned ? add_planned(oid, way) : add_routine(oid, way);
      if (is_type) add_type(oid, way);
      if (field == "relid") add_relation(oid, way);
      if (is_operator) add_operator(oid, way);
    }
  }
}

void PostgresqlReach::follow_relations(std::vector<Reached>& out) {
  Ways batch = std::move(m_relations);
  m_relations.clear();
  for (const OwnedRow& row : rows(reach::k_relations, batch)) {
    std::string& way = batch[number(value(row, 0))];
    way = with(way, fmt::format("{} {}", relation_word(value(row, 1)), value(row, 2)));
    add_type(number(value(row, 3)), way);
    if (value(row, 1) != "f") continue;
    Reached& foreign = out.emplace_back();
    foreign.way = way;
    foreign.foreign_table = true;
  }
  for (const OwnedRow& row : rows(reach::k_children, batch))
    add_relation(number(value(row, 1)), batch[number(value(row, 0))]);
  for (const OwnedRow& row : rows(reach::k_relation_trees, batch))
    add_tree(value(row, 2), with(batch[number(value(row, 0))], value(row, 1)));
  for (const OwnedRow& row : rows(reach::k_keys_above, batch))
    add_tree(value(row, 2), with(batch[number(value(row, 0))], value(row, 1)));
  for (const OwnedRow& row : rows(reach::k_write_trees, batch))
    add_tree(value(row, 2), with(batch[number(value(row, 0))], value(row, 1)), When::planned);
  for (const OwnedRow& row : rows(reach::k_column_types, batch))
    add_type(number(value(row, 1)), batch[number(value(row, 0))]);
}

void PostgresqlReach::follow_types() {
  Ways batch = std::move(m_types);
  m_types.clear();
  for (const OwnedRow& row : rows(reach::k_types, batch)) {
    std::string& way = batch[number(value(row, 0))];
    way = with(way, "type " + value(row, 1));
    for (std::size_t part = 2; part <= 7; ++part) add_type(number(value(row, part)), way);
    for (std::size_t part = 8; part <= 9; ++part) add_routine(number(value(row, part)), way);
  }
  for (const OwnedRow& row : rows(reach::k_field_types, batch))
    add_type(number(value(row, 1)), batch[number(value(row, 0))]);
  for (const OwnedRow& row : rows(reach::k_type_checks, batch))
    add_tree(value(row, 2), with(batch[number(value(row, 0))], "constraint " + value(row, 1)));
  for (const OwnedRow& row : rows(reach::k_type_defaults, batch))
    add_tree(value(row, 1), with(batch[number(value(row, 0))], "default"), When::planned);
}

void PostgresqlReach::follow_operators() {
  const Ways batch = std::move(m_operators);
  m_operators.clear();
  for (const OwnedRow& row : rows(reach::k_operator_functions, batch))
    take_operator(row, batch.at(number(value(row, 0))));
}

void PostgresqlReach::find_operators() {
  std::vector<std::string> names;
  for (const auto& [name, way] : m_operator_names) names.push_back(name);
  const Parameters parameters = {array_of(names), m_operators_anywhere ? "t" : "f"};
  const Rows found = m_session.own_rows(reach::k_find_operators, parameters);
  read_operand_types(found);
  for (const OwnedRow& row : found) {
    const Oid oid = number(value(row, 0));
    const bool record = flag(row, 8);  // beside what the server has for records no other operator takes one
    // A literal without a type takes that of the other operand; where no operator of the server can take it, any.
    // Beside OPERATOR(schema.name) those of the server are out of the question.
    const bool called = m_operators_anywhere || oid < k_first_oid || flag(row, 7) ||
                        may_occur(number(value(row, 5)), record) || may_occur(number(value(row, 6)), record);
    if (called && m_operators_seen.insert(oid).second) take_operator(row, m_operator_names[value(row, 1)]);
  }
}

void PostgresqlReach::read_operand_types(const Rows& operators) {
  std::vector<std::string> unknown;
  for (const OwnedRow& row : operators) {
    for (const std::size_t operand : {5u, 6u}) {
      const Oid oid = number(value(row, operand));
      if (oid >= k_first_oid && m_operand_types.count(oid) == 0) unknown.push_back(std::to_string(oid));
    }
  }
  if (unknown.empty()) return;
  for (const OwnedRow& row : m_session.own_rows(reach::k_operand_types, {"{" + join(unknown, ",") + "}"}))
    m_operand_types[number(value(row, 0))] = {value(row, 1), number(value(row, 2)), number(value(row, 3))};
}

/// A value of the type may stand beside an operator: what becomes one by itself counts. A record, a row of a table
/// below or of one OF the type becomes a row of it, but in an array (`record`: also beside this operator). Measured on
/// PostgreSQL 15 for every name that the server has an operator of.
bool PostgresqlReach::may_occur(Oid type, bool record) const {
  if (type == 0) return false;
  if (type < k_first_oid || m_types_seen.count(type) > 0) return true;
  const auto known = m_operand_types.find(type);
  if (known == m_operand_types.end()) return true;
  const OperandType& operand = known->second;
  if (operand.kind == "d") return may_occur(operand.base, record);
  if (operand.kind == "c") return record;
  return operand.element != 0 && may_occur(operand.element, false);
}

/// Some value of the type may be met.
bool PostgresqlReach::occurs(Oid type) const {
  return m_any_type_occurs || type < k_first_oid || m_types_seen.count(type) > 0;
}

/// A cast needs a value of its source. Where it is implicit, nothing in the text shows it, and its target occurs as
/// well. Functions that make JSON call any cast to it of the values that they meet.
void PostgresqlReach::find_casts() {
  if (!m_casts_read) {
    for (const OwnedRow& row : m_session.own_rows(reach::k_casts))
      m_casts.push_back(
          {number(value(row, 0)), number(value(row, 1)), number(value(row, 2)), flag(row, 3), value(row, 4)});
  }
  m_casts_read = true;
  for (const Cast& cast : m_casts) {
    if (!occurs(cast.source) || (!cast.implicit && !occurs(cast.target))) continue;
    const auto source = m_types_seen.find(cast.source);
    const std::string way = with(source == m_types_seen.end() ? "" : source->second, "cast from " + cast.text);
    add_type(cast.target, way);
    add_routine(cast.function, way);
  }
}

void PostgresqlReach::find_class_members() {
  if (!m_classes_read) {
    m_class_functions = m_session.own_rows(reach::k_class_functions);
    m_class_operators = m_session.own_rows(reach::k_class_operators);
  }
  m_classes_read = true;
  const auto is_met = [&](const OwnedRow& row) {
    return occurs(number(value(row, 0))) || occurs(number(value(row, 1)));
  };
  for (const OwnedRow& row : m_class_functions) {
    if (is_met(row)) add_routine(number(value(row, 2)), "operator family " + value(row, 3));
  }
  for (const OwnedRow& row : m_class_operators) {
    if (is_met(row)) add_operator(number(value(row, 2)), "operator family " + value(row, 3));
  }
}

void PostgresqlReach::read_routines(const Ways& batch, When when, std::vector<Reached>& out) {
  if (batch.empty()) return;
  for (const OwnedRow& row : rows(reach::k_routines, batch)) {
    const Oid oid = number(value(row, 0));
    Reached& routine = out.emplace_back();
    routine.name = value(row, 1);
    routine.way = with(batch.at(oid), "function " + value(row, 2));
    routine.built_in = oid < k_first_oid;
    routine.aggregate = row[3] == "a";
    routine.is_procedure = row[3] == "p";
    routine.is_volatile = row[4] == "v";
    routine.security_definer = flag(row, 5);
    routine.has_settings = flag(row, 6);
    routine.language = value(row, 7);
    if (routine.language == "c" || routine.language == "internal") routine.symbol = value(row, 8);
    // Whatever is VOLATILE the planner leaves to the execution, but puts the text of SQL functions in its place.
    routine.is_left_alone = when == When::planned && routine.is_volatile && routine.language != "sql";
    if (routine.built_in) continue;
    add_tree(value(row, 10), routine.way, when);  // default arguments are the caller's
    if (routine.is_left_alone) continue;
    if (!row[9] && (routine.language == "sql" || routine.language == "plpgsql")) routine.body = value(row, 8);
    add_tree(value(row, 9), routine.way);
    const auto numbers = [&](std::size_t at) { return numbers_after("(o " + value(row, at)); };
    for (const Oid type : numbers(11)) add_type(type, routine.way);
    for (const Oid part : numbers(12)) add_routine(part, routine.way);
  }
}

bool PostgresqlReach::folds_beyond_ascii() {
  if (!m_folds_beyond_ascii)
    m_folds_beyond_ascii = m_session.own_value(
                               "SELECT pg_catalog.pg_encoding_max_length(d.encoding) FROM pg_catalog.pg_database d"
                               " WHERE d.datname = pg_catalog.current_database()") == "1";
  return *m_folds_beyond_ascii;
}

std::vector<Reached> PostgresqlReach::follow() {
  std::vector<Reached> out;
  do {
    while (!m_relations.empty() || !m_types.empty() || !m_operators.empty()) {
      if (!m_relations.empty()) follow_relations(out);
      if (!m_types.empty()) follow_types();
      if (!m_operators.empty()) follow_operators();
    }
    find_casts();
    find_operators();
    find_class_members();
  } while (!m_relations.empty() || !m_types.empty() || !m_operators.empty());
  read_routines(std::exchange(m_routines, {}), When::run, out);
  read_routines(std::exchange(m_planned, {}), When::planned, out);
  return out;
}

}  // namespace dbw::db
