#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sqlparse/statement.hpp"

namespace dbw::review {

/// What a name looks like: letters of other scripts that share a shape with a Latin one become that one, and of the
/// ASCII characters 0 becomes o, 1, I and | become l, m becomes rn. Two names with the same skeleton are hard to tell
/// apart. After the idea of Unicode Technical Standard 39, with a table of our own.
std::string skeleton(std::string_view name);
/// The name in ASCII as far as its letters have an ASCII letter's shape; the others stay.
std::string latin_look(std::string_view name);
/// "Latin", "Cyrillic", ... of the letters of the name, in the order in which they occur, each once.
std::vector<std::string_view> scripts_of(std::string_view name);

/// Names of tables, columns and other objects that the change speaks of, by what they look like.
class Lookalikes {
 public:
  /// The statements in the order in which they run; they must outlive it.
  void take(const sqlparse::Statement& statement);
  /// Two names of the change look alike.
  bool any() const { return m_any; }
  /// Another name with the same skeleton that the change used before this one, else nullopt.
  std::optional<std::string> of(const std::string& name) const;

 private:
  void take_name(const std::string& name);

  std::map<std::string, std::string_view> m_first;  ///< skeleton -> the first name
  std::set<std::string_view> m_seen;                ///< while reading
  std::array<std::string_view, 256> m_recent;       ///< while reading: most names come again and again
  bool m_any = false;
};

}  // namespace dbw::review
