#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "sqlparse/postgresql/facts.hpp"
#include "sqlparse/postgresql/functions.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

using Pair = std::pair<std::string_view, std::string_view>;

/// The grammar's and people's spellings to one: the name of the SQL standard, or the shortest common one.
constexpr std::array<Pair, 18> k_type_names = {{{"int2", "smallint"},
                                                {"int4", "integer"},
                                                {"int", "integer"},
                                                {"int8", "bigint"},
                                                {"float4", "real"},
                                                {"float8", "double precision"},
                                                {"bool", "boolean"},
                                                {"decimal", "numeric"},
                                                {"serial2", "smallserial"},
                                                {"serial4", "serial"},
                                                {"serial8", "bigserial"},
                                                {"character", "char"},
                                                {"timestamp without time zone", "timestamp"},
                                                {"timestamp with time zone", "timestamptz"},
                                                {"time without time zone", "time"},
                                                {"time with time zone", "timetz"},
                                                {"character varying", "varchar"},
                                                {"bit varying", "varbit"}}};

constexpr std::array<Pair, 5> k_delete_actions = {
    {{"a", "no action"}, {"r", "restrict"}, {"c", "cascade"}, {"n", "set null"}, {"d", "set default"}}};

template <typename Table>
std::string mapped(const Table& table, std::string_view key, std::string_view otherwise) {
  const auto row = std::find_if(table.begin(), table.end(), [&](const Pair& pair) { return pair.first == key; });
  return std::string(row == table.end() ? otherwise : row->second);
}

bool holds_volatile_function(const Node& expression) {
  return any_node(expression, [](const Node& node) {
    return node.is("FuncCall") && !function_facts(object_name(node.name("funcname"))).constant;
  });
}

/// The text between the first parenthesis at or after a location and its partner.
std::string parenthesised_text(const Source& source, std::int64_t location) {
  const std::size_t from = source.base + static_cast<std::size_t>(std::max<std::int64_t>(location, 0));
  auto token = std::lower_bound(source.tokens.begin(), source.tokens.end(), from,
                                [](const Token& t, std::size_t at) { return t.range.start < at; });
  int depth = 0;
  std::size_t start = 0;
  for (; token != source.tokens.end(); ++token) {
    if (is_punctuation(*token, source.sql, '(') && ++depth == 1) start = token->range.end;
    if (is_punctuation(*token, source.sql, ')') && --depth == 0) {
      return std::string(trim(source.sql.substr(start, token->range.start - start)));
    }
  }
  return {};
}

std::vector<std::string> excluded_columns(const Node& node) {
  std::vector<std::string> columns;
  for (const Node& pair : node.list("exclusions")) {
    const std::vector<Node> items = pair.list("items");
    if (!items.empty() && items.front().is("IndexElem")) columns.emplace_back(items.front().text("name"));
  }
  return columns;
}

ConstraintKind constraint_kind(std::string_view contype) {
  if (contype == "CONSTR_PRIMARY") return ConstraintKind::primary_key;
  if (contype == "CONSTR_UNIQUE") return ConstraintKind::unique;
  if (contype == "CONSTR_FOREIGN") return ConstraintKind::foreign_key;
  if (contype == "CONSTR_EXCLUSION") return ConstraintKind::exclusion;
  if (contype == "CONSTR_NOTNULL") return ConstraintKind::not_null;
  return ConstraintKind::check;
}

void fill_default(ColumnDefinition& column, const Node& expression) {
  column.has_default = true;
  column.default_null =
      expression.flag("isnull") || (expression.is("TypeCast") && expression.child("arg").flag("isnull"));
  column.default_volatile = holds_volatile_function(expression);
}

/// DEFAULT, NOT NULL and GENERATED are "constraints" to the grammar.
void fill_column_constraint(ColumnDefinition& column, const Node& node, const Source& source) {
  const std::string_view contype = node.text("contype");
  if (contype == "CONSTR_DEFAULT") return fill_default(column, node.child("raw_expr"));
  if (contype == "CONSTR_IDENTITY") column.identity = true;
  if (contype == "CONSTR_GENERATED") column.generated_stored = true;
  if (contype == "CONSTR_NOTNULL" || contype == "CONSTR_PRIMARY") column.not_null = true;
  const bool real = contype == "CONSTR_NOTNULL" || contype == "CONSTR_PRIMARY" || contype == "CONSTR_UNIQUE" ||
                    contype == "CONSTR_CHECK" || contype == "CONSTR_FOREIGN" || contype == "CONSTR_EXCLUSION";
  if (!real) return;
  Constraint found = constraint(node, source);
  found.columns = {column.name};
  column.constraints.push_back(std::move(found));
}

}  // namespace

void fill_type(ColumnDefinition& column, const Node& type_name) {
  const NameView name = type_name.name("names");
  const bool built_in = name.parts == 2 && name.first == "pg_catalog";
  const bool bare = built_in || name.parts == 1;
  const std::string written = to_lower(bare ? std::string(name.name) : join(type_name.strings("names"), "."));
  // The grammar turns char(n) into pg_catalog.bpchar; bpchar written by hand is another type.
  column.type = built_in && written == "bpchar" ? "char" : mapped(k_type_names, written, written);
  column.array = type_name.has("arrayBounds");
  column.auto_increment = column.type == "serial" || column.type == "bigserial" || column.type == "smallserial";
  if (column.type == "interval") return;  // its modifiers are internal masks
  for (const Node& argument : type_name.list("typmods")) column.type_arguments.push_back(constant_text(argument));
}

ColumnDefinition column_definition(const Node& column_def, const Source& source) {
  ColumnDefinition column;
  column.name = column_def.text("colname");
  fill_type(column, column_def.child("typeName"));
  column.not_null = column_def.flag("is_not_null");
  for (const Node& node : column_def.list("constraints")) fill_column_constraint(column, node, source);
  return column;
}

Constraint constraint(const Node& node, const Source& source) {
  Constraint out;
  out.kind = constraint_kind(node.text("contype"));
  out.name = node.text("conname");
  out.columns = node.strings(out.kind == ConstraintKind::foreign_key ? "fk_attrs" : "keys");
  if (out.kind == ConstraintKind::exclusion) out.columns = excluded_columns(node);
  out.not_valid = node.flag("skip_validation");
  out.using_index = node.text("indexname");
  if (out.kind == ConstraintKind::foreign_key) {
    out.references = range_var_name(node.child("pktable"));
    out.referenced_columns = node.strings("pk_attrs");
    out.on_delete = mapped(k_delete_actions, node.text("fk_del_action"), {});
  }
  if (out.kind == ConstraintKind::check) out.expression = parenthesised_text(source, node.number("location"));
  return out;
}

}  // namespace dbw::sqlparse::postgresql
