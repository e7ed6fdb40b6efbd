#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sqlparse/sqlite/lexer.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::sqlparse::sqlite {

/// How many queries SQLite copies while it compiles. Each name of a WITH clause or of a view stands for a copy of all
/// that it means, so that a few lines can mean millions: SQLite 3.40 takes 13 us for each, and looks at no time limit.
class Expansion {
 public:
  static constexpr std::size_t k_statement_copies_max = 4096;
  static constexpr std::size_t k_copies_max = 1'000'000;  ///< of one text

  explicit Expansion(std::string_view schema_sql);

  /// Takes the statement into account, and the view or trigger that it makes. True: it must not be compiled.
  bool is_too_much(const Statement& statement, const std::vector<Token>& tokens);

 private:
  struct View {
    std::vector<Token> tokens;   ///< of all statements that make it
    std::size_t copies = 0;      ///< itself and what it copies
    std::size_t counted_at = 0;  ///< the age of that
    bool open = false;           ///< it is being counted
  };

  std::size_t count(const std::vector<Token>& tokens, int depth);
  std::size_t copies_of(const std::string& view, int depth);
  void learn(const Statement& statement, const std::vector<Token>& tokens);
  std::size_t in_views();
  std::size_t in_triggers();

  std::map<std::string, View> m_views;  ///< by name in lower case
  std::set<std::string> m_others;       ///< names asked for that are no views, or not yet
  std::vector<std::vector<Token>> m_triggers;
  std::size_t m_in_triggers = 0;
  std::size_t m_triggers_counted_at = 0;
  std::size_t m_age = 1;  ///< what was counted before it may be too little
  std::size_t m_spent = 0;
};

}  // namespace dbw::sqlparse::sqlite
