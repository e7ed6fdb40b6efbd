#include "differential/probe.hpp"

#include "base/text.hpp"
#include "support/paths.hpp"
#include "workflow/query_guard.hpp"

namespace dbw::test {

std::vector<std::string> differences(const Observations& before, const Observations& after) {
  std::vector<std::string> out;
  for (const auto& [name, value] : before) {
    const auto found = after.find(name);
    if (found == after.end() || found->second != value) out.push_back(name);
  }
  for (const auto& [name, value] : after) {
    if (before.count(name) == 0) out.push_back(name);
  }
  return out;
}

std::vector<std::string> read_statements(std::string_view name) {
  std::vector<std::string> out;
  const std::string text = slurp(source_dir() / "tests/differential/statements" / name);
  for (const std::string_view line : split_lines(text)) {
    if (!line.empty() && line.front() != '#') out.emplace_back(line);
  }
  return out;
}

std::string guarded(db::Session& session, std::string_view query) {
  session.begin(true);
  std::string out;
  try {
    workflow::require_nothing_hidden(session, query);
  } catch (const db::DatabaseError& error) {
    out = "unexpected: " + error.server().message;
  } catch (const Error& error) {
    out = error.code() == ErrorCode::query_hides_effect ? error.message() : "unexpected: " + error.message();
  }
  session.rollback();
  return out;
}

std::unique_ptr<Probe> make_probe(Engine engine) {
  if (engine == Engine::postgresql) return make_postgresql_probe();
  if (engine == Engine::sqlite) return make_sqlite_probe();
  return make_mariadb_probe();
}

}  // namespace dbw::test
