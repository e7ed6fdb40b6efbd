#include "db/postgresql_result.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

namespace dbw::db::postgresql {
namespace {

std::string field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

template <typename Number>
Number number_of(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

struct BuiltinType {
  Oid oid;
  std::string_view name;
};

// Object ids below 16384 are fixed for ever (catalog/pg_type.dat of PostgreSQL 15); sorted by id.
constexpr std::array k_builtin_types = {
    BuiltinType{16, "boolean"},
    BuiltinType{17, "bytea"},
    BuiltinType{18, "\"char\""},
    BuiltinType{19, "name"},
    BuiltinType{20, "bigint"},
    BuiltinType{21, "smallint"},
    BuiltinType{23, "integer"},
    BuiltinType{25, "text"},
    BuiltinType{26, "oid"},
    BuiltinType{114, "json"},
    BuiltinType{142, "xml"},
    BuiltinType{700, "real"},
    BuiltinType{701, "double precision"},
    BuiltinType{790, "money"},
    BuiltinType{869, "inet"},
    BuiltinType{1000, "boolean[]"},
    BuiltinType{1007, "integer[]"},
    BuiltinType{1009, "text[]"},
    BuiltinType{1016, "bigint[]"},
    BuiltinType{1042, "character"},
    BuiltinType{1043, "character varying"},
    BuiltinType{1082, "date"},
    BuiltinType{1083, "time without time zone"},
    BuiltinType{1114, "timestamp without time zone"},
    BuiltinType{1184, "timestamp with time zone"},
    BuiltinType{1186, "interval"},
    BuiltinType{1266, "time with time zone"},
    BuiltinType{1700, "numeric"},
    BuiltinType{2278, "void"},
    BuiltinType{2950, "uuid"},
    BuiltinType{3802, "jsonb"},
};

}  // namespace

ServerMessage server_message(const PGresult* result) {
  ServerMessage out;
  out.severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  out.sqlstate = field(result, PG_DIAG_SQLSTATE);
  out.message = field(result, PG_DIAG_MESSAGE_PRIMARY);
  out.detail = field(result, PG_DIAG_MESSAGE_DETAIL);
  out.hint = field(result, PG_DIAG_MESSAGE_HINT);
  out.context = field(result, PG_DIAG_CONTEXT);
  out.schema = field(result, PG_DIAG_SCHEMA_NAME);
  out.table = field(result, PG_DIAG_TABLE_NAME);
  out.column = field(result, PG_DIAG_COLUMN_NAME);
  out.constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  out.position = number_of<std::size_t>(field(result, PG_DIAG_STATEMENT_POSITION));
  if (out.message.empty()) out.message = PQresultErrorMessage(result);
  return out;
}

bool ends_connection(const PGresult* result) {
  const std::string severity = field(result, PG_DIAG_SEVERITY_NONLOCALIZED);
  return severity == "FATAL" || severity == "PANIC";
}

StatementResult statement_result(PGresult* result) {
  StatementResult out;
  out.tag = PQcmdStatus(result);
  const std::string_view word = std::string_view(out.tag).substr(0, out.tag.find(' '));
  if (word == "INSERT" || word == "UPDATE" || word == "DELETE" || word == "MERGE") {
    out.rows_affected = number_of<std::int64_t>(PQcmdTuples(result));
  }
  return out;
}

std::string_view builtin_type_name(Oid oid) {
  const auto found = std::lower_bound(k_builtin_types.begin(), k_builtin_types.end(), oid,
                                      [](const BuiltinType& type, Oid wanted) { return type.oid < wanted; });
  return found != k_builtin_types.end() && found->oid == oid ? found->name : std::string_view();
}

}  // namespace dbw::db::postgresql
