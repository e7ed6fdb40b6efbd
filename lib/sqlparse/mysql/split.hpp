#pragma once

#include <string_view>
#include <vector>

#include "sqlparse/mysql/lexer.hpp"

/// Statement boundaries. A semicolon inside a body (BEGIN ... END, IF, CASE, LOOP, WHILE, REPEAT, FOR) ends nothing.
namespace dbw::sqlparse::mysql {

/// A statement inside a body, as token positions.
struct Leaf {
  std::size_t start;
  std::size_t end;
};

/// Follows the tokens of one statement and knows at each whether a body is open.
class BodyTracker {
 public:
  explicit BodyTracker(std::string_view sql) : m_sql(sql) {}

  /// Called with every token but the semicolon that ends the statement.
  void add(const Token& token);
  /// Would a semicolon here end the statement?
  bool ends_at_semicolon() const { return m_blocks.empty(); }
  /// The statement is, or has, a body of its own.
  bool has_body() const { return m_phase == Phase::body; }
  bool open() const { return !m_blocks.empty(); }
  bool well_formed() const { return m_well_formed && m_blocks.empty(); }
  /// The simple statements of the body; flow control, DECLARE and RETURN are not among them.
  std::vector<Leaf> leaves(std::size_t size);

 private:
  enum class Phase {
    first,
    second,
    set_statement,
    create,
    definer,
    routine,
    parameters,
    characteristics,
    returns,
    trigger,
    event,
    event_body,
    body,
    plain
  };
  enum class Block { begin, if_, case_, case_expression, loop, while_, repeat, for_ };

  bool is(const Token& token, std::string_view lower) const;
  bool is_any(const Token& token, std::initializer_list<std::string_view> words) const;
  void header(const Token& token);
  void first(const Token& token);
  void create(const Token& token);
  void enter_body(const Token& token);
  void body(const Token& token);
  void statement_start(const Token& token);
  void inside_statement(const Token& token);
  void handler(const Token& token);
  void end_block();
  void finish_leaf();
  bool top(Block block) const { return !m_blocks.empty() && m_blocks.back() == block; }

  std::string_view m_sql;
  Phase m_phase = Phase::first;
  std::vector<Block> m_blocks;
  std::vector<Leaf> m_leaves;
  std::size_t m_count = 0;       ///< tokens seen
  std::size_t m_leaf_start = 0;  ///< of the open leaf
  int m_depth = 0;               ///< of parentheses
  bool m_leaf_open = false;
  bool m_starts = false;       ///< the next token starts a statement
  bool m_after_start = false;  ///< the token before started one and may be a label
  bool m_after_end = false;    ///< the token before is the END of a block
  bool m_well_formed = true;
  bool m_skip_next = false;
  int m_handler = 0;  ///< DECLARE ... HANDLER FOR: 1 a condition is due, 2 a comma or the statement
  bool m_declare = false;
  Token m_first;
  Token m_previous;
};

struct SplitStatement {
  std::vector<Token> tokens;  ///< without the semicolon; cut where the statement is too long
  std::vector<Leaf> leaves;   ///< statements of its body
  std::vector<ByteRange> hints;
  bool has_body = false;
  bool well_formed = true;    ///< every block of the body is closed
  ByteRange range;            ///< of the tokens, with the executable comments they stand in
  std::size_t separator = 0;  ///< offset of the semicolon, or of the end of the text
};

/// Reads one statement after the other. Statements longer than `bytes_max` keep their range and lose their tokens.
class Splitter {
 public:
  Splitter(std::string_view sql, Lexer lexer, std::size_t bytes_max)
      : m_sql(sql), m_lexer(lexer), m_bytes_max(bytes_max) {}
  /// False at the end; empty statements are left out. Whatever `statement` held is replaced.
  bool next(SplitStatement& statement);

 private:
  std::string_view m_sql;
  Lexer m_lexer;
  std::size_t m_bytes_max;
  std::size_t m_end = 0;  ///< behind the last semicolon
};

}  // namespace dbw::sqlparse::mysql
