#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::review {

/// Where a text was found within another one.
struct Origin {
  ByteRange place;                      ///< of all of it
  std::optional<std::ptrdiff_t> shift;  ///< between their offsets; none where it does not stand there word for word
  /// Where a range of the text stands in the other one: as closely as is known.
  ByteRange of(ByteRange range) const;
  /// Where a text that was found in this text stands in the other one.
  Origin of(const Origin& inner) const;
};
/// Of a text that is taken from `outer`, all of it where it is written otherwise there.
Origin origin_in(std::string_view outer, std::string_view text);

/// A SQL text of a body, and where it stands in the body.
struct Piece {
  sqlparse::ParsedSql parsed;
  Origin origin;
};

/// The SQL statements of a body: as they stand where the body is SQL, else those found between the control words of
/// PL/pgSQL, and the literals that it executes.
struct Body {
  std::vector<Piece> pieces;
  std::vector<std::string> unread;  ///< pieces that start like SQL and could not be read
  bool dynamic = false;             ///< EXECUTE of a text that is built at run time
};
/// In their order; what a call of the parser costs is paid once.
std::vector<Body> read_bodies(Engine engine, const std::vector<std::string_view>& texts);

/// The bodies of many statements, for whoever looks at one statement after the other. Some are read ahead: a call of
/// the parser costs more than most bodies.
class BodyQueue {
 public:
  /// The statements that have bodies, in the order of the calls of take(); they must outlive the queue.
  BodyQueue(Engine engine, std::vector<const sqlparse::Statement*> statements)
      : m_engine(engine), m_statements(std::move(statements)) {}
  /// The bodies of the next statement.
  std::vector<Body> take();

 private:
  void read_ahead();

  Engine m_engine;
  std::vector<const sqlparse::Statement*> m_statements;
  std::size_t m_next = 0;                 ///< the first whose bodies were not read
  std::deque<std::vector<Body>> m_ahead;  ///< of the statements before it
};

}  // namespace dbw::review
