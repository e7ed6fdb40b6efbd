#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbw::review {

struct File;

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
  /// `files` must outlive it.
  explicit Lookalikes(const std::vector<File>& files);
  /// Two names of the change look alike.
  bool any() const { return m_any; }
  /// Another name with the same skeleton that the change used before this one, else nullopt.
  std::optional<std::string> of(const std::string& name) const;

 private:
  std::map<std::string, std::string_view> m_first;  ///< skeleton -> the first name
  bool m_any = false;
};

}  // namespace dbw::review
