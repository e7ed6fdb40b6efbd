#include <algorithm>
#include <iostream>
#include <map>
#include <set>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/examples.hpp"
#include "review/review.hpp"
#include "support/paths.hpp"

/// The test suites of other linters, as data: expected rules must fire, the other rules of a row's scope must not.
namespace dbw {
namespace {

using Names = std::set<std::string>;

struct Case {
  std::string source, sql, notes;
  Names expected, scope;
  bool mysql = false;  ///< of the table for MySQL and MariaDB
};

/// Rows where our answer is another one on purpose, each with what was measured.
const std::map<std::string, std::string>& contested() {
  static const std::map<std::string, std::string> k_contested = {
      {"squawk:ban_concurrent_index_creation_in_transaction/assuming_in_transaction_ok",
       "PostgreSQL 15 refuses CREATE INDEX CONCURRENTLY inside BEGIN ... COMMIT also when it is the only statement of "
       "the file"},
      {"squawk:adding_not_null_field/pg16_cross_migration_validate_then_set_not_null_ok",
       "the name of a constraint proves nothing; what it checks is known only with the schema"},
      {"squawk:adding_not_null_field/pg12_cross_migration_validate_then_set_not_null_ok",
       "the name of a constraint proves nothing; what it checks is known only with the schema"},
      {"eugene:examples/E2/good.sql#4", "the validated check is in the schema, which plain files do not bring along"},
      {"eugene:examples/W14/good.sql#4",
       "that an earlier change made the column NOT NULL is in the schema, which plain files do not bring along"},
      {"squawk:ban_alter_domain_with_add_constraint/ok",
       "PostgreSQL 15 reads every table that uses the domain also for SET NOT NULL and VALIDATE CONSTRAINT"},
      {"squawk:require_concurrent_reindex/reindex_system_ok",
       "REINDEX SYSTEM has no concurrent form, and it blocks all the same"},
      {"squawk:adding_field_with_default/default_random_with_args_err",
       "PostgreSQL 15 has no now(integer): the statement fails before it rewrites anything"},
      {"squawk:ban_uncommitted_transaction/fix_adds_commit_with_cr_line_endings",
       "text with carriage returns is not read at all: hidden-unicode blocks it"},
      {"squawk:require_timeout_settings/fixes_preserve_cr_line_endings",
       "text with carriage returns is not read at all: hidden-unicode blocks it"},
      {"squawk:require_timeout_settings/fix_multiple_ddl_statements",
       "a table that the change itself created has no other users to wait for"},
      {"squawk:prefer_robust_stmts/enable_row_level_security_err",
       "PostgreSQL 15 takes ENABLE and DISABLE ROW LEVEL SECURITY a second time without an error"},
      {"squawk:prefer_robust_stmts/enable_row_level_security_without_exists_check_err",
       "PostgreSQL 15 takes ENABLE and DISABLE ROW LEVEL SECURITY a second time without an error"},
      {"squawk:prefer_robust_stmts/disable_row_level_security_err",
       "PostgreSQL 15 takes ENABLE and DISABLE ROW LEVEL SECURITY a second time without an error"},
      {"squawk:prefer_robust_stmts/alter_column_set_not_null",
       "PostgreSQL 15 takes SET NOT NULL a second time without an error"},
      {"eugene:examples/E15/bad.sql#2", "the foreign key is in the schema, which plain files do not bring along"},
      {"eugene:examples/E15/good.sql#1",
       "the index comes with a later script; until then a DELETE in items reads all of purchase"},
  };
  return k_contested;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    out += next == 'n' ? '\n' : next == 't' ? '\t' : next == 'r' ? '\r' : next;
  }
  return out;
}

Names names_in(std::string_view text) {
  Names out;
  for (const std::string& name : split(text, ',')) {
    if (!trim(name).empty() && trim(name) != "NONE") out.emplace(trim(name));
  }
  return out;
}

std::string note(const Case& row, std::string_view key) {
  for (const std::string& part : split(row.notes, ';')) {
    const std::string_view text = trim(part);
    if (text.rfind(key, 0) == 0) return std::string(text.substr(key.size()));
  }
  return {};
}

std::vector<Case> load(const std::filesystem::path& path) {
  std::vector<Case> out;
  const std::string text = test::slurp(path);
  for (const std::string_view line : split_lines(text)) {
    const std::vector<std::string> cells = split(line, '\t');
    if (cells.size() < 4 || cells[0] == "source") continue;
    Case row{cells[0], unescape(cells[1]), cells[3], names_in(cells[2]), {}, path.filename() == "review_mysql.tsv"};
    row.scope = names_in(note(row, "scope="));
    row.scope.insert(row.expected.begin(), row.expected.end());
    out.push_back(std::move(row));
  }
  return out;
}

/// Rows of the MySQL table that need the schema, which plain files do not bring along.
const std::map<std::string, std::string>& contested_mysql() {
  static const std::map<std::string, std::string> k_contested = {
      {"atlas:datadepend/AddUniqueIndex/wider_replacement",
       "that the old columns were unique before is known only with the schema"},
      {"atlas:destructive/DropColumn/virtual", "whether a column is virtual is known only with the schema"},
  };
  return k_contested;
}

review::ReviewInput input_of(const Case& row) {
  review::ReviewInput input;
  const bool sqlite = row.notes.find("SQLite fixture") != std::string::npos &&
                      row.notes.find("same verdict on PG") == std::string::npos;
  input.engine = sqlite ? Engine::sqlite : Engine::postgresql;
  input.server_version = note(row, "pg=");
  if (row.mysql) input.engine = row.notes.find("mariadb=") != std::string::npos ? Engine::mariadb : Engine::mysql;
  input.executor = false;
  input.files.push_back({"case.sql", sqlparse::parse(input.engine, row.sql, {.bytes_max = k_sql_bytes_max}),
                         note(row, "in_transaction=") == "1"});
  // A peer's rule may be on where ours is off unless the policy wants it.
  for (const std::string& rule : row.scope) {
    const review::Rule* known = review::find_rule(rule);
    if (known != nullptr && known->info.severity == model::Severity::off) input.severities["*"][rule] = "warning";
  }
  return input;
}

/// Empty where the row's expectation is met for the rules that exist.
std::string judge(const Case& row) {
  review::ReviewInput input = input_of(row);
  for (const std::string& rule : row.scope) {
    if (const review::Rule* known = review::find_rule(rule)) review::switch_on(input, known->info);
  }
  Names fired;
  for (const model::Finding& finding : review::review_sql(input).findings) fired.emplace(finding.rule);
  std::string out;
  for (const std::string& rule : row.scope) {
    if (review::find_rule(rule) == nullptr) continue;
    const bool expected = row.expected.count(rule) != 0;
    if (expected != (fired.count(rule) != 0)) out += (expected ? " missing " : " unexpected ") + rule;
  }
  return out;
}

bool implemented(const Case& row) {
  return std::any_of(row.scope.begin(), row.scope.end(),
                     [](const std::string& rule) { return review::find_rule(rule) != nullptr; });
}

void expect_agreement(std::string_view table, const std::map<std::string, std::string>& contested, int agreed_min) {
  int agreed = 0, skipped = 0, disagreed_on_purpose = 0;
  Names seen;
  for (const Case& row : load(test::cases_dir() / table)) {
    if (!implemented(row)) {
      ++skipped;
      continue;
    }
    const std::string difference = judge(row);
    const bool listed = contested.count(row.source) != 0;
    if (listed) seen.insert(row.source);
    EXPECT_EQ(difference.empty(), !listed) << row.source << ":" << difference << "\n" << row.sql << "\n" << row.notes;
    (listed ? disagreed_on_purpose : agreed) += 1;
  }
  EXPECT_EQ(seen.size(), contested.size()) << "a contested row is gone";
  EXPECT_GT(agreed, agreed_min);
  std::cout << "peer cases: " << agreed << " agree, " << disagreed_on_purpose << " contested, " << skipped
            << " for rules that do not exist yet\n";
}

TEST(PeerCases, PostgreSql) {
  DBW_NEEDS_FOLDER(test::cases_dir());
  expect_agreement("review_pg.tsv", contested(), 150);
}

TEST(PeerCases, MySql) {
  DBW_NEEDS_FOLDER(test::cases_dir());
  expect_agreement("review_mysql.tsv", contested_mysql(), 20);
}

}  // namespace
}  // namespace dbw
