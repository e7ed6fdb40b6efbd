#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// 'a\' of PostgreSQL: with standard_conforming_strings off the backslash takes the quote's meaning.
bool ends_otherwise_with_escapes(std::string_view literal) {
  std::size_t backslashes = 0;
  for (const char c : literal.substr(1)) {
    if (c == '\'' && backslashes % 2 != 0) return true;
    backslashes = c == '\\' ? backslashes + 1 : 0;
  }
  return false;
}

/// E'...' has backslash escapes whatever the setting.
bool has_escape_prefix(const Lexemes& lexemes, std::size_t i) {
  return i > 0 && lexemes.is(i - 1, "e") && lexemes[i - 1].text.end() == lexemes[i].text.begin();
}

void check_standard_strings(const RuleInput& in, Findings& out) {
  if (in.review.engine != Engine::postgresql || text_of(in).find('\\') == std::string_view::npos) return;
  for (std::size_t i = 0; i < in.lexemes.size(); ++i) {
    const bool plain = in.lexemes.is_kind(i, Lexeme::Kind::string) && in.lexemes[i].text.front() == '\'';
    if (!plain || has_escape_prefix(in.lexemes, i) || !ends_otherwise_with_escapes(in.lexemes[i].text)) continue;
    Findings::at_most(out.add(in.statement.range,
                              "a literal has a backslash before a quote: with standard_conforming_strings off it ends "
                              "elsewhere, and so does the statement",
                              in.statement.target.text()),
                      model::Severity::warning);
    return;
  }
}

void check_ambiguous_text_file(const RuleInput& in, Findings& out) {
  report_problems(in, out, {ParseProblem::Kind::ambiguous});
}

}  // namespace

constinit const Rule k_rule_tokenization_ambiguity = {
    .info =
        {
            .id = "tokenization-ambiguity",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "Text that servers read differently: statements whose ends, kinds or objects depend on sql_mode "
                       "(ANSI_QUOTES, NO_BACKSLASH_ESCAPES), on the server's version or on comments inside executable "
                       "comments. In PostgreSQL, as a warning, a backslash before a quote in a plain literal.",
            .why = "What is a literal for one server is a statement for another. The reviewer approves the one and "
                   "the server runs the other.",
            .instead = "'text' and `name` instead of \"...\", '' for a quote in a literal and no backslash before one, "
                       "no executable comments. PostgreSQL: E'C:\\\\dir\\\\' says what it means.",
            .sources = "MySQL manual, \"Server SQL Modes\" and \"Comments\"; MariaDB manual, \"Comment Syntax\"; "
                       "PostgreSQL manual, standard_conforming_strings. dbw reads the text in every mode and compares.",
        },
    .on_statement = check_standard_strings,
    .on_file = check_ambiguous_text_file,
};

}  // namespace dbw::review
