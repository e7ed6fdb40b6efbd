#include "outputs.hpp"

#include "base/text.hpp"
#include "report/findings_ci.hpp"
#include "review/review.hpp"

namespace dbw::tool {
namespace {

/// The texts of every rule, each with its own severity.
std::vector<report::RuleText> rule_texts() {
  std::vector<report::RuleText> out;
  for (const review::Rule* rule : review::all_rules()) {
    const review::RuleInfo& info = rule->info;
    out.push_back({info.id, info.category, info.summary, info.why, info.instead, info.severity});
  }
  return out;
}

}  // namespace

Output require_output(const std::string& name, bool markdown, bool json) {
  if (markdown && json)
    throw Error(ErrorCode::bad_usage, "--markdown and --format json exclude each other", "Leave one of the two out.");
  if (name.empty()) return markdown ? Output::markdown : json ? Output::json : Output::text;
  const std::pair<std::string_view, Output> names[] = {{"gitlab", Output::gitlab},
                                                       {"github", Output::github},
                                                       {"rdjson", Output::rdjson},
                                                       {"sarif", Output::sarif},
                                                       {"junit", Output::junit}};
  for (const auto& [known, output] : names) {
    if (name != known) continue;
    if (markdown || json)
      throw Error(ErrorCode::bad_usage, "--output excludes --markdown and --format json", "Leave one of them out.");
    return output;
  }
  throw Error(ErrorCode::bad_usage, "there is no output \"" + printable(name) + "\"",
              "Use --output sarif, junit, gitlab, github or rdjson.");
}

std::string write_output(Output output, const workflow::PlainReview& result, bool color) {
  const model::Review& review = result.review;
  const report::SqlFiles& files = result.files;
  switch (output) {
    case Output::text:
      return report::findings_text(review, files, color);
    case Output::json:
      return report::findings_json(review, files) + "\n";
    case Output::markdown:
      return report::findings_markdown(review, files);
    case Output::gitlab:
      return report::findings_gitlab(review, files) + "\n";
    case Output::github:
      return report::findings_github(review, files);
    case Output::rdjson:
      return report::findings_rdjson(review, files) + "\n";
    case Output::sarif:
      return report::findings_sarif(review, files, rule_texts()) + "\n";
    case Output::junit:
      return report::findings_junit(review, files, result.fail_on);
  }
  return {};
}

}  // namespace dbw::tool
