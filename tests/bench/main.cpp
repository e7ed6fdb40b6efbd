#include <cstring>

#include <fmt/format.h>

#include "base/allocator.hpp"
#include "table.hpp"

/// usage: dbw_bench [--full] [PART...]; parts: start approval approvals review audit runs export requests
int main(int argc, char** argv) {
  using namespace dbw::bench;
  dbw::tune_allocator();  // as the tools do
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words.front() == "--export-child") return export_child(words);
  Sizes sizes;
  std::erase_if(words, [&](const std::string& word) { return word == "--full" && (sizes.full = true); });
  const std::vector<std::pair<std::string, void (*)(const Sizes&)>> parts = {
      {"start", bench_start},   {"approval", bench_approval},     {"approvals", bench_approvals},
      {"review", bench_review}, {"audit", bench_audit},           {"runs", bench_runs},
      {"export", bench_export}, {"requests", bench_many_requests}};
  print_head();
  int failed = 0;
  for (const auto& [name, part] : parts) {
    if (!words.empty() && std::find(words.begin(), words.end(), name) == words.end()) continue;
    try {
      part(sizes);
    } catch (const std::exception& error) {
      fmt::print("{}: could not be measured: {}\n", name, error.what());
      failed = 1;
    }
  }
  return failed;
}
