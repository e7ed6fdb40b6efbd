#include "git/local_refs.hpp"

#include <tuple>

#include <sys/stat.h>

#include "base/error.hpp"

namespace dbw::git {
namespace {

/// Another one after every `git pack-refs`: it puts a new file in the place of the old one.
auto packed_file(const std::filesystem::path& path) {
  struct stat file {};
  const bool found = ::stat((path / "packed-refs").c_str(), &file) == 0;
  return std::tuple(found, file.st_ino, file.st_size, file.st_mtim.tv_sec, file.st_mtim.tv_nsec);
}

}  // namespace

std::optional<std::vector<Ref>> read_local_refs(const std::filesystem::path& path,
                                                const std::vector<std::string>& prefixes) {
  try {
    // A reference that is packed while we look may be seen in neither place.
    const auto before = packed_file(path);
    const Repository repository = Repository::open(path);
    std::vector<Ref> refs;
    for (const std::string& prefix : prefixes) {
      for (Ref& ref : repository.refs(prefix)) refs.push_back(std::move(ref));
    }
    if (packed_file(path) == before) return refs;
    return std::nullopt;
  } catch (const Error&) {
    return std::nullopt;  // it is for git's program to say what is wrong
  }
}

}  // namespace dbw::git
