#include "workflow/plain_files.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "git/checkout.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_config_name = "dbw-review.yaml";

/// Calls `use` for everything below a folder that is not hidden. Links are not to be followed: they could lead out of
/// what the caller named, into files that a report must not quote.
void walk(const fs::path& folder, const std::function<void(const fs::directory_entry&)>& use) {
  try {
    for (auto it = fs::recursive_directory_iterator(folder); it != fs::recursive_directory_iterator(); ++it) {
      const bool hidden = it->path().filename().string().starts_with('.');
      if (hidden && it->is_directory()) it.disable_recursion_pending();
      if (!hidden) use(*it);
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::file_unreadable, fmt::format("cannot read the folder {}: {}", printable(folder.string()),
                                                        printable(error.code().message())));
  }
}

std::vector<fs::path> sql_below(const fs::path& folder, std::vector<std::string>& links) {
  std::vector<fs::path> out;
  walk(folder, [&](const fs::directory_entry& entry) {
    if (to_lower(entry.path().extension().string()) != ".sql") return;
    if (entry.is_symlink()) {
      links.push_back(entry.path().lexically_normal().string());
    } else if (entry.is_regular_file()) {
      out.push_back(entry.path());
    }
  });
  std::sort(out.begin(), out.end());
  return out;
}

fs::path normal(const fs::path& path) { return fs::absolute(path).lexically_normal(); }

/// The same file has one name here, whatever links lead to its folder.
fs::path canonical_name(const fs::path& path) {
  std::error_code failed;
  const fs::path folder = fs::canonical(path.parent_path(), failed);
  return failed ? path : folder / path.filename();
}

/// `path` below `folder`, or empty.
std::string below_folder(const fs::path& path, const fs::path& folder) {
  const std::string relative = path.lexically_relative(folder).generic_string();
  return relative == ".." || relative.starts_with("../") || relative == "." ? std::string() : relative;
}

/// Whoever opens a merge request in a change repository could switch rules off for its reviewers.
void require_no_policy(const fs::path& root, const fs::path& config) {
  std::error_code ignored;
  if (!fs::exists(root / ".dbw", ignored)) return;
  throw Error(
      ErrorCode::bad_usage,
      fmt::format("{} is not read in a change repository: its policy says what counts", printable(config.string())),
      "Remove the file, or give --no-config.");
}

fs::path config_near(const fs::path& folder) {
  std::error_code ignored;
  std::optional<fs::path> nearest;
  for (fs::path at = normal(folder / "").parent_path();; at = at.parent_path()) {
    if (!nearest && fs::exists(at / k_config_name, ignored)) nearest = at / k_config_name;
    if (fs::exists(at / ".git", ignored)) {
      if (nearest) require_no_policy(at, *nearest);
      return nearest.value_or("");
    }
    if (at == at.parent_path()) break;
  }
  const fs::path here = normal(folder / k_config_name);
  return fs::exists(here, ignored) ? here : fs::path();
}

}  // namespace

std::vector<PlainFile> find_plain_files(const std::vector<std::string>& paths, std::vector<std::string>& links) {
  std::vector<PlainFile> out;
  std::error_code ignored;
  for (const std::string& path : paths) {
    if (path == "-") {
      out.push_back({"<stdin>", {}, false});
    } else if (fs::is_directory(path, ignored)) {
      const std::vector<fs::path> found = sql_below(path, links);
      if (found.empty())
        throw Error(ErrorCode::bad_usage, fmt::format("there is no *.sql file below {}", printable(path)),
                    "Name a folder that holds SQL, or files.");
      for (const fs::path& file : found) out.push_back({file.lexically_normal().string(), normal(file), true});
    } else {
      out.push_back({path, normal(path), false});
    }
  }
  std::set<fs::path> seen;
  for (const PlainFile& file : out) {
    if (!seen.insert(file.path).second)
      throw Error(ErrorCode::bad_usage, fmt::format("the file {} is given twice", printable(file.name)),
                  "Name every file once.");
  }
  return out;
}

std::size_t pair_rollbacks(std::vector<PlainFile>& files, const std::function<bool(const PlainFile&)>& wanted) {
  constexpr std::string_view k_down = ".down.sql";
  std::map<std::string, PlainFile*> by_name;
  for (PlainFile& file : files) by_name.emplace(file.name, &file);
  std::set<std::string> taken;
  for (const PlainFile& file : files) {
    if (!file.name.ends_with(k_down) || !wanted(file)) continue;
    const std::string stem = file.name.substr(0, file.name.size() - k_down.size());
    for (const std::string& name : {stem + ".up.sql", stem + ".sql"}) {
      const auto forward = by_name.find(name);
      if (forward == by_name.end()) continue;
      forward->second->rollback = file.name;
      taken.insert(file.name);
      break;
    }
  }
  std::erase_if(files, [&](const PlainFile& file) { return taken.count(file.name) != 0; });
  return taken.size();
}

std::vector<fs::path> folders_of(const std::vector<std::string>& paths) {
  std::set<fs::path> out;
  std::error_code ignored;
  for (const std::string& path : paths) {
    if (!fs::is_directory(path, ignored)) {
      out.insert(normal(path).parent_path());
      continue;
    }
    out.insert(normal(path));
    walk(path, [&](const fs::directory_entry& entry) {
      if (entry.is_directory() && !entry.is_symlink()) out.insert(normal(entry.path()));
    });
  }
  return {out.begin(), out.end()};
}

std::string PlainConfig::pattern_path(const PlainFile& plain) const {
  if (file.empty() || plain.path.empty()) return {};
  return below_folder(canonical_name(plain.path), canonical_name(file).parent_path());
}

fs::path find_plain_config(const fs::path& folder, const std::optional<std::string>& named) {
  return named ? normal(*named) : config_near(folder);
}

PlainConfig load_plain_config(const fs::path& folder, const std::optional<std::string>& named) {
  PlainConfig out;
  out.file = find_plain_config(folder, named);
  if (out.file.empty()) return out;
  const std::string source = named.value_or(out.file.lexically_relative(normal(folder / "").parent_path()).string());
  out.config = review::parse_config(read_file(out.file, k_yaml_bytes_max), source);
  return out;
}

std::vector<std::string> keep_changed(std::vector<PlainFile>& files, const fs::path& folder,
                                      const std::string& revision) {
  const git::Checkout checkout = git::Checkout::open(folder);
  const std::set<std::string> changed = checkout.changed_since(revision);
  const std::set<std::string> tracked = checkout.tracked();
  const fs::path root = canonical_name(checkout.root() / "x").parent_path();
  std::vector<std::string> untracked;
  std::vector<PlainFile> kept;
  for (PlainFile& file : files) {
    if (file.path.empty())
      throw Error(ErrorCode::bad_usage, "--since cannot say whether standard input changed", "Name files or folders.");
    const std::string relative = below_folder(canonical_name(file.path), root);
    const bool rollback_changed =
        !file.rollback.empty() && changed.count(below_folder(canonical_name(normal(file.rollback)), root)) == 1;
    if (changed.count(relative) == 1 || rollback_changed) {
      kept.push_back(std::move(file));
    } else if (tracked.count(relative) == 0) {
      if (!file.found)
        throw Error(
            ErrorCode::bad_usage,
            fmt::format("{} is not tracked by Git, so --since cannot say whether it changed", printable(file.name)),
            "Run git add on it, or leave out --since.");
      untracked.push_back(file.name);
    }
  }
  files = std::move(kept);
  return untracked;
}

}  // namespace dbw::workflow
