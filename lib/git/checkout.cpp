#include "git/checkout.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/process.hpp"
#include "base/text.hpp"

namespace dbw::git {
namespace fs = std::filesystem;
namespace {

ProcessResult run_git(const fs::path& folder, std::vector<std::string> arguments) {
  std::map<std::string, std::string> environment = clean_environment();
  environment["GIT_OPTIONAL_LOCKS"] = "0";
  std::vector<std::string> argv{"git", "-C", folder.string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  try {
    return run_process({.argv = std::move(argv), .environment = std::move(environment)});
  } catch (const Error& error) {
    if (error.code() != ErrorCode::process_missing) throw;
    throw Error(ErrorCode::git_missing_program, "there is no git program", "Install git, or leave out --since.");
  }
}

std::string words(const ProcessResult& result) { return printable(trim(result.errors)); }

/// Names that end with NUL, which no quoting changes.
std::set<std::string> names(const ProcessResult& result, std::string_view doing) {
  if (result.status != 0) throw Error(ErrorCode::process_failed, fmt::format("cannot {}: {}", doing, words(result)));
  std::set<std::string> out;
  for (std::string& name : split(result.output, '\0')) {
    if (!name.empty()) out.insert(std::move(name));
  }
  return out;
}

std::string commit_of(const fs::path& root, const std::string& revision) {
  const ProcessResult result =
      run_git(root, {"rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"});
  if (result.status != 0)
    throw Error(ErrorCode::git_object_missing, fmt::format("there is no revision \"{}\" here", printable(revision)),
                "Fetch it, or name one that git rev-parse knows, such as origin/main.");
  return std::string(trim(result.output));
}

std::string merge_base(const fs::path& root, const std::string& revision) {
  const std::string commit = commit_of(root, revision);
  const ProcessResult result = run_git(root, {"merge-base", "HEAD", commit});
  if (result.status != 0)
    throw Error(ErrorCode::git_object_missing,
                fmt::format("HEAD and {} have no commit in common here", printable(revision)),
                "A shallow clone lacks history: use git fetch --unshallow, fetch-depth: 0 (GitHub) or GIT_DEPTH: 0 "
                "(GitLab).");
  return std::string(trim(result.output));
}

}  // namespace

Checkout Checkout::open(const fs::path& folder) {
  const ProcessResult result = run_git(folder, {"rev-parse", "--show-toplevel"});
  if (result.status != 0)
    throw Error(ErrorCode::git_not_repository,
                fmt::format("{} is in no Git working tree: {}", folder.string(), words(result)));
  std::string_view root = result.output;
  if (root.ends_with('\n')) root.remove_suffix(1);
  return Checkout(fs::path(root));
}

std::set<std::string> Checkout::changed_since(const std::string& revision) const {
  // No external diff or text conversion: only the names count. --no-renames makes a renamed file a new one.
  return names(run_git(m_root, {"diff", "--name-only", "-z", "--no-ext-diff", "--no-textconv", "--no-renames",
                                "--ignore-submodules", "--diff-filter=d", merge_base(m_root, revision), "--"}),
               "list the changed files");
}

std::set<std::string> Checkout::tracked() const {
  return names(run_git(m_root, {"ls-files", "-z", "--cached"}), "list the files of the working tree");
}

}  // namespace dbw::git
