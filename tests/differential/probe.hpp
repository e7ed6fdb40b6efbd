#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"
#include "db/session.hpp"

namespace dbw::test {

/// What a statement could have changed, by name: digests of tables and catalogues, settings, locks, files.
using Observations = std::map<std::string, std::string>;
/// The names whose values differ.
std::vector<std::string> differences(const Observations& before, const Observations& after);

/// A scratch database on a live engine, prepared with statements/<engine>-setup.sql, and a look at everything that a
/// statement of its one session could have changed.
class Probe {
 public:
  virtual ~Probe() = default;
  /// Runs one statement: inside a transaction where the engine can undo that, committed where `keep`. Returns the
  /// database's message, empty where it succeeded.
  virtual std::string run(std::string_view statement, bool keep) = 0;
  /// The same in a transaction that the server keeps read-only, as the executor runs queries.
  virtual std::string run_read_only(std::string_view statement) = 0;
  /// What the executor's guard says of a query before it is sent, empty where it lets it pass; and it changes nothing
  /// itself.
  virtual std::string guard(std::string_view query) = 0;
  /// Where the server may write files; they are watched.
  virtual std::string folder() const = 0;
  /// What the last run changed.
  const std::vector<std::string>& seen() const { return m_seen; }

 protected:
  std::vector<std::string> m_seen;
};

std::unique_ptr<Probe> make_probe(Engine engine);

/// For probes: the guard in a transaction that the server keeps read-only.
std::string guarded(db::Session& session, std::string_view query);

/// The lines of a file of tests/differential/statements that are neither empty nor comments (#).
std::vector<std::string> read_statements(std::string_view name);

std::unique_ptr<Probe> make_postgresql_probe();
std::unique_ptr<Probe> make_mariadb_probe();
std::unique_ptr<Probe> make_sqlite_probe();

}  // namespace dbw::test
