#include "review/migration_tool.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

// The lines that these tools look for, whatever they stand in:
// https://pressly.github.io/goose/documentation/annotations, https://github.com/amacneil/dbmate
// (pkg/dbmate/migration.go), https://github.com/rubenv/sql-migrate (sqlparse/sqlparse.go).
namespace dbw::review {
namespace {

constexpr std::array<std::string_view, 4> k_names = {"goose", "dbmate", "sql-migrate", "golang-migrate"};

enum class Mark { none, up, up_alone, down, alone };  ///< alone: without a transaction

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

/// Takes `word` off the front, if it stands there and ends there.
bool take_word(std::string_view& line, std::string_view word) {
  if (!line.starts_with(word)) return false;
  if (line.size() > word.size() && !is_blank(line[word.size()])) return false;
  line = trim(line.substr(word.size()));
  return true;
}

bool has_word(std::string_view line, std::string_view word) {
  std::string padded = " " + std::string(line) + " ";
  std::replace(padded.begin(), padded.end(), '\t', ' ');
  return padded.find(" " + std::string(word) + " ") != std::string::npos;
}

Mark goose_mark(std::string_view line) {
  if (line.size() < 4 || !is_blank(line[2])) return Mark::none;
  const std::string lower = to_lower(line.substr(3));
  std::string_view rest = lower;
  if (!take_word(rest, "+goose")) return Mark::none;
  return rest == "up" ? Mark::up : rest == "down" ? Mark::down : rest == "no transaction" ? Mark::alone : Mark::none;
}

Mark dbmate_mark(std::string_view line) {
  line = trim(line.substr(2));
  if (take_word(line, "migrate:down")) return Mark::down;
  if (!take_word(line, "migrate:up")) return Mark::none;
  return has_word(line, "transaction:false") ? Mark::up_alone : Mark::up;
}

Mark sql_migrate_mark(std::string_view line) {
  if (!line.starts_with("-- +migrate ")) return Mark::none;
  line = trim(line.substr(12));
  if (take_word(line, "Down")) return Mark::down;
  if (!take_word(line, "Up")) return Mark::none;
  return has_word(line, "notransaction") ? Mark::up_alone : Mark::up;
}

Mark mark_of(MigrationTool tool, std::string_view line) {
  if (!line.starts_with("--")) return Mark::none;
  switch (tool) {
    case MigrationTool::goose:
      return goose_mark(line);
    case MigrationTool::dbmate:
      return dbmate_mark(line);
    case MigrationTool::sql_migrate:
      return sql_migrate_mark(line);
    case MigrationTool::golang_migrate:
      break;
  }
  return Mark::none;
}

/// Calls `use` with each line, its line break included.
template <typename Use>
void for_lines(std::string_view text, const Use& use) {
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size() - 1) + 1;
    use(text.substr(start, end - start));
    start = end;
  }
}

std::string blank(std::string_view line) {
  std::string out(line.size(), ' ');
  if (line.ends_with('\n')) out.back() = '\n';
  return out;
}

}  // namespace

std::vector<std::string> migration_tool_names() { return {k_names.begin(), k_names.end()}; }

std::string_view migration_tool_name(MigrationTool tool) { return k_names[static_cast<std::size_t>(tool)]; }

std::optional<MigrationTool> parse_migration_tool(std::string_view name) {
  const auto found = std::find(k_names.begin(), k_names.end(), name);
  if (found == k_names.end()) return std::nullopt;
  return static_cast<MigrationTool>(found - k_names.begin());
}

std::optional<Migration> read_migration(MigrationTool tool, std::string_view sql) {
  Migration out;
  bool forward = true, any = false, back = false;
  std::string down;
  for_lines(sql, [&](std::string_view line) {
    const Mark mark = mark_of(tool, line);
    if (mark == Mark::alone || mark == Mark::up_alone) out.transactional = false;
    if (mark == Mark::up || mark == Mark::up_alone) forward = any = true;
    if (mark == Mark::down) forward = false, back = true;
    out.up += forward ? std::string(line) : blank(line);
    down += forward ? blank(line) : std::string(line);
  });
  if (!any) return std::nullopt;
  if (back) out.down = std::move(down);
  return out;
}

std::optional<MigrationTool> recognise_migration(std::string_view sql) {
  for (const MigrationTool tool : {MigrationTool::goose, MigrationTool::dbmate, MigrationTool::sql_migrate}) {
    bool found = false;
    for_lines(sql, [&](std::string_view line) { found = found || mark_of(tool, line) == Mark::down; });
    if (found) return tool;
  }
  return std::nullopt;
}

}  // namespace dbw::review
