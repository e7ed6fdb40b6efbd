#include "support/paths.hpp"

#include <cstdlib>

#include "base/files.hpp"

namespace dbw::test {
namespace {

std::filesystem::path from_environment(const char* name, const std::filesystem::path& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr ? std::filesystem::path(value) : otherwise;
}

}  // namespace

std::filesystem::path source_dir() {
  return from_environment("DBW_SOURCE_DIR", std::filesystem::path(__FILE__).parent_path().parent_path().parent_path());
}
std::filesystem::path bin_dir() { return from_environment("DBW_BIN_DIR", source_dir() / "build/dev/bin"); }
std::filesystem::path vectors_dir() { return from_environment("DBW_VECTORS_DIR", source_dir() / "../shared/vectors"); }
std::filesystem::path cases_dir() { return from_environment("DBW_CASES_DIR", source_dir() / "../shared/cases"); }

std::string slurp(const std::filesystem::path& path) { return read_file(path, 1u << 30); }

}  // namespace dbw::test
