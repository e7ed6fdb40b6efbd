#include "review/fix_rewrite.hpp"

/// Forms that block nobody, and that the server refuses inside a transaction.
namespace dbw::review {
namespace {

constexpr int k_reindex_concurrently_since = 12;

/// Behind "(options)" and the words before it.
std::size_t find_word(const Lexemes& lexemes, std::initializer_list<Keyword> words) {
  return lexemes.size() == 0 ? 0 : lexemes.find(0, words);
}

}  // namespace

std::optional<std::string> fix_create_index(const FixInput& in, Rewrite& out) {
  const std::size_t index = find_word(in.lexemes, {"index"});
  const std::size_t on = find_word(in.lexemes, {"on"});
  if (index == in.lexemes.size() || on == in.lexemes.size()) return "the statement is not written as expected";
  if (in.lexemes.is(on + 1, "only")) return "an index ON ONLY a partitioned table cannot be built concurrently";
  out.edits.push_back(in.insert_behind(index, " CONCURRENTLY"));
  out.alone = true;
  return std::nullopt;
}

std::optional<std::string> fix_drop_index(const FixInput& in, Rewrite& out) {
  const Lexemes& lexemes = in.lexemes;
  if (in.statement.cascade) return "DROP INDEX CONCURRENTLY knows no CASCADE";
  if (!lexemes.is(0, "drop") || !lexemes.is(1, "index")) return "the statement is not written as expected";
  out.edits.push_back(in.insert_behind(1, " CONCURRENTLY"));
  out.alone = true;
  const std::string head = std::string("DROP INDEX CONCURRENTLY ") + (in.statement.if_exists ? "IF EXISTS " : "");
  const std::size_t first_comma = lexemes.find(0, {","});
  for (std::size_t comma = first_comma; comma < lexemes.size();) {
    const std::size_t next = lexemes.find(comma + 1, {",", "restrict"});
    out.behind.push_back(head + in.join(comma + 1, next));
    comma = lexemes.is(next, ",") ? next : lexemes.size();
  }
  if (first_comma < lexemes.size()) out.edits.push_back(in.replace(first_comma, lexemes.size(), ""));
  return std::nullopt;
}

std::optional<std::string> fix_reindex(const FixInput& in, Rewrite& out) {
  if (major_version(in.review.server_version) < k_reindex_concurrently_since)
    return "REINDEX CONCURRENTLY needs PostgreSQL 12";
  const std::size_t what = find_word(in.lexemes, {"index", "table", "schema", "database", "system"});
  if (what == in.lexemes.size()) return "the statement is not written as expected";
  if (in.lexemes.is(what, "system")) return "REINDEX SYSTEM has no concurrent form";
  out.edits.push_back(in.insert_behind(what, " CONCURRENTLY"));
  out.alone = true;
  return std::nullopt;
}

std::optional<std::string> fix_refresh_view(const FixInput& in, Rewrite& out) {
  const std::size_t view = find_word(in.lexemes, {"view"});
  const std::size_t with = find_word(in.lexemes, {"with"});
  if (view == in.lexemes.size()) return "the statement is not written as expected";
  if (in.lexemes.is(with + 1, "no")) return "WITH NO DATA and CONCURRENTLY exclude each other";
  out.edits.push_back(in.insert_behind(view, " CONCURRENTLY"));
  out.conditions.push_back("REFRESH MATERIALIZED VIEW CONCURRENTLY needs a unique index on all rows of \"" +
                           in.statement.target.text() + "\"; without one the server refuses it and changes nothing.");
  return std::nullopt;
}

std::optional<std::string> fix_detach_partition(const FixInput& in, Rewrite& out) {
  out.edits.push_back(in.insert_behind(in.lexemes.size() - 1, " CONCURRENTLY"));
  out.alone = true;
  out.conditions.push_back(
      "DETACH PARTITION CONCURRENTLY needs that \"" + in.statement.target.text() +
      "\" has no DEFAULT partition; with one the server refuses it and changes nothing. It leaves a CHECK "
      "constraint on the partition that repeats its bounds.");
  return std::nullopt;
}

}  // namespace dbw::review
