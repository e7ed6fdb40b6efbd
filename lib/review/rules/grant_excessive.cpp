#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// What makes a grant excessive; empty where nothing does.
std::string excess(const RuleInput& in) {
  const Lexemes& lexemes = in.lexemes;
  for (std::size_t i = 0; i + 1 < lexemes.size(); ++i) {
    if (lexemes.is(i, "grant") && lexemes.is(i + 1, "all")) return "all privileges are granted";
    if (lexemes.is(i, "with") && lexemes.is_any(i + 1, {"grant", "admin"}) && lexemes.is(i + 2, "option"))
      return "the receiver may grant it to others";
    if (lexemes.is(i, "on") && lexemes.is(i + 1, "*") && lexemes.is(i + 2, ".") && lexemes.is(i + 3, "*"))
      return "the privilege covers all databases";
    if (lexemes.is(i, "to") && lexemes.is(i + 1, "public") && !is_mysql(in)) return "everybody gets it";
    if (is_mysql(in) && lexemes.is(i, "@") && lexemes.is_kind(i + 1, Lexeme::Kind::string) &&
        lexemes[i + 1].text == "'%'")
      return "it holds from any host";
  }
  return {};
}

void check_grant_excessive(const RuleInput& in, Findings& out) {
  // USAGE is the privilege to do nothing.
  if (in.statement.kind != StatementKind::grant || in.lexemes.is(1, "usage")) return;
  const std::string why = excess(in);
  if (!why.empty()) out.add(in.statement.range, why, in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_grant_excessive = {
    .info =
        {
            .id = "grant-excessive",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::block,
            .summary = "GRANT ALL, TO PUBLIC, ON *.*, to a user of any host ('%'), WITH GRANT OPTION or WITH ADMIN "
                       "OPTION.",
            .why = "It gives more than any task needs, and to people that nobody named; with a grant option it "
                   "spreads without another review.",
            .instead = "The privileges that are needed, on the objects that are needed: GRANT SELECT ON shop.orders TO "
                       "reporting;",
            .sources = "PostgreSQL manual, GRANT; MySQL manual, \"GRANT Statement\"; MariaDB manual, \"GRANT\".",
        },
    .on_statement = check_grant_excessive,
    .kinds = {StatementKind::grant},
};

}  // namespace dbw::review
