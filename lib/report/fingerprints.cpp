#include <cstdint>
#include <map>

#include "report/findings_ci.hpp"

namespace dbw::report {
namespace {

/// FNV-1a with 64 bits; two of different start make 128.
std::uint64_t fnv(std::string_view text, std::uint64_t state) {
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return state;
}

std::string normalised(std::string_view sql) {
  std::string out;
  for (const char c : sql) {
    const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
    if (blank && (out.empty() || out.back() == ' ')) continue;
    out += blank ? ' ' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

/// Lengths stand before the parts, so that no two lists of parts make one text.
std::string joined(const std::vector<std::string_view>& parts) {
  std::string out;
  for (const std::string_view part : parts) out += fmt::format("{}:{}", part.size(), part);
  return out;
}

std::string digest(const std::string& text) {
  return fmt::format("{:016x}{:016x}", fnv(text, 0xcbf29ce484222325ULL), fnv(text, 0x6c62272e07bb0142ULL));
}

}  // namespace

std::vector<std::string> fingerprints(const model::Review& review, const SqlFiles& files) {
  // A statement may have thousands of findings: its text is read once.
  std::map<std::pair<std::string_view, std::pair<std::size_t, std::size_t>>, std::string> statements;
  std::map<std::string, std::size_t> seen;
  std::vector<std::string> out;
  for (const model::Finding& finding : review.findings) {
    const auto [statement, first] =
        statements.try_emplace({finding.file, {finding.range.start, finding.range.end}}, std::string());
    if (const auto file = files.find(finding.file); first && file != files.end()) {
      const std::size_t start = std::min(finding.range.start, file->second.size());
      const std::size_t end = std::max(start, std::min(finding.range.end, file->second.size()));
      statement->second = digest(normalised(std::string_view(file->second).substr(start, end - start)));
    }
    const std::string key = joined({finding.rule, finding.file, finding.object, statement->second});
    out.push_back(digest(key + std::to_string(seen[key]++)));
  }
  return out;
}

}  // namespace dbw::report
