#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {

bool on_old_table(const RuleInput& in) {
  return !in.statement.temporary && !in.facts.created_table(table_of(in.statement));
}

bool at_top_level(const RuleInput& in) { return in.sql.data() == in.file.parsed.sql.data(); }

void report_problems(const RuleInput& in, Findings& out, std::initializer_list<ParseProblem::Kind> kinds) {
  for (const ParseProblem& problem : in.file.parsed.problems) {
    if (std::find(kinds.begin(), kinds.end(), problem.kind) != kinds.end()) out.add(problem.range, problem.message);
  }
}

std::string_view text_of(const RuleInput& in) {
  const ByteRange& range = in.statement.range;
  return range.start <= range.end && range.end <= in.sql.size() ? in.sql.substr(range.start, range.end - range.start)
                                                                : std::string_view{};
}

std::string constraint_text(const sqlparse::Constraint& constraint) {
  return constraint.name.empty() ? "an unnamed constraint" : "constraint " + quoted(constraint.name);
}

std::string plain_value(const Statement& statement) {
  std::string out;
  for (const char c : to_lower(statement.setting_value)) {
    if (c != '\'' && c != '"' && c != ' ') out += c;
  }
  return out;
}

bool is_off(const std::string& value) {
  return value == "off" || value == "false" || value == "no" || value == "0" || value == "f" || value == "n";
}
bool is_on(const std::string& value) {
  return value == "on" || value == "true" || value == "yes" || value == "1" || value == "t" || value == "y";
}

}  // namespace dbw::review
