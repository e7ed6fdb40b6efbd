#pragma once

#include <map>
#include <string>

#include "base/schema_types.hpp"
#include "db/session.hpp"

namespace dbw::db {

/// Reads the schema of the session's database, without the server's own objects and without dbw's ledger, in the open
/// transaction or else in a read-only one (MySQL and MariaDB have no transactions over their catalogue). Counts no
/// rows: sizes are the server's estimates. Keeps no lock: PostgreSQL's end with a savepoint. What the account may not
/// see is not there. Throws what Session::own_rows throws, and Error{db_catalogue_not_utf8}.
schema::Catalogue read_catalogue(Session& session);

/// For the engines' readers: relations by name while their parts arrive.
class CatalogueBuilder {
 public:
  explicit CatalogueBuilder(Session& session) : m_session(session) { m_out.engine = session.engine(); }

  schema::Catalogue& catalogue() { return m_out; }
  /// All texts are UTF-8.
  Rows rows(std::string_view sql, const Parameters& parameters = {});
  schema::Relation& add(schema::Relation::Kind kind, const schema::Name& name);
  schema::Relation* find(const schema::Name& name);
  /// Sorted by name.
  schema::Catalogue finish();

 private:
  Session& m_session;
  schema::Catalogue m_out;
  std::map<schema::Name, schema::Relation> m_relations;
};

void read_postgresql_catalogue(CatalogueBuilder& builder);
void read_mysql_catalogue(CatalogueBuilder& builder);
void read_sqlite_catalogue(CatalogueBuilder& builder);

/// The type and its arguments out of "decimal(10,2) unsigned", "enum('a','b')": what stands before the first
/// parenthesis in lower case, and the pieces between it and its partner.
void read_type(std::string_view declared, schema::Column& out);

}  // namespace dbw::db
