#include <algorithm>
#include <set>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_postgresql_identifier_max = 63;
constexpr std::size_t k_mysql_identifier_max = 64;

/// Bytes for PostgreSQL, characters for MySQL; dbw reads names of ASCII letters alone, where they are the same.
std::size_t identifier_size(const Lexeme& lexeme) {
  // A quoted name that is not closed may be one quote.
  const std::size_t quotes = lexeme.kind == Lexeme::Kind::name ? 2 : 0;
  return lexeme.text.size() - std::min(lexeme.text.size(), quotes);
}

void check_identifier_too_long(const RuleInput& in, Findings& out) {
  const std::size_t limit = is_mysql(in) ? k_mysql_identifier_max : k_postgresql_identifier_max;
  if (in.lexemes.longest_name() <= limit) return;
  std::set<std::string> seen;
  for (std::size_t i = 0; i < in.lexemes.size(); ++i) {
    if (!in.lexemes.is_name(i) || identifier_size(in.lexemes[i]) <= limit) continue;
    const std::string name = in.lexemes.name(i);
    if (seen.insert(name).second)
      out.add(in.statement.range,
              "the name " + quoted(name) + " has " + std::to_string(identifier_size(in.lexemes[i])) + " bytes; " +
                  std::to_string(limit) + " are allowed",
              name);
  }
}

}  // namespace

constinit const Rule k_rule_identifier_too_long = {
    .info =
        {
            .id = "identifier-too-long",
            .category = "naming",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::error,
            .summary = "A name of more than 63 bytes in PostgreSQL, or 64 characters in MySQL and MariaDB.",
            .why = "PostgreSQL cuts it off with a notice that nobody reads: two long names become one, and scripts "
                   "look for an object that has another name. MySQL and MariaDB refuse the statement.",
            .instead = "A shorter name.",
            .sources =
                "PostgreSQL manual, \"Lexical Structure\", \"Identifiers and Key Words\"; MySQL manual, \"Identifier "
                "Length Limits\"; MariaDB manual, \"Identifier Names\".",
        },
    .on_statement = check_identifier_too_long,
};

}  // namespace dbw::review
