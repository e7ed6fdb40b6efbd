#pragma once

#include <compare>
#include <string>
#include <string_view>

/// Identifiers as types, so that a person's name cannot be passed where a request id belongs.
namespace dbw {

/// A string with a type of its own. `Tag` supplies `static void check(std::string_view)` which throws.
template <typename Tag>
class Id {
 public:
  Id() = default;  ///< empty: "not set"
  explicit Id(std::string_view text) : m_text(text) { Tag::check(text); }
  const std::string& text() const { return m_text; }
  bool empty() const { return m_text.empty(); }
  friend bool operator==(const Id&, const Id&) = default;
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::string m_text;
};

struct RequestIdTag {
  /// `[A-Z]{2,8}-[0-9A-Z-]{1,32}`; throws Error{bad_name}.
  static void check(std::string_view text);
};
struct KeyIdTag {
  /// An OpenSSH fingerprint, `SHA256:` and 43 base64 characters; throws Error{bad_name}.
  static void check(std::string_view text);
};
using RequestId = Id<RequestIdTag>;
using KeyId = Id<KeyIdTag>;

/// `[a-z0-9][a-z0-9._-]{0,62}`: people, groups, machines, databases, environments, workflows, steps, executors.
bool is_name(std::string_view text);
/// Returns its argument as a string; throws Error{bad_name} that says what (`what` = "database").
std::string require_name(std::string_view text, std::string_view what);

/// "2026/11" of REQ-20261120-K7QF; "0000/00" where a team's own id carries no date. Folder: requests/<that>/<id>.
std::string request_folder(const RequestId& id);

}  // namespace dbw
