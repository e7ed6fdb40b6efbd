// The SQL that PostgreSQL's own package ships (scripts of its extensions, the information schema), read by our parser
// and carried out by a live server.
#include <algorithm>
#include <iostream>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "sqlparse/statement.hpp"
#include "support/postgres_server.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

const fs::path k_scripts = "/usr/share/postgresql/15";
constexpr std::size_t k_file_bytes_max = std::size_t{8} << 20U;

std::vector<fs::path> scripts() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(k_scripts)) {
    if (entry.path().extension() == ".sql") out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

/// What CREATE EXTENSION makes of a script before it runs it: no psql commands, the names put in.
std::string script_text(const fs::path& file) {
  std::string out;
  const std::string text = read_file(file, k_file_bytes_max);
  for (const std::string_view line : split_lines(text)) {
    if (!line.empty() && line.front() == '\\') continue;
    out += std::string(line) + "\n";
  }
  out = replaced(std::move(out), "@extschema@", "public");
  out = replaced(std::move(out), "@extowner@", "postgres");
  return replaced(std::move(out), "MODULE_PATHNAME",
                  "$libdir/" + file.stem().string().substr(0, file.stem().string().find("--")));
}

class PostgresqlExtensions : public testing::Test {
 protected:
  PostgresqlExtensions() {
    PostgresServer& server = PostgresServer::shared();
    db::ConnectionSettings settings;
    settings.host = server.socket_folder().string();
    settings.database = server.create_database();
    settings.user = server.administrator();
    m_session = db::connect(settings, "", {});
  }

  /// The server's syntax error, empty where it has none; nothing of the statement is kept.
  std::string syntax_error(std::string_view statement) {
    m_session->begin(false);
    std::string out;
    try {
      m_session->execute(statement);
    } catch (const db::DatabaseError& error) {
      if (error.sqlstate() == "42601") out = error.server().message;
    }
    m_session->rollback();
    return out;
  }

 private:
  std::unique_ptr<db::Session> m_session;
};

TEST_F(PostgresqlExtensions, EveryStatementHasAClassAndIsWhatTheServerReads) {
  if (!fs::is_directory(k_scripts))
    GTEST_SKIP() << "SKIPPED: " << k_scripts << " is absent: apt-get install postgresql-15";
  int statements = 0;
  int read_only = 0;
  for (const fs::path& file : scripts()) {
    const std::string text = script_text(file);
    const sqlparse::ParsedSql parsed = sqlparse::parse(Engine::postgresql, text, {k_sql_bytes_max});
    for (const sqlparse::ParseProblem& problem : parsed.problems)
      ADD_FAILURE() << file << ": " << problem.message << " in " << text.substr(problem.range.start, 200);
    for (const sqlparse::Statement& statement : parsed.statements) {
      const std::string sql = text.substr(statement.range.start, statement.range.end - statement.range.start);
      EXPECT_NE(statement.statement_class, StatementClass::opaque) << file << ": " << sql.substr(0, 200);
      const bool leaves_transaction = statement.statement_class == StatementClass::transaction;
      EXPECT_EQ(leaves_transaction ? "" : syntax_error(sql), "") << file << ": " << sql.substr(0, 200);
      ++statements;
      read_only += statement.read_only ? 1 : 0;
    }
  }
  std::cout << fmt::format("{} statements of {} scripts, {} read-only\n", statements, scripts().size(), read_only);
  EXPECT_GE(statements, 3000);
}

}  // namespace
}  // namespace dbw::test
