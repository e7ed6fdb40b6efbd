#include "sqlparse/sqlite/expansion.hpp"

#include <algorithm>
#include <functional>

#include "base/text.hpp"
#include "sqlparse/sqlite/shape.hpp"

namespace dbw::sqlparse::sqlite {
namespace {

/// Definitions that mean each other in turn; SQLite's own parser stops earlier.
constexpr int k_depth_max = 500;

/// Counts no further than it matters.
std::size_t sum(std::size_t a, std::size_t b) { return std::min(a + b, Expansion::k_copies_max + 1); }

/// What else a name copies: a view's name, at some depth.
using CopiesOfView = std::function<std::size_t(const std::string&, int)>;

class Counter {
 public:
  Counter(const std::vector<Token>& tokens, CopiesOfView views) : m_tokens(tokens), m_views(std::move(views)) {
    match();
    for (std::size_t i = 0; i < m_tokens.size(); ++i) define(i);
    collect();
  }

  std::size_t count(int depth) { return sum_of(m_outside, depth); }

 private:
  struct Definition {
    std::size_t start, end;  ///< of its query's tokens
    std::vector<std::string> names;
    std::optional<std::size_t> copies;
    bool open = false;
  };

  bool is(std::size_t i, std::string_view lower) const { return i < m_tokens.size() && m_tokens[i].lower == lower; }
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(), [&](std::string_view word) { return is(i, word); });
  }
  bool may_be_name(std::size_t i) const { return m_tokens[i].is_name() || m_tokens[i].kind == TokenKind::string; }

  void match() {
    m_close.assign(m_tokens.size(), m_tokens.size());
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
      if (is(i, "(")) open.push_back(i);
      if (!is(i, ")") || open.empty()) continue;
      m_close[open.back()] = i;
      open.pop_back();
    }
  }

  /// name [(columns)] AS [NOT] [MATERIALIZED] (SELECT ...)
  void define(std::size_t i) {
    if (!may_be_name(i)) return;
    std::size_t at = i + 1;
    if (is(at, "(")) at = m_close[at] + 1;
    if (!is(at++, "as")) return;
    if (is(at, "not")) ++at;
    if (is(at, "materialized")) ++at;
    if (!is(at, "(") || !is_any(at + 1, {"select", "values", "with"})) return;
    m_by_name[to_lower(m_tokens[i].name())].push_back(m_definitions.size());
    m_definitions.push_back({at + 1, m_close[at], {}, std::nullopt});
  }

  /// Where a table may stand, and more.
  bool is_reference(std::size_t i) const {
    return i > 0 && may_be_name(i) && !is(i + 1, ".") &&
           is_any(i - 1, {"from", "join", ",", "(", ".", "in", "into", "update"});
  }

  /// Definitions begin in the order of their places, and each lies inside another one or behind it.
  void collect() {
    std::vector<std::size_t> inside;
    std::size_t next = 0;
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
      while (!inside.empty() && i >= m_definitions[inside.back()].end) inside.pop_back();
      for (; next < m_definitions.size() && m_definitions[next].start <= i; ++next) inside.push_back(next);
      if (!is_reference(i)) continue;
      (inside.empty() ? m_outside : m_definitions[inside.back()].names).push_back(to_lower(m_tokens[i].name()));
    }
  }

  std::size_t sum_of(const std::vector<std::string>& names, int depth) {
    std::size_t out = 0;
    for (const std::string& name : names) out = sum(out, copies_of(name, depth));
    return out;
  }

  /// Whatever scope it stands in: the largest that has the name.
  std::size_t copies_of(const std::string& name, int depth) {
    if (depth > k_depth_max) return Expansion::k_copies_max + 1;
    std::size_t out = m_views(name, depth + 1);
    const auto defined = m_by_name.find(name);
    if (defined == m_by_name.end()) return out;
    for (const std::size_t each : defined->second) {
      Definition& definition = m_definitions[each];
      if (!definition.copies && !definition.open) {
        definition.open = true;
        definition.copies = sum(1, sum_of(definition.names, depth + 1));
        definition.open = false;
      }
      out = std::max(out, definition.copies.value_or(1));  // inside itself: recursion
    }
    return out;
  }

  const std::vector<Token>& m_tokens;
  CopiesOfView m_views;
  std::vector<std::size_t> m_close;
  std::vector<Definition> m_definitions;
  std::map<std::string, std::vector<std::size_t>> m_by_name;
  std::vector<std::string> m_outside;
};

}  // namespace

Expansion::Expansion(std::string_view schema_sql) {
  for (const std::vector<Token>& tokens : split_statements(tokenize(schema_sql)))
    learn(read_shape(schema_sql, tokens), tokens);
}

std::size_t Expansion::count(const std::vector<Token>& tokens, int depth) {
  return Counter(tokens, [this](const std::string& name, int at) { return copies_of(name, at); }).count(depth);
}

std::size_t Expansion::copies_of(const std::string& view, int depth) {
  const auto found = m_views.find(view);
  if (found == m_views.end()) {
    m_others.insert(view);
    return 0;
  }
  View& it = found->second;
  if (it.open) return 1;  // SQLite refuses a view that means itself
  if (it.counted_at != m_age) {
    it.open = true;
    it.copies = sum(1, count(it.tokens, depth));
    it.open = false;
    it.counted_at = m_age;
    m_spent = sum(m_spent, 1);
  }
  return it.copies;
}

void Expansion::learn(const Statement& statement, const std::vector<Token>& tokens) {
  if (statement.kind == StatementKind::create_trigger) {
    m_triggers.push_back(tokens);
    if (m_triggers_counted_at == m_age) m_in_triggers = sum(m_in_triggers, count(tokens, 0));
  }
  if (statement.kind != StatementKind::create_view) return;
  const std::string name = to_lower(statement.target.name);
  View& view = m_views[name];
  view.tokens.insert(view.tokens.end(), tokens.begin(), tokens.end());
  // Others may have been counted without it, or with what it was before.
  if (m_others.erase(name) > 0 || view.tokens.size() > tokens.size()) ++m_age;
}

std::size_t Expansion::in_views() {
  std::size_t out = 0;
  for (const auto& [name, view] : m_views) out = sum(out, copies_of(name, 0));
  return out;
}

std::size_t Expansion::in_triggers() {
  if (m_triggers_counted_at != m_age) {
    m_in_triggers = 0;
    for (const std::vector<Token>& trigger : m_triggers) m_in_triggers = sum(m_in_triggers, count(trigger, 0));
    m_triggers_counted_at = m_age;
  }
  return m_in_triggers;
}

bool Expansion::is_too_much(const Statement& statement, const std::vector<Token>& tokens) {
  using K = StatementKind;
  learn(statement, tokens);
  const std::size_t own = count(tokens, 0);
  std::size_t all = own;
  // All views and triggers are compiled to see whether they still can be.
  if (statement.kind == K::alter_table) all = sum(all, sum(in_views(), in_triggers()));
  const bool changes = statement.kind == K::insert || statement.kind == K::update || statement.kind == K::delete_;
  if (changes || statement.kind == K::explain) all = sum(all, in_triggers());
  m_spent = sum(m_spent, all);
  return own > k_statement_copies_max || (all > 0 && m_spent > k_copies_max);
}

}  // namespace dbw::sqlparse::sqlite
