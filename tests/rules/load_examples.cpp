#include "load_examples.hpp"

#include <algorithm>
#include <filesystem>

#include "support/paths.hpp"

namespace dbw::test {

namespace fs = std::filesystem;

std::vector<std::string> example_folders() {
  std::vector<std::string> out;
  for (const auto& entry : fs::directory_iterator(source_dir() / "tests/rules")) {
    if (entry.is_directory()) out.push_back(entry.path().filename().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<review::Example> load_examples(const std::string& rule) {
  std::vector<fs::path> paths;
  const fs::path folder = source_dir() / "tests/rules" / rule;
  if (!fs::is_directory(folder)) return {};
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".sql") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<review::Example> out;
  for (const fs::path& path : paths) out.push_back(review::parse_example(path.filename().string(), slurp(path)));
  return out;
}

}  // namespace dbw::test
