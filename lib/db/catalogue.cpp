#include "db/catalogue.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::db {
namespace {

/// Of a text in a message.
constexpr std::size_t k_shown_bytes_max = 80;

}  // namespace

Rows CatalogueBuilder::rows(std::string_view sql, const Parameters& parameters) {
  Rows out = m_session.own_rows(sql, parameters);
  for (const OwnedRow& row : out) {
    const auto bad = std::find_if(row.begin(), row.end(), [](const auto& field) { return field && !is_utf8(*field); });
    if (bad == row.end()) continue;
    const std::string where = row.size() > 1 ? row[0].value_or("") + "." + row[1].value_or("") : "the server";
    throw Error(ErrorCode::db_catalogue_not_utf8,
                fmt::format("at {}: \"{}\"", printable(where), printable(bad->value().substr(0, k_shown_bytes_max))));
  }
  return out;
}

schema::Relation& CatalogueBuilder::add(schema::Relation::Kind kind, const schema::Name& name) {
  schema::Relation& out = m_relations[name];
  out.kind = kind;
  out.name = name;
  return out;
}

schema::Relation* CatalogueBuilder::find(const schema::Name& name) {
  const auto found = m_relations.find(name);
  return found == m_relations.end() ? nullptr : &found->second;
}

schema::Catalogue CatalogueBuilder::finish() {
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  for (auto& [name, relation] : m_relations) {
    std::stable_sort(relation.constraints.begin(), relation.constraints.end(), by_name);
    std::stable_sort(relation.indexes.begin(), relation.indexes.end(), by_name);
    std::stable_sort(relation.triggers.begin(), relation.triggers.end(), by_name);
    m_out.relations.push_back(std::move(relation));
  }
  std::sort(m_out.routines.begin(), m_out.routines.end(), [](const schema::Routine& a, const schema::Routine& b) {
    return std::tie(a.name, a.arguments) < std::tie(b.name, b.arguments);
  });
  std::sort(m_out.sequences.begin(), m_out.sequences.end(), by_name);
  std::sort(m_out.types.begin(), m_out.types.end(), by_name);
  return std::move(m_out);
}

void read_type(std::string_view declared, schema::Column& out) {
  const std::size_t open = declared.find('(');
  out.type = to_lower(trim(declared.substr(0, open)));
  if (open == std::string_view::npos) return;
  std::string argument;
  bool quoted = false;
  for (const char c : declared.substr(open + 1)) {
    if (c == '\'') quoted = !quoted;
    if (!quoted && (c == ',' || c == ')')) {
      out.type_arguments.emplace_back(trim(argument));
      argument.clear();
      if (c == ')') return;
    } else {
      argument += c;
    }
  }
}

schema::Catalogue read_catalogue(Session& session) {
  CatalogueBuilder builder(session);
  const bool own_transaction = session.transaction_state() == TransactionState::none;
  if (own_transaction) session.begin(true);
  switch (session.engine()) {
    case Engine::postgresql:
      session.own(own_transaction ? "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ" : "SAVEPOINT dbw_catalogue");
      // Else names are qualified or not by what the account that reads may see.
      session.own("SET LOCAL search_path = pg_catalog");
      session.own("SET LOCAL quote_all_identifiers = off");
      read_postgresql_catalogue(builder);
      // What views read is locked by looking at them.
      if (!own_transaction) session.own("ROLLBACK TO SAVEPOINT dbw_catalogue");
      if (!own_transaction) session.own("RELEASE SAVEPOINT dbw_catalogue");
      break;
    case Engine::mysql:
    case Engine::mariadb:
      read_mysql_catalogue(builder);
      break;
    case Engine::sqlite:
      read_sqlite_catalogue(builder);
      break;
  }
  if (own_transaction) session.rollback();
  return builder.finish();
}

}  // namespace dbw::db
