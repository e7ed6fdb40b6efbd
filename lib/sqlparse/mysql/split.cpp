#include "sqlparse/mysql/split.hpp"

#include <algorithm>

#include "sqlparse/mysql/tokens.hpp"

namespace dbw::sqlparse::mysql {

bool BodyTracker::is(const Token& token, std::string_view lower) const {
  if (token.kind != TokenKind::word && token.kind != TokenKind::punctuation) return false;
  return equals_lower(m_sql.substr(token.start, token.end - token.start), lower);
}

bool BodyTracker::is_any(const Token& token, std::initializer_list<std::string_view> words) const {
  for (const std::string_view word : words) {
    if (is(token, word)) return true;
  }
  return false;
}

void BodyTracker::add(const Token& token) {
  const int depth = m_depth;
  if (m_phase == Phase::plain) return;
  if (token.kind == TokenKind::punctuation) {
    if (m_sql[token.start] == '(') ++m_depth;
    if (m_sql[token.start] == ')' && m_depth > 0) --m_depth;
  }
  if (m_phase == Phase::body) {
    if (depth == 0) body(token);
  } else {
    header(token);
  }
  m_previous = token;
  ++m_count;
}

void BodyTracker::header(const Token& token) {
  switch (m_phase) {
    case Phase::first:
      return first(token);
    case Phase::second:
      m_phase = Phase::plain;
      if (is(token, "not") && is(m_first, "begin")) {
        m_phase = Phase::body;
        m_blocks.push_back(Block::begin);
        m_skip_next = true;
      } else if (is(token, "statement") && is(m_first, "set")) {
        m_phase = Phase::set_statement;
      } else if (is(token, ":")) {
        m_phase = Phase::body;
        m_starts = true;
      }
      return;
    case Phase::set_statement:  // SET STATEMENT a = b FOR statement
      if (is(token, "for") && m_depth == 0) m_phase = Phase::first;
      return;
    case Phase::definer:
    case Phase::create:
      return create(token);
    case Phase::routine:  // up to the parameters
      if (is(token, ")") && m_depth == 0) m_phase = Phase::characteristics;
      if (is_any(token, {"returns", "soname"})) m_phase = Phase::plain;  // a loadable function
      return;
    case Phase::returns:
    case Phase::characteristics:
      return enter_body(token);
    case Phase::trigger:
      if (is(token, "row") && is(m_previous, "each")) m_phase = Phase::event_body;
      return;
    case Phase::event:
      if (m_depth == 0 && is(token, "do")) m_phase = Phase::event_body;
      return;
    case Phase::event_body:
      if (is_any(token, {"follows", "precedes"})) {
        m_skip_next = true;
      } else if (m_skip_next) {
        m_skip_next = false;
      } else {
        m_phase = Phase::body;
        m_starts = true;
        body(token);
      }
      return;
    default:
      return;
  }
}

void BodyTracker::first(const Token& token) {
  m_first = token;
  if (is_any(token, {"create", "alter"})) {
    m_phase = Phase::create;
  } else if (is_any(token, {"if", "case", "loop", "while", "repeat", "for"})) {
    m_phase = Phase::body;
    m_starts = true;
    body(token);
  } else {
    m_phase = is(token, "begin") || token.kind == TokenKind::word || token.kind == TokenKind::name ? Phase::second
                                                                                                   : Phase::plain;
  }
}

/// CREATE [OR REPLACE] [DEFINER = user] [AGGREGATE] {PROCEDURE | FUNCTION | TRIGGER | EVENT}.
void BodyTracker::create(const Token& token) {
  if (m_phase == Phase::definer) {  // behind "=": one name, or the host behind it, or CURRENT_USER()
    m_phase = Phase::create;
    return;
  }
  const bool alter = is(m_first, "alter");
  if (is(token, "=")) {
    m_phase = Phase::definer;
  } else if (is_any(token, {"procedure", "function"})) {
    m_phase = alter ? Phase::plain : Phase::routine;
  } else if (is(token, "trigger")) {
    m_phase = Phase::trigger;
  } else if (is(token, "event")) {
    m_phase = Phase::event;
  } else if (!is_any(token, {"or", "replace", "definer", "aggregate", "(", ")", "@"}) &&
             token.kind != TokenKind::variable && token.kind != TokenKind::string && token.kind != TokenKind::name) {
    m_phase = Phase::plain;
  }
}

/// Behind the parameters: characteristics and the type returned, then the body's first token.
void BodyTracker::enter_body(const Token& token) {
  if (m_depth > 0 || is(token, ")") || token.kind == TokenKind::string || is_any(token, {".", ","})) return;
  if (m_skip_next || is(m_previous, ".")) {
    m_skip_next = false;
    return;
  }
  if (is_any(token, {"returns", "charset", "collate", "set"}) && !(is(token, "set") && !is(m_previous, "character"))) {
    m_skip_next = true;
    m_phase = Phase::returns;
    return;
  }
  if (is_any(token, {"comment", "language", "sql", "not", "deterministic", "contains", "no", "reads", "data",
                     "modifies", "security", "definer", "invoker"}))
    return;
  if (m_phase == Phase::returns &&
      is_any(token, {"unsigned", "signed", "zerofill", "character", "char", "varchar", "varying", "precision", "binary",
                     "ascii", "unicode", "byte", "of", "type"}))
    return;
  m_phase = Phase::body;
  m_starts = true;
  body(token);
}

void BodyTracker::body(const Token& token) {
  if (m_skip_next) {  // ATOMIC of BEGIN NOT ATOMIC
    m_skip_next = false;
    m_starts = true;
    return;
  }
  if (token.kind == TokenKind::semicolon) {
    finish_leaf();
    m_starts = true;
    m_declare = m_after_start = m_after_end = false;
    m_handler = 0;
    return;
  }
  if (m_after_start && is(token, ":")) {
    m_leaf_open = false;
    m_starts = true;
    m_after_start = false;
    return;
  }
  m_after_start = false;
  if (m_handler == 2 && !is(token, ",")) {
    m_handler = 0;
    m_starts = true;
  }
  if (m_starts) {
    m_starts = false;
    statement_start(token);
  } else if (m_handler != 0) {
    handler(token);
  } else {
    inside_statement(token);
  }
}

void BodyTracker::statement_start(const Token& token) {
  m_after_end = false;
  const auto push = [&](Block block, bool starts) {
    m_blocks.push_back(block);
    m_starts = starts;
  };
  if (is(token, "not") && is(m_previous, "begin")) {
    m_skip_next = true;
    return;
  }
  if (is(token, "end")) return end_block();
  if (is(token, "begin")) return push(Block::begin, true);
  if (is(token, "if")) return push(Block::if_, false);
  if (is(token, "case")) return push(Block::case_, false);
  if (is(token, "loop")) return push(Block::loop, true);
  if (is(token, "repeat")) return push(Block::repeat, true);
  if (is(token, "while")) return push(Block::while_, false);
  if (is(token, "for")) return push(Block::for_, false);
  if (is_any(token, {"else"})) {
    m_starts = true;
    return;
  }
  if (is_any(token, {"elseif", "when", "until"})) return;
  m_declare = is(token, "declare");
  m_after_start = true;
  m_leaf_open =
      !is_any(token, {"declare", "return", "leave", "iterate", "open", "close", "fetch", "exit", "continue", "goto"});
  m_leaf_start = m_count;
}

void BodyTracker::inside_statement(const Token& token) {
  if (token.kind != TokenKind::word) {
    m_after_end = false;
    return;
  }
  const bool block_word = m_after_end;  // IF of END IF
  m_after_end = false;
  if (is(token, "end") && (top(Block::case_expression) || (top(Block::repeat) && !m_leaf_open))) return end_block();
  if (block_word) return;
  if (is(token, "case")) {
    m_blocks.push_back(Block::case_expression);
  } else if (is(token, "then") && (top(Block::if_) || top(Block::case_))) {
    m_starts = true;
  } else if (is(token, "do") && (top(Block::while_) || top(Block::for_)) && !m_leaf_open) {
    m_starts = true;
  } else if (m_declare && is(token, "for") && is(m_previous, "handler")) {
    m_handler = 1;
  }
}

/// SQLSTATE 'x', SQLWARNING, NOT FOUND, a number or a name; the statement follows the last of them.
void BodyTracker::handler(const Token& token) {
  if (is(token, ",")) {
    m_handler = 1;
  } else if (!is_any(token, {"not", "sqlstate", "value"})) {
    m_handler = 2;
  }
}

void BodyTracker::end_block() {
  if (m_blocks.empty()) {
    m_well_formed = false;
    return;
  }
  m_after_end = true;
  m_blocks.pop_back();
}

void BodyTracker::finish_leaf() {
  if (m_leaf_open && m_count > m_leaf_start) m_leaves.push_back({m_leaf_start, m_count});
  m_leaf_open = false;
}

std::vector<Leaf> BodyTracker::leaves(std::size_t size) {
  m_count = size;
  finish_leaf();
  return std::move(m_leaves);
}

bool Splitter::next(SplitStatement& out) {
  out.tokens.clear();  // and keeps its memory
  out.range = {};
  BodyTracker tracker(m_sql);
  std::size_t count = 0;
  bool too_long = false;
  Token token;
  Token last;
  while (m_lexer.next(token)) {
    if (token.kind == TokenKind::semicolon && tracker.ends_at_semicolon()) {
      if (count == 0) continue;
      out.separator = token.start;
      // A semicolon inside the comment is refused; the ranges stay apart even so.
      out.range.end = token.executed ? last.end : m_lexer.outer_end(last);
      m_end = token.end;
      out.has_body = tracker.has_body();
      out.well_formed = tracker.well_formed();
      out.leaves = tracker.leaves(count);
      out.hints = m_lexer.take_hints();
      return true;
    }
    if (count == 0) out.range.start = std::max(m_lexer.outer_start(token), m_end);
    last = token;
    tracker.add(token);
    ++count;
    if (too_long) continue;
    out.tokens.push_back(token);
    if (token.end - out.range.start <= m_bytes_max) continue;
    too_long = true;
    out.tokens = {};
  }
  if (count == 0) return false;
  out.separator = m_sql.size();
  out.range.end = m_lexer.outer_end(last);
  out.has_body = tracker.has_body();
  out.well_formed = tracker.well_formed();
  out.leaves = tracker.leaves(count);
  out.hints = m_lexer.take_hints();
  return true;
}

}  // namespace dbw::sqlparse::mysql
