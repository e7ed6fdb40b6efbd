// The statements of MariaDB's own regression tests (package mariadb-test-data), each read by our parser and by a live
// server's: what the server reads must not be opaque to us. DBW_MARIADB_CORPUS=full reads every file instead of a
// sample.
#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "differential/mysqltest_reader.hpp"
#include "sqlparse/mysql/lexer.hpp"
#include "sqlparse/statement.hpp"
#include "support/mariadb_server.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using sqlparse::ParsedSql;
using sqlparse::ParseProblem;

const fs::path k_corpus = "/usr/share/mysql/mysql-test";
constexpr std::size_t k_file_bytes_max = std::size_t{8} << 20U;
constexpr std::size_t k_sampled_of = 12;
constexpr int k_syntax_errors[] = {1064, 1149, 1065};

std::vector<fs::path> corpus_files() {
  std::vector<fs::path> out;
  for (const auto& entry : fs::recursive_directory_iterator(k_corpus)) {
    if (entry.path().extension() == ".test" && entry.path().string().find("/oracle/") == std::string::npos)
      out.push_back(entry.path());
  }
  std::sort(out.begin(), out.end());
  const char* wanted = std::getenv("DBW_MARIADB_CORPUS");
  if (wanted != nullptr && std::string_view(wanted) == "full") return out;
  std::vector<fs::path> sample;
  for (std::size_t i = 0; i < out.size(); i += k_sampled_of) sample.push_back(out[i]);
  return sample;
}

bool is_readable(const std::string& text) {
  std::string what;
  return !text.empty() && find_forbidden_character(text, true, &what) == std::string::npos;
}

/// Distinct statements, file by file.
std::vector<std::vector<std::string>> corpus() {
  std::set<std::string> known;
  std::vector<std::vector<std::string>> out;
  for (const fs::path& file : corpus_files()) {
    std::vector<std::string>& statements = out.emplace_back();
    for (std::string& each : mysqltest_statements(read_file(file, k_file_bytes_max))) {
      if (is_readable(each) && known.insert(each).second) statements.push_back(std::move(each));
    }
  }
  return out;
}

ParsedSql parsed(std::string_view sql) { return sqlparse::parse(Engine::mariadb, sql, {k_sql_bytes_max}); }

/// Why the parser does not vouch for the text; empty where it does.
std::string refusal(const ParsedSql& read) {
  if (!read.problems.empty()) return read.problems.front().message;
  for (const sqlparse::Statement& statement : read.statements) {
    if (statement.statement_class == StatementClass::opaque) return statement.reason;
  }
  return read.statements.empty() ? "no statement" : "";
}

/// What we refuse on purpose, although a server reads it.
bool is_deliberate(const ParsedSql& read) {
  return std::any_of(read.problems.begin(), read.problems.end(),
                     [](const ParseProblem& problem) {
                       return problem.kind == ParseProblem::Kind::client_command ||
                              problem.kind == ParseProblem::Kind::forbidden_character ||
                              problem.kind == ParseProblem::Kind::template_braces ||
                              problem.kind == ParseProblem::Kind::too_large ||
                              problem.message.find("depends on") != std::string::npos;
                     }) ||
         refusal(read).find("dbw cannot tell") != std::string::npos;  // SET sql_mode, SET NAMES
}

/// Prepares each text and runs none.
class ServerParser {
 public:
  ServerParser() {
    MariadbServer& server = MariadbServer::shared();
    db::ConnectionSettings settings;
    settings.engine = Engine::mariadb;
    settings.host = server.socket().string();
    settings.user = server.administrator();
    settings.database = server.create_database();
    m_session = db::connect(settings, "", {});
    m_session->own("SET sql_mode = ''");
  }

  bool accepts(const std::string& sql) {
    std::string literal;
    for (const char c : sql) {
      if (c == '\\' || c == '\'') literal += '\\';
      literal += c;
    }
    try {
      m_session->own(fmt::format("PREPARE read_only_once FROM '{}'", literal));
      return true;
    } catch (const db::DatabaseError& error) {
      return std::find(std::begin(k_syntax_errors), std::end(k_syntax_errors), error.server().number) ==
             std::end(k_syntax_errors);
    }
  }

 private:
  std::unique_ptr<db::Session> m_session;
};

struct Tally {
  std::map<std::string, std::pair<int, std::string>> by_reason;  ///< count and first example
  int count = 0;
  void add(const std::string& reason, const std::string& sql) {
    ++count;
    auto& [found, example] = by_reason[reason.substr(0, reason.find(": "))];
    if (found++ == 0) example = sql.substr(0, 160);
  }
  void print(std::string_view title) const {
    std::vector<std::pair<int, std::string>> lines;
    for (const auto& [reason, entry] : by_reason)
      lines.emplace_back(entry.first, fmt::format("{}: {}", reason, printable(entry.second)));
    std::sort(lines.rbegin(), lines.rend());
    std::cout << title << ": " << count << "\n";
    for (std::size_t i = 0; i < std::min<std::size_t>(lines.size(), 40); ++i)
      std::cout << fmt::format("  {:5} {}\n", lines[i].first, lines[i].second);
  }
};

#define NEEDS_CORPUS()                                                                            \
  do {                                                                                            \
    if (!fs::is_directory(k_corpus))                                                              \
      GTEST_SKIP() << "SKIPPED: " << k_corpus << " is absent: apt-get install mariadb-test-data"; \
  } while (false)

TEST(MariadbCorpus, WhatTheServerReadsIsNotOpaque) {
  NEEDS_CORPUS();
  ServerParser server;
  Tally gaps;
  Tally deliberate;
  Tally lenient;
  int accepted = 0;
  for (const std::vector<std::string>& file : corpus()) {
    for (const std::string& sql : file) {
      const ParsedSql read = parsed(sql);
      const std::string refused = refusal(read);
      const bool server_reads = server.accepts(sql);
      accepted += server_reads ? 1 : 0;
      if (server_reads && !refused.empty()) (is_deliberate(read) ? deliberate : gaps).add(refused, sql);
      if (!server_reads && refused.empty()) lenient.add(std::string(class_name(*read.strongest())), sql);
    }
  }
  std::cout << accepted << " statements that the server reads\n";
  gaps.print("opaque to dbw");
  deliberate.print("refused on purpose");
  lenient.print("read by dbw alone");
  EXPECT_GE(accepted, 3000);
  EXPECT_LE(gaps.count * 1000, accepted) << "more than 1 in 1000";
}

TEST(MariadbCorpus, StatementsKeepTheirBoundariesInAScript) {
  NEEDS_CORPUS();
  int compared = 0;
  for (const std::vector<std::string>& file : corpus()) {
    std::string script;
    std::vector<StatementClass> classes;
    std::vector<std::size_t> starts;
    for (const std::string& sql : file) {
      const ParsedSql read = parsed(sql);
      // An open executable comment or a client command would swallow what follows.
      if (!read.problems.empty() || read.statements.size() != 1 || sql.find("/*!") != std::string::npos ||
          sql.find("/*M!") != std::string::npos || script.size() > k_sql_bytes_default)
        continue;
      starts.push_back(script.size() + read.statements[0].range.start);
      classes.push_back(read.statements[0].statement_class);
      script += sql + "\n;\n";
    }
    const ParsedSql whole = parsed(script);
    ASSERT_EQ(whole.statements.size(), classes.size()) << script.substr(0, 2000);
    for (std::size_t i = 0; i < classes.size(); ++i) {
      ASSERT_EQ(whole.statements[i].range.start, starts[i]);
      ASSERT_EQ(whole.statements[i].statement_class, classes[i]) << script.substr(starts[i], 200);
    }
    compared += static_cast<int>(classes.size());
  }
  std::cout << compared << " statements compared\n";
  EXPECT_GE(compared, 3000);
}

/// The places where tokens end.
std::vector<std::uint32_t> token_ends(const std::string& sql, sqlparse::mysql::LexMode mode) {
  const sqlparse::mysql::VersionGroups groups = sqlparse::mysql::version_groups(sql);
  mode.executed = (1u << groups.size()) - 1;
  std::vector<ParseProblem> problems;
  sqlparse::mysql::Lexer lexer(sql, Engine::mariadb, mode, groups, problems);
  std::vector<std::uint32_t> out;
  sqlparse::mysql::Token token;
  while (lexer.next(token)) out.push_back(token.end);
  return out;
}

TEST(MariadbCorpus, NoSqlModeReadsOtherTokensSilently) {
  NEEDS_CORPUS();
  int different = 0;
  Tally silent;
  for (const std::vector<std::string>& file : corpus()) {
    for (const std::string& sql : file) {
      if (sqlparse::mysql::version_groups(sql).size() > 3) continue;
      const auto plain = token_ends(sql, {});
      const bool same = token_ends(sql, {true, false, 0}) == plain && token_ends(sql, {false, true, 0}) == plain &&
                        token_ends(sql, {true, true, 0}) == plain;
      if (same) continue;
      ++different;
      if (parsed(sql).problems.empty()) silent.add("no problem named", sql);
    }
  }
  std::cout << different << " statements depend on sql_mode\n";
  silent.print("silently");
  EXPECT_GE(different, 5);
  EXPECT_EQ(silent.count, 0);
}

}  // namespace
}  // namespace dbw::test
