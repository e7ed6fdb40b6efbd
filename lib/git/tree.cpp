#include "git/tree.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::git {
namespace {

constexpr std::size_t k_raw_id_bytes = 20;
constexpr std::size_t k_path_bytes_max = 4096;

struct Mode {
  std::string_view text;
  EntryKind kind;
};
/// 100664 is what Git wrote before 2005-10; it was never executable.
constexpr Mode k_modes[] = {{"100644", EntryKind::file},      {"100755", EntryKind::executable},
                            {"120000", EntryKind::symlink},   {"40000", EntryKind::folder},
                            {"160000", EntryKind::submodule}, {"100664", EntryKind::file}};

[[noreturn]] void refuse_tree(std::string_view why) {
  throw Error(ErrorCode::git_bad_object, fmt::format("malformed tree object: {}", why));
}

[[noreturn]] void refuse_path(std::string_view path, std::string_view why) {
  throw Error(ErrorCode::git_bad_path, fmt::format("path \"{}\": {}", printable(path), why));
}

EntryKind kind_of(std::string_view mode) {
  const auto* const found =
      std::find_if(std::begin(k_modes), std::end(k_modes), [&](const Mode& each) { return each.text == mode; });
  if (found == std::end(k_modes)) refuse_tree(fmt::format("unknown mode {}", printable(mode)));
  return found->kind;
}

std::string sort_key(const TreeEntry& entry) { return entry.kind == EntryKind::folder ? entry.name + "/" : entry.name; }

bool is_own_component(std::string_view name) {
  const auto alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  return alphanumeric(name.front()) && std::all_of(name.begin(), name.end(), [&](char c) {
           return alphanumeric(c) || c == '.' || c == '_' || c == '-';
         });
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::vector<RawEntry> parse_tree(std::string_view raw) {
  std::vector<RawEntry> entries;
  std::string previous;
  while (!raw.empty()) {
    const auto blank = raw.find(' ');
    const auto end = raw.find('\0');
    if (blank == std::string_view::npos || end == std::string_view::npos || blank > end ||
        raw.size() - end - 1 < k_raw_id_bytes) {
      refuse_tree("cut short");
    }
    RawEntry each{std::string(raw.substr(0, blank)),
                  {std::string(raw.substr(blank + 1, end - blank - 1)), EntryKind::file, {}}};
    each.entry.kind = kind_of(each.mode);
    each.entry.id.hex = to_hex(raw.substr(end + 1, k_raw_id_bytes));
    if (each.entry.name.empty() || each.entry.name.find('/') != std::string::npos)
      refuse_tree("a name is empty or holds a slash");
    std::string key = sort_key(each.entry);
    if (!previous.empty() && key <= previous) refuse_tree("names are not in order, or twice");
    previous = std::move(key);
    entries.push_back(std::move(each));
    raw.remove_prefix(end + 1 + k_raw_id_bytes);
  }
  return entries;
}

std::string emit_tree(std::vector<RawEntry> entries) {
  std::sort(entries.begin(), entries.end(),
            [](const RawEntry& a, const RawEntry& b) { return sort_key(a.entry) < sort_key(b.entry); });
  std::string raw;
  for (const RawEntry& each : entries) {
    raw += each.mode + " " + each.entry.name;
    raw += '\0';
    raw += from_hex(each.entry.id.hex);
  }
  return raw;
}

RawEntry make_entry(std::string name, EntryKind kind, ObjectId id) {
  const auto* const mode =
      std::find_if(std::begin(k_modes), std::end(k_modes), [&](const Mode& each) { return each.kind == kind; });
  return {std::string(mode->text), {std::move(name), kind, std::move(id)}};
}

std::vector<std::string> split_path(std::string_view path) {
  if (path.size() > k_path_bytes_max)
    refuse_path(path.substr(0, 80), fmt::format("longer than {} bytes", k_path_bytes_max));
  if (path.find('\0') != std::string_view::npos || path.find('\\') != std::string_view::npos)
    refuse_path(path, "holds NUL or a backslash");
  std::vector<std::string> parts = split(path, '/');
  for (const std::string& each : parts) {
    if (each.empty() || each == "." || each == "..")
      refuse_path(path, "must be relative, without empty, \".\" and \"..\" components");
    if (fold_name(each) == ".git") refuse_path(path, "names Git's own folder");
  }
  return parts;
}

std::vector<std::string> split_own_path(std::string_view path) {
  std::vector<std::string> parts = split_path(path);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool trust_folder = i == 0 && parts[i] == ".dbw";
    if (!trust_folder && !is_own_component(parts[i])) {
      refuse_path(path, fmt::format("component \"{}\" is not [A-Za-z0-9][A-Za-z0-9._-]*", printable(parts[i])));
    }
  }
  return parts;
}

std::string fold_name(std::string_view name) {
  std::string folded = to_lower(name);
  // The two characters outside ASCII whose simple case folding (Unicode 15, CaseFolding.txt) is an ASCII letter, and
  // the zero-width ones that HFS+ ignores.
  replace_all(folded, "\xC5\xBF", "s");
  replace_all(folded, "\xE2\x84\xAA", "k");
  for (const char* ignored :
       {"\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x80\x8D", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAB",
        "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xAA", "\xE2\x81\xAB", "\xE2\x81\xAC", "\xE2\x81\xAD",
        "\xE2\x81\xAE", "\xE2\x81\xAF", "\xEF\xBB\xBF"}) {
    replace_all(folded, ignored, "");
  }
  while (!folded.empty() && (folded.back() == '.' || folded.back() == ' ')) folded.pop_back();  // NTFS drops them
  return folded;
}

bool is_object_id(std::string_view text) {
  return text.size() == 2 * k_raw_id_bytes && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::string_view name_of(EntryKind kind) {
  switch (kind) {
    case EntryKind::file:
      return "a file";
    case EntryKind::executable:
      return "an executable file";
    case EntryKind::symlink:
      return "a symlink";
    case EntryKind::folder:
      return "a folder";
    case EntryKind::submodule:
      return "a submodule";
  }
  return "unknown";
}

}  // namespace dbw::git
