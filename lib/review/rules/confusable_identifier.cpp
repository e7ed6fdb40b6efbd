#include <algorithm>
#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_ascii_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0x80) == 0; });
}

std::string_view without_quotes(std::string_view name) {
  const bool quoted_name = name.size() >= 2 && (name.front() == '"' || name.front() == '`' || name.front() == '[');
  return quoted_name ? name.substr(1, name.size() - 2) : name;
}

/// Why a reader may take the name for another one; empty where its letters are merely foreign.
std::string confusion_in(std::string_view name) {
  const std::string looks = latin_look(name);
  if (is_ascii_text(looks)) return "reads as " + quoted(looks);
  const std::vector<std::string_view> scripts = scripts_of(name);
  if (scripts.size() < 2) return {};
  return "mixes letters of " + join({scripts.begin(), scripts.end()}, " and ");
}

/// Names with letters outside ASCII are problems of the parser: the statement counts as opaque.
void check_foreign_letters(const RuleInput& in, Findings& out) {
  const std::string_view sql = in.file.parsed.sql;
  for (const ParseProblem& problem : in.file.parsed.problems) {
    if (problem.kind != ParseProblem::Kind::forbidden_character) continue;
    const std::string_view text = sql.substr(problem.range.start, problem.range.end - problem.range.start);
    if (text.size() < 2 || !is_utf8(text)) continue;  // a character that is no letter: hidden-unicode speaks of it
    const std::string_view name = without_quotes(text);
    const bool several = name.size() == text.size() && name.find_first_of(" \t\r\n") != std::string_view::npos;
    if (several || is_ascii_text(name)) {
      out.add(problem.range, problem.message);
      continue;
    }
    const std::string confusion = confusion_in(name);
    const std::string reason =
        confusion.empty() ? "holds letters outside ASCII, which dbw does not tell apart" : confusion;
    model::Finding& finding =
        out.add(problem.range, "the name " + quoted(std::string(name)) + " " + reason, std::string(name));
    if (confusion.empty()) Findings::at_most(finding, model::Severity::warning);
  }
}

void check_confusable_names(const RuleInput& in, Findings& out) {
  // The index has seen the names of all statements but those in bodies.
  if (!in.index.lookalikes().any() && at_top_level(in)) return;
  std::set<std::string> seen;
  const auto check = [&](const std::string& name) {
    if (name.empty()) return;
    const std::optional<std::string> other = in.index.lookalikes().of(name);
    if (!other || !seen.insert(name).second) return;
    Findings::at_most(
        out.add(in.statement.range, "the names " + quoted(name) + " and " + quoted(*other) + " look the same", name),
        model::Severity::warning);
  };
  for (const sqlparse::ObjectUse& use : in.statement.objects) check(use.name.name);
  for (const sqlparse::ColumnDefinition& column : in.statement.columns) check(column.name);
  for (const AlterAction& action : in.statement.actions) {
    check(action.column.name);
    check(action.new_name);
  }
}

}  // namespace

constinit const Rule k_rule_confusable_identifier = {
    .info =
        {
            .id = "confusable-identifier",
            .category = "security",
            .engines = k_every_engine,
            .severity = model::Severity::error,
            .summary = "A name with letters of several scripts, or with foreign letters that look like Latin ones. As "
                       "a warning: other letters outside ASCII, and two names of the change that differ in 0 and o, "
                       "1 and l, or m and rn alone.",
            .why = "The reviewer reads one name and the server uses another: a table, column or role that nobody "
                   "meant, made beside the real one or in its place.",
            .instead = "Names of ASCII letters, digits and underscores that differ in more than one look.",
            .sources = "Unicode Technical Standard 39, \"Unicode Security Mechanisms\"; Unicode Technical Report 36.",
        },
    .on_statement = check_confusable_names,
    .on_file = check_foreign_letters,
};

}  // namespace dbw::review
