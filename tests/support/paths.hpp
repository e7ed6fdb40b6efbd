#pragma once

#include <filesystem>
#include <string>

/// Where tests find things. Vectors and cases live outside the project; tests that need them call the require_
/// functions, which skip the test loudly where the folder is absent.
namespace dbw::test {

std::filesystem::path source_dir();   ///< DBW_SOURCE_DIR, else the working folder's project root
std::filesystem::path bin_dir();      ///< DBW_BIN_DIR: the built tools
std::filesystem::path vectors_dir();  ///< DBW_VECTORS_DIR, default ../shared/vectors beside the project
std::filesystem::path cases_dir();    ///< DBW_CASES_DIR, default ../shared/cases beside the project
std::string slurp(const std::filesystem::path& path);

}  // namespace dbw::test

/// Skips the running test, naming what is missing, where the outside folder is absent.
#define DBW_NEEDS_FOLDER(folder)                                                                               \
  do {                                                                                                         \
    if (!std::filesystem::is_directory(folder)) {                                                              \
      GTEST_SKIP() << "SKIPPED: the folder " << (folder) << " is absent; set DBW_VECTORS_DIR / DBW_CASES_DIR"; \
    }                                                                                                          \
  } while (false)
