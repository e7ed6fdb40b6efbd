#include <cstdio>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "docgen/pages.hpp"

/// dbw_docgen SOURCE-FOLDER: writes docs/errors.md and docs/limits.md.
int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: dbw_docgen SOURCE-FOLDER\n", stderr);
    return 2;
  }
  try {
    const std::filesystem::path source = argv[1];
    const std::string limits = dbw::read_file(source / "lib/base/limits.hpp", 1u << 20);
    dbw::write_file_atomic(source / "docs/errors.md", dbw::docgen::errors_page());
    dbw::write_file_atomic(source / "docs/limits.md", dbw::docgen::limits_page(limits));
  } catch (const dbw::Error& error) {
    std::fprintf(stderr, "dbw_docgen: %s\n", error.what());
    return static_cast<int>(error.status());
  }
  return 0;
}
