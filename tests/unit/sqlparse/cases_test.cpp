#include <map>
#include <set>

#include "base/text.hpp"
#include "support.hpp"
#include "support/paths.hpp"

namespace dbw::sqlparse::test {
namespace {

using C = StatementClass;

/// Rows whose expectation is a choice of the other tool; ours differs on purpose.
const std::map<std::string, std::string> k_exceptions = {
    {"C019", "DROP SCHEMA is ddl here; that tool has no class for what it always refuses"},
    {"C044", "a NUL byte: we refuse it, as that row does, but as opaque"},
    {"C049", "101 statements: our limit is 10,000"},
    {"C061", "several reads in one input are allowed"},
    {"C062", "several reads in one input are allowed"},
    {"C065", "several reads in one input are allowed"},
    {"C067", "several reads in one input are allowed"},
    {"C077", "CREATE OR REPLACE TABLE is no PostgreSQL: opaque"},
    {"C112", "101 statements: our limit is 10,000"},
};

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    ++i;
    const char c = text[i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c == '0' ? '\0' : c;
  }
  return out;
}

/// "S*1048577" or "SELECT +x*1048576": a text, then one character so many times.
std::string expand(const std::string& text) {
  const std::size_t star = text.rfind('*');
  const std::size_t plus = text.rfind('+', star);
  const std::string prefix = plus == std::string::npos ? std::string() : text.substr(0, plus);
  const std::size_t unit = plus == std::string::npos ? 0 : plus + 1;
  return prefix + repeat(text.substr(unit, star - unit), std::stoul(text.substr(star + 1)));
}

bool agrees(const std::string& norm_class, std::optional<StatementClass> found) {
  if (norm_class == "empty") return !found.has_value();
  if (!found) return false;
  // Read there includes display settings, which are session here and never pass as read-only.
  if (norm_class == "read") return *found == C::read || *found == C::session;
  if (norm_class == "ddl") return *found >= C::ddl && *found != C::opaque;
  if (norm_class == "write") return *found >= C::dml && *found != C::opaque;
  if (norm_class == "mixed") return *found >= C::ddl;
  if (norm_class == "reject") return *found != C::read;
  if (norm_class == "unparsed")
    return *found == C::opaque || *found == C::transaction;  // LOCK TABLE, which that tool cannot read
  return true;
}

TEST(Cases, ForeignClassifierTable) {
  const auto folder = dbw::test::cases_dir();
  DBW_NEEDS_FOLDER(folder);
  const std::string text = dbw::test::slurp(folder / "dbward_classify.tsv");
  int checked = 0;
  std::set<std::string> used;
  for (const std::string_view line : split_lines(text)) {
    const std::vector<std::string> fields = split(line, '\t');
    ASSERT_GE(fields.size(), 11u) << line;
    const std::map<std::string, Engine> engines = {
        {"pg", Engine::postgresql}, {"sqlite", Engine::sqlite}, {"mysql", Engine::mysql}};
    if (engines.count(fields[1]) == 0) continue;
    const std::string sql = fields[2] == "repeat" ? expand(fields[3]) : unescape(fields[3]);
    const Engine engine = engines.at(fields[1]);
    const ParsedSql parsed = parse(engine, sql, {k_sql_bytes_default});
    ++checked;
    const bool agreed = agrees(fields[10], parsed.strongest());
    if (k_exceptions.count(fields[0]) > 0) {
      used.insert(fields[0]);
      continue;
    }
    EXPECT_TRUE(agreed) << fields[0] << " " << sql.substr(0, 200) << ": expected " << fields[10] << ", found "
                        << (parsed.strongest() ? class_name(*parsed.strongest()) : "none");
  }
  EXPECT_GT(checked, 100);
  EXPECT_EQ(used.size(), k_exceptions.size());
}

}  // namespace
}  // namespace dbw::sqlparse::test
