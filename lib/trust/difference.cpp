#include "trust/difference.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/yaml.hpp"

namespace dbw::trust {
namespace {

using codec::Value;

/// A field with the names on the way to it, and its value: absent, a text, or a set of texts.
struct Field {
  std::string pattern;
  std::vector<std::string> names;
  std::set<std::string> values;
  bool is_set = false;
  bool is_entry = false;  ///< a named thing itself: a person, a workflow
};
using Fields = std::map<std::vector<std::string>, Field>;  ///< by path

/// Maps whose keys are names that the document chooses.
const std::set<std::string, std::less<>> k_named{"people",
                                                 "machines",
                                                 "databases",
                                                 "databases.*.environments",
                                                 "review.severities",
                                                 "review.severities.*",
                                                 "ci_identities.*.claims",
                                                 "roles"};
/// Lists of maps whose items are things of their own; by the field that names an item. Items of other lists are what
/// they say.
const std::map<std::string, std::string, std::less<>> k_listed{
    {"people.*.keys", "key"},    {"ci_identities", "name"},     {"workflows", "name"},
    {"workflows.*.steps", "id"}, {"workflows.*.raise", "when"}, {"workflows.*.raise.*.add", "id"}};
/// What every new version changes.
const std::set<std::string, std::less<>> k_head{"version", "prev", "issued_at", "expires_at", "root_version"};

std::string inline_text(const Value& value);

std::string key_text(const std::string& text) {
  try {
    return crypto::parse_public_key(text).id.text();
  } catch (const Error&) {
    return text;
  }
}

std::string inline_text(const Value& value) {
  std::vector<std::string> parts;
  if (value.kind() == Value::Kind::list) {
    for (const Value& item : value.items()) parts.push_back(inline_text(item));
    return join(parts, "/");
  }
  if (value.kind() == Value::Kind::map) {
    for (const auto& [name, item] : value.entries()) parts.push_back(name + " " + inline_text(item));
    std::sort(parts.begin(), parts.end());
    return join(parts, " and ");
  }
  return key_text(value.text());
}

class Flattener {
 public:
  explicit Flattener(const Value& document) { take_map("", {}, {}, document); }
  Fields fields() { return std::move(m_fields); }

 private:
  using Names = std::vector<std::string>;

  static Names with(Names names, const std::string& name) {
    names.push_back(name);
    return names;
  }

  void entry(const std::string& pattern, const Names& names, const Names& path) {
    m_fields[path] = {pattern, names, {}, false, true};
  }

  void take_map(const std::string& pattern, const Names& names, const Names& path, const Value& map) {
    const bool named = k_named.count(pattern) != 0;
    for (const auto& [key, value] : map.entries()) {
      if (pattern.empty() && k_head.count(key) != 0) continue;
      const std::string below = pattern.empty() ? key : pattern + (named ? ".*" : "." + key);
      const Names inner = named ? with(names, key) : names;
      if (named && value.kind() == Value::Kind::map && k_named.count(below) == 0) entry(below, inner, with(path, key));
      take(below, inner, with(path, key), value);
    }
  }

  void take_items(const std::string& pattern, const Names& names, const Names& path, const Value& list) {
    const auto listed = k_listed.find(pattern);
    for (const Value& item : list.items()) {
      const Value* title = listed == k_listed.end() ? nullptr : item.find(listed->second);
      std::string name = inline_text(title == nullptr ? item : *title);
      // Two items may say the same; neither may hide the other.
      for (int n = 2; m_fields.count(with(path, name)) != 0; ++n)
        name = fmt::format("{} ({})", inline_text(title == nullptr ? item : *title), n);
      entry(pattern + ".*", with(names, name), with(path, name));
      if (title == nullptr) continue;
      for (const auto& [key, value] : item.entries()) {
        if (key != listed->second) take(pattern + ".*." + key, with(names, name), with(with(path, name), key), value);
      }
    }
  }

  void take(const std::string& pattern, const Names& names, const Names& path, const Value& value) {
    if (value.kind() == Value::Kind::map) return take_map(pattern, names, path, value);
    if (value.kind() != Value::Kind::list) {
      m_fields[path] = {pattern, names, {inline_text(value)}, false, false};
      return;
    }
    const auto& items = value.items();
    const bool maps =
        std::any_of(items.begin(), items.end(), [](const Value& item) { return item.kind() == Value::Kind::map; });
    if (maps) return take_items(pattern, names, path, value);
    Field field{pattern, names, {}, true, false};
    for (const Value& item : items) field.values.insert(inline_text(item));
    m_fields[path] = std::move(field);
  }

  Fields m_fields;
};

/// The table has words for every field, with a place for every name.
std::string words_of(std::string_view kind, const Field& field) {
  std::map<std::pair<std::string_view, std::string_view>, std::string_view> words;
  for (const FieldWords& row : field_words()) words[{row.kind, row.pattern}] = row.words;
  std::string out(words.at({kind, field.pattern}));
  std::size_t from = 0;
  for (const std::string& name : field.names) {
    const auto at = out.find("{}", from);
    out.replace(at, 2, name);
    from = at + name.size();
  }
  return out;
}

std::string list_text(const std::set<std::string>& values) {
  return values.empty() ? "none" : join({values.begin(), values.end()}, ", ");
}

std::set<std::string> without(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::inserter(out, out.end()));
  return out;
}

std::string scalar_change(const Field* before, const Field* after) {
  if (before == nullptr) return ": " + list_text(after->values) + " (was not written)";
  if (after == nullptr) return ": no longer written (was " + list_text(before->values) + ")";
  if (before->values == after->values) return "";
  return fmt::format(": {} instead of {}", list_text(after->values), list_text(before->values));
}

std::string change_text(const Field* before, const Field* after) {
  if (after != nullptr && after->is_entry) return before == nullptr ? " is new" : "";
  if (before != nullptr && before->is_entry) return after == nullptr ? " is gone" : "";
  const bool is_set = (before == nullptr || before->is_set) && (after == nullptr || after->is_set);
  if (!is_set) return scalar_change(before, after);
  const std::set<std::string> nothing;
  const std::set<std::string>& old = before == nullptr ? nothing : before->values;
  const std::set<std::string>& now = after == nullptr ? nothing : after->values;
  if (old == now) return "";
  const std::set<std::string> gained = without(now, old);
  const std::set<std::string> lost = without(old, now);
  std::vector<std::string> parts;
  if (!gained.empty()) parts.push_back("gains " + list_text(gained));
  if (!lost.empty()) parts.push_back("loses " + list_text(lost));
  return ": " + join(parts, "; ");
}

/// Below something that is gone there is nothing more to say.
bool inside_removed(const std::vector<std::vector<std::string>>& removed, const std::vector<std::string>& path) {
  return std::any_of(removed.begin(), removed.end(), [&](const std::vector<std::string>& above) {
    return above.size() < path.size() && std::equal(above.begin(), above.end(), path.begin());
  });
}

Fields fields_of(std::string_view kind, std::string_view bytes, std::string_view name) {
  if (kind == "root") model::parse_root(bytes, name);
  if (kind == "roster") model::parse_roster(bytes, name);
  if (kind == "policy") model::parse_policy(bytes, name);
  return Flattener(codec::parse_yaml(bytes, name)).fields();
}

}  // namespace

std::vector<std::string> describe_changes(std::string_view kind, std::string_view older, std::string_view newer) {
  const Fields before = fields_of(kind, older, fmt::format("the older {}", kind));
  const Fields after = fields_of(kind, newer, fmt::format("the newer {}", kind));
  std::set<std::vector<std::string>> paths;
  for (const auto& [path, field] : before) paths.insert(path);
  for (const auto& [path, field] : after) paths.insert(path);
  std::vector<std::vector<std::string>> removed;
  std::vector<std::string> out;
  for (const std::vector<std::string>& path : paths) {
    const auto old = before.find(path);
    const auto now = after.find(path);
    const Field* was = old == before.end() ? nullptr : &old->second;
    const Field* is = now == after.end() ? nullptr : &now->second;
    if (inside_removed(removed, path)) continue;
    if (is == nullptr && was->is_entry) removed.push_back(path);
    const std::string change = change_text(was, is);
    if (!change.empty()) out.push_back(words_of(kind, is == nullptr ? *was : *is) + change);
  }
  return out;
}

}  // namespace dbw::trust
