#include "git/bundle.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "git/git_command.hpp"
#include "git/handles.hpp"

namespace dbw::git {

void write_bundle(const Repository& repository, const std::filesystem::path& file,
                  const std::vector<std::string>& refs) {
  const Remote place{.url = std::filesystem::absolute(file).string()};
  const GitCommand git(repository.path(), place);
  // Version 2 is what every git reads that dbw works with.
  std::vector<std::string> arguments = {"bundle", "create", "--quiet", "--version=2", place.url};
  for (const std::string& ref : refs) {
    require_ref_name(ref);
    arguments.push_back(ref);
  }
  const ProcessResult result = git.run(std::move(arguments));
  if (result.status != 0)
    throw Error(ErrorCode::process_failed, fmt::format("git bundle create {}: {}", place.url, git.words(result)));
}

}  // namespace dbw::git
