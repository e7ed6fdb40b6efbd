#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "review/fix_steps.hpp"

namespace dbw::review {
namespace {

constexpr std::string_view k_lock_timeout = "lock_timeout = '2s'";

/// A dbw:allow that stands on lines of its own right above the statement belongs to it.
std::size_t above_allow_comments(std::string_view sql, std::size_t statement) {
  std::size_t out = statement;
  std::size_t line = sql.rfind('\n', statement) + 1;  // 0 on the first line
  if (statement == 0 || !trim(sql.substr(line, statement - line)).empty()) return out;
  while (line > 0) {
    const std::size_t before = line >= 2 ? sql.rfind('\n', line - 2) + 1 : 0;
    const std::string_view text = trim(sql.substr(before, line - before));
    if (!text.starts_with("--")) break;
    if (text.find("dbw:allow") != std::string_view::npos) out = before;
    line = before;
  }
  return out;
}

}  // namespace

std::string with_lock_timeout(const File& step, const std::vector<ByteRange>& ranges) {
  const std::string& sql = step.parsed.sql;
  std::string out;
  std::size_t at = 0;
  bool open = false, covered = false;
  for (const sqlparse::Statement& statement : step.parsed.statements) {
    if (is_command(statement, "begin")) open = true;
    const bool ends = is_command(statement, "commit") || is_command(statement, "rollback");
    if (ends && (open || step.transactional)) open = covered = false;
    if (covered || std::find(ranges.begin(), ranges.end(), statement.range) == ranges.end()) continue;
    const bool local = open || step.transactional;
    const std::size_t here = above_allow_comments(sql, statement.range.start);
    out += sql.substr(at, here - at) + fmt::format("SET {}{};\n", local ? "LOCAL " : "", k_lock_timeout);
    at = here;
    covered = true;
  }
  return out + sql.substr(at);
}

}  // namespace dbw::review
