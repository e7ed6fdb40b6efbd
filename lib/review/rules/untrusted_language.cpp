#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

void check_untrusted_language(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_function && in.statement.kind != StatementKind::do_block) return;
  const std::size_t at = in.lexemes.find(0, {"language"});
  std::string language = in.lexemes.name(at + 1);
  if (in.lexemes.is_kind(at + 1, Lexeme::Kind::string))
    language = to_lower(in.lexemes[at + 1].text.substr(1, in.lexemes[at + 1].text.size() - 2));
  for (const std::string_view untrusted : {"c", "internal", "plpythonu", "plpython2u", "plpython3u", "plperlu",
                                           "pltclu", "plsh", "pljavau", "plru", "plluau"}) {
    if (language == untrusted)
      out.add(in.statement.range, "code in the language " + language + " does all that the server may do",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_untrusted_language = {
    .info =
        {
            .id = "untrusted-language",
            .category = "security",
            .engines = k_postgresql,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary = "CREATE FUNCTION, CREATE PROCEDURE or DO in a language that is not trusted: C, internal, "
                       "plpython3u, plperlu, pltclu ...",
            .why = "Such code runs as the server's system user: it reads and writes its files, starts programs, and "
                   "can bring the server down.",
            .instead = "sql, plpgsql, plperl or pltcl; other work in the application.",
            .sources = "PostgreSQL manual, \"Procedural Languages\" and CREATE LANGUAGE.",
        },
    .on_statement = check_untrusted_language,
    .kinds = {StatementKind::create_function, StatementKind::do_block},
};

}  // namespace dbw::review
