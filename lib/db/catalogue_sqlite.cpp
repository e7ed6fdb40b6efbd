#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/catalogue.hpp"
#include "db/failure.hpp"

namespace dbw::db {
namespace {

using schema::Relation;

constexpr std::string_view k_lite_relations =
    "SELECT name, type, sql FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' "
    "ESCAPE '\\' AND name NOT LIKE 'dbw\\_%' ESCAPE '\\'";
constexpr std::string_view k_lite_columns =
    "SELECT s.name, p.name, p.type, p.\"notnull\", p.dflt_value, p.pk, p.hidden, p.pk > 0 AND upper(s.sql) LIKE "
    "'%WITHOUT%ROWID%', CASE WHEN p.pk > 0 THEN (SELECT count(*) FROM pragma_table_xinfo(s.name) k WHERE k.pk > 0) END "
    "FROM main.sqlite_schema s, "
    "pragma_table_xinfo(s.name) p WHERE s.type = 'table' AND p.hidden <> 1 ORDER BY s.name, p.cid";
constexpr std::string_view k_lite_keys =
    "SELECT s.name, f.id, f.\"table\", f.on_delete, f.on_update, f.\"from\", f.\"to\" FROM main.sqlite_schema s, "
    "pragma_foreign_key_list(s.name) f WHERE s.type = 'table' ORDER BY s.name, f.id, f.seq";
constexpr std::string_view k_lite_indexes =
    "SELECT s.name, i.name, i.\"unique\", i.origin, x.name, (SELECT q.sql FROM main.sqlite_schema q WHERE q.type = "
    "'index' AND q.name = i.name), i.partial FROM main.sqlite_schema s, pragma_index_list(s.name) i, "
    "pragma_index_info(i.name) x WHERE s.type = 'table' ORDER BY s.name, i.name, x.seqno";
constexpr std::string_view k_lite_triggers =
    "SELECT tbl_name, name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY tbl_name, name";
constexpr std::string_view k_lite_statistics =
    "SELECT tbl, max(CAST(stat AS integer)) FROM main.sqlite_stat1 GROUP BY tbl";

std::string lite_text(const std::optional<std::string>& field) { return field.value_or(""); }
schema::Name lite_name(const std::optional<std::string>& field) { return {"main", lite_text(field)}; }

void read_lite_columns(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_lite_columns)) {
    Relation* relation = builder.find(lite_name(row[0]));
    if (relation == nullptr) continue;
    schema::Column& out = relation->columns.emplace_back();
    read_type(lite_text(row[2]), out);
    out.name = lite_text(row[1]);
    out.not_null = row[3] == "1";
    out.default_sql = lite_text(row[4]);
    if (row[6] == "2") out.generated = "virtual";
    if (row[6] == "3") out.generated = "stored";
    // The one column of such a key is another name of the rowid, which numbers itself.
    out.auto_increment = row[5] == "1" && row[8] == "1" && out.type == "integer" && row[7] != "1";
    if (row[5] == "0") continue;
    if (relation->constraints.empty())
      relation->constraints.push_back({ConstraintKind::primary_key, "", {}, {}, {}, "", "", true, ""});
    std::vector<std::string>& key = relation->constraints.front().columns;
    const std::size_t place = static_cast<std::size_t>(parse_decimal(lite_text(row[5])).value_or(1));
    if (key.size() < place) key.resize(place);
    key[place - 1] = out.name;
  }
}

/// Of a view that SQLite cannot compile, because its tables are gone or it is not trusted, nothing is known.
void read_lite_view(CatalogueBuilder& builder, Relation& view) {
  std::string quoted;
  for (const char c : view.name.name) quoted += c == '"' ? "\"\"" : std::string(1, c);
  try {
    for (const OwnedRow& row : builder.rows(fmt::format("PRAGMA main.table_xinfo(\"{}\")", quoted))) {
      schema::Column& out = view.columns.emplace_back();
      read_type(lite_text(row[2]), out);
      out.name = lite_text(row[1]);
    }
  } catch (const DatabaseError& error) {
    const std::string& code = error.server().sqlstate;
    if (code != "SQLITE_ERROR" && code != "SQLITE_NOMEM") throw;  // a lock, a deadline, a broken file
    view.columns.clear();
  }
}

void read_lite_keys(CatalogueBuilder& builder) {
  std::string last;
  for (const OwnedRow& row : builder.rows(k_lite_keys)) {
    Relation* relation = builder.find(lite_name(row[0]));
    if (relation == nullptr) continue;
    const std::string key = lite_text(row[0]) + "\n" + lite_text(row[1]);
    if (key != last) {
      relation->constraints.push_back({ConstraintKind::foreign_key,
                                       "",
                                       {},
                                       lite_name(row[2]),
                                       {},
                                       to_lower(lite_text(row[3])),
                                       to_lower(lite_text(row[4])),
                                       true,
                                       ""});
    }
    last = key;
    relation->constraints.back().columns.push_back(lite_text(row[5]));
    if (row[6]) relation->constraints.back().referenced_columns.push_back(*row[6]);
  }
}

void read_lite_indexes(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_lite_indexes)) {
    Relation* relation = builder.find(lite_name(row[0]));
    if (relation == nullptr) continue;
    const bool first = relation->indexes.empty() || relation->indexes.back().name != row[1];
    if (first) {
      const std::string sql = lite_text(row[5]);
      const std::size_t where = row[6] == "1" ? to_lower(sql).rfind(" where ") : std::string::npos;
      relation->indexes.push_back({lite_text(row[1]),
                                   {},
                                   "btree",
                                   row[2] == "1",
                                   true,
                                   where == std::string::npos ? "" : std::string(trim(sql.substr(where + 7)))});
    }
    relation->indexes.back().columns.push_back(lite_text(row[4]));
    if (row[3] != "u") continue;
    if (first)
      relation->constraints.push_back({ConstraintKind::unique, lite_text(row[1]), {}, {}, {}, "", "", true, ""});
    relation->constraints.back().columns.push_back(lite_text(row[4]));
  }
}

}  // namespace

void read_sqlite_catalogue(CatalogueBuilder& builder) {
  for (const OwnedRow& row : builder.rows(k_lite_relations)) {
    const bool view = row[1] == "view";
    Relation& out = builder.add(view ? Relation::Kind::view : Relation::Kind::table, lite_name(row[0]));
    if (view) out.definition = lite_text(row[2]);
    if (view) read_lite_view(builder, out);
  }
  read_lite_columns(builder);
  read_lite_keys(builder);
  read_lite_indexes(builder);
  for (const OwnedRow& row : builder.rows(k_lite_triggers)) {
    if (Relation* relation = builder.find(lite_name(row[0])); relation != nullptr)
      relation->triggers.push_back({lite_text(row[1]), lite_text(row[2])});
  }
  if (!builder.rows("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'").empty()) {
    for (const OwnedRow& row : builder.rows(k_lite_statistics)) {
      if (Relation* relation = builder.find(lite_name(row[0])); relation != nullptr)
        relation->rows = parse_decimal(lite_text(row[1]));
    }
  }
  builder.catalogue().server_version = lite_text(builder.rows("SELECT sqlite_version()")[0][0]);
}

}  // namespace dbw::db
