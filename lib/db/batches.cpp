#include "db/batches.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/ledger_sql.hpp"

namespace dbw::db {
namespace {

/// Takes the first field of the first row.
class OneValue final : public RowSink {
 public:
  void columns(const std::vector<Column>& columns) override { (void)columns; }
  bool row(Row row) override {
    if (!row.empty() && row[0]) m_value = std::string(*row[0]);
    return true;
  }
  std::optional<std::string> take() { return std::move(m_value); }

 private:
  std::optional<std::string> m_value;
};

struct ColumnFact {
  std::string type;
  bool nullable = true;
  bool leads_index = false;
};

/// A table as a statement writes it, without ONLY.
std::string_view bare_table(std::string_view table) {
  constexpr std::string_view k_only = "only";
  const std::string_view rest = table.substr(std::min(table.size(), k_only.size()));
  const bool only = to_lower(table.substr(0, k_only.size())) == k_only && !rest.empty() &&
                    std::string_view(" \t\r\n\"/-").find(rest.front()) != std::string_view::npos;
  return only ? trim(rest) : table;
}

std::optional<ColumnFact> postgresql_fact(Session& session, std::string_view table, std::string_view key) {
  const Rows rows = session.own_rows(
      "SELECT t.typname, a.attnotnull, EXISTS (SELECT 1 FROM pg_catalog.pg_index i WHERE i.indrelid = a.attrelid"
      " AND i.indisvalid AND i.indpred IS NULL AND i.indkey[0] = a.attnum)"
      " FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid"
      " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid"
      " WHERE a.attrelid = pg_catalog.to_regclass($1)::pg_catalog.oid AND a.attname = $2 AND a.attnum > 0 AND NOT "
      "a.attisdropped AND "
      "a.attgenerated = ''"
      " AND c.relkind IN ('r', 'p')",
      {std::string(table), std::string(key)});
  if (rows.empty()) return std::nullopt;
  return ColumnFact{rows[0][0].value_or(""), rows[0][1] != "t", rows[0][2] == "t"};
}

/// The parts of schema.table, or the table alone, as MySQL, MariaDB and SQLite quote names.
std::vector<std::string> name_parts(std::string_view table) {
  std::vector<std::string> out(1);
  char closing = '\0';  // of the quotes that are open
  for (std::size_t i = 0; i < table.size(); ++i) {
    const char c = table[i];
    if (closing != '\0') {
      const bool doubled = c == closing && c != ']' && i + 1 < table.size() && table[i + 1] == c;
      if (c != closing || doubled) out.back() += c;
      if (doubled) ++i;
      if (c == closing && !doubled) closing = '\0';
    } else if (c == '`' || c == '"' || c == '[') {
      closing = c == '[' ? ']' : c;
    } else if (c == '.') {
      out.emplace_back();
    } else if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
      out.back() += c;
    }
  }
  return out;
}

std::optional<ColumnFact> mysql_fact(Session& session, std::string_view table, std::string_view key) {
  const std::vector<std::string> names = name_parts(table);
  const std::string schema =
      names.size() > 1 ? names.front() : session.own_value("SELECT DATABASE()").value_or(std::string());
  const Rows rows = session.own_rows(
      "SELECT c.DATA_TYPE, c.IS_NULLABLE, EXISTS (SELECT 1 FROM information_schema.STATISTICS s WHERE s.TABLE_SCHEMA ="
      " c.TABLE_SCHEMA AND s.TABLE_NAME = c.TABLE_NAME AND s.COLUMN_NAME = c.COLUMN_NAME AND s.SEQ_IN_INDEX = 1)"
      " FROM information_schema.COLUMNS c JOIN information_schema.TABLES t ON t.TABLE_SCHEMA = c.TABLE_SCHEMA"
      " AND t.TABLE_NAME = c.TABLE_NAME AND t.TABLE_TYPE = 'BASE TABLE'"
      " WHERE c.TABLE_SCHEMA = $1 AND c.TABLE_NAME = $2 AND c.COLUMN_NAME = $3"
      " AND COALESCE(c.GENERATION_EXPRESSION, '') = ''",
      {schema, names.back(), std::string(key)});
  if (rows.empty()) return std::nullopt;
  return ColumnFact{to_lower(rows[0][0].value_or("")), rows[0][1] != "NO", rows[0][2] == "1"};
}

/// Only the INTEGER PRIMARY KEY, without DESC behind it, holds nothing but integers, is never NULL and is an index.
std::optional<ColumnFact> sqlite_fact(Session& session, std::string_view table, std::string_view key) {
  const Rows rows = session.own_rows(
      "SELECT lower(c.type), (SELECT count(*) FROM pragma_table_info($1) WHERE pk > 0), c.pk, (SELECT max(wr) FROM "
      "pragma_table_list($1) WHERE type = 'table' AND schema = 'main'), (SELECT count(*) FROM pragma_index_list($1) "
      "WHERE origin = 'pk') FROM pragma_table_info($1) c WHERE c.name = $2",
      {name_parts(table).back(), std::string(key)});
  if (rows.empty() || !rows[0][3]) return std::nullopt;
  const bool rowid =
      rows[0][0] == "integer" && rows[0][1] == "1" && rows[0][2] == "1" && rows[0][3] == "0" && rows[0][4] == "0";
  return ColumnFact{rows[0][0].value_or(""), !rowid, rowid};
}

bool is_integer(std::string_view type) {
  constexpr std::string_view k_types[] = {"int2",      "int4", "int8",   "tinyint", "smallint",
                                          "mediumint", "int",  "bigint", "integer"};
  return std::find(std::begin(k_types), std::end(k_types), type) != std::end(k_types);
}

std::string quoted_key(Engine engine, std::string_view key) {
  const char quote = engine == Engine::mysql || engine == Engine::mariadb ? '`' : '"';
  std::string out(1, quote);
  for (const char c : key) {
    if (c == quote) out += c;
    out += c;
  }
  return out + quote;
}

/// Both engines' answers are "text or NULL".
std::int64_t number_or_blind(const std::optional<std::string>& text, std::string_view what) {
  std::int64_t value = -1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  if (value >= 0) return value;
  throw Error(ErrorCode::batch_brake_blind, fmt::format("guard may not see {}", what));
}

}  // namespace

BatchKey::BatchKey(Session& change, std::string_view table, std::string_view key)
    : m_table(table), m_key(quoted_key(change.engine(), key)) {
  const std::string_view bare = bare_table(table);
  const std::optional<ColumnFact> fact = change.engine() == Engine::postgresql ? postgresql_fact(change, bare, key)
                                         : change.engine() == Engine::sqlite   ? sqlite_fact(change, bare, key)
                                                                               : mysql_fact(change, bare, key);
  const auto refuse = [&](std::string_view what) {
    return Error(ErrorCode::batch_key_unsuitable,
                 fmt::format("column {} of {}: {}", printable(key), printable(table), what));
  };
  if (!fact) throw refuse("there is no such column of a table");
  m_uuid = change.engine() == Engine::postgresql && fact->type == "uuid";
  if (!m_uuid && !is_integer(fact->type)) throw refuse(fmt::format("type {} is not an integer", printable(fact->type)));
  if (fact->nullable) throw refuse("it may be NULL, and rows without a key would be in no piece");
  if (!fact->leads_index) throw refuse("no index begins with it, so every piece would read the whole table");
}

/// What stands in SQL comes from the server or the ledger; it is checked all the same.
std::string BatchKey::literal(std::string_view value) const {
  const std::string_view digits = value.starts_with('-') ? value.substr(1) : value;
  const auto all = [](std::string_view text, std::string_view allowed) {
    return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
  };
  if (m_uuid && all(value, "0123456789abcdef-")) return fmt::format("'{}'::pg_catalog.uuid", value);
  if (!m_uuid && all(digits, "0123456789")) return std::string(value);
  throw Error(ErrorCode::db_ledger_damaged, "a key of a batched step is neither an integer nor a uuid");
}

std::optional<std::string> BatchKey::ask(Session& change, const std::string& sql) const {
  // The table's name is the request's: this runs within the limits of request SQL.
  OneValue value;
  change.query(sql, value);
  return value.take();
}

std::optional<std::string> BatchKey::last(Session& change) const {
  return ask(change, fmt::format("SELECT {0} FROM {1} ORDER BY {0} DESC LIMIT 1", m_key, m_table));
}

std::string BatchKey::next(Session& change, const std::optional<std::string>& after, std::int64_t size,
                           const std::string& end) const {
  const std::string from = after ? fmt::format("{} > {} AND ", m_key, literal(*after)) : std::string();
  return ask(change, fmt::format("SELECT {0} FROM {1} WHERE {2}{0} <= {3} ORDER BY {0} LIMIT 1 OFFSET {4}", m_key,
                                 m_table, from, literal(end), size - 1))
      .value_or(end);
}

std::string BatchKey::condition(const std::optional<std::string>& after, const std::string& upto) const {
  return after ? fmt::format("{0} > {1} AND {0} <= {2}", m_key, literal(*after), literal(upto))
               : fmt::format("{} <= {}", m_key, literal(upto));
}

std::optional<double> BatchKey::share(const std::string& first, const std::string& upto, const std::string& end) const {
  if (m_uuid) return std::nullopt;
  const double low = std::stod(first), at = std::stod(upto), high = std::stod(end);
  return high <= low ? 1.0 : std::clamp((at - low) / (high - low), 0.0, 1.0);
}

std::int64_t replica_lag_seconds(Session& guard) {
  // Without the right to see them, the columns are NULL, and a replica would look as if it were not behind.
  return number_or_blind(
      guard.own_value("SELECT CASE WHEN NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN NULL ELSE"
                      " pg_catalog.ceil(COALESCE((SELECT pg_catalog.max(EXTRACT(EPOCH FROM replay_lag))"
                      " FROM pg_catalog.pg_stat_replication), 0))::pg_catalog.int8 END"),
      "how far behind replicas are; grant it pg_read_all_stats");
}

std::int64_t busy_sessions(Session& guard) {
  if (is_mysql(guard)) {
    // It counts this one, too.
    const Rows rows = guard.own_rows("SHOW GLOBAL STATUS LIKE 'Threads_running'");
    return std::max<std::int64_t>(
        0, number_or_blind(rows.empty() ? std::nullopt : rows.front().at(1), "the server's status") - 1);
  }
  return number_or_blind(
      guard.own_value("SELECT CASE WHEN NOT pg_catalog.pg_has_role('pg_read_all_stats', 'USAGE') THEN NULL ELSE"
                      " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_stat_activity WHERE state = 'active'"
                      " AND backend_type = 'client backend' AND pid <> pg_catalog.pg_backend_pid()) END"),
      "other sessions; grant it pg_read_all_stats");
}

}  // namespace dbw::db
