#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Digests may stand in SQL: what they are made of cannot be read from them.
bool is_digest(std::string_view literal) {
  return literal.rfind("'SCRAM-SHA-256$", 0) == 0 || literal.rfind("'md5", 0) == 0 || literal.rfind("'*", 0) == 0 ||
         literal == "''";
}

bool holds_password(const RuleInput& in) {
  const Lexemes& lexemes = in.lexemes;
  const bool accounts = in.statement.kind == StatementKind::role ||
                        in.statement.statement_class == StatementClass::privilege ||
                        in.statement.statement_class == StatementClass::admin;
  for (std::size_t i = 0; i + 1 < lexemes.size(); ++i) {
    std::size_t value = i + 1;
    if (lexemes.is(value, "=") || lexemes.is(value, "(")) ++value;
    const bool literal = lexemes.is_kind(value, Lexeme::Kind::string) && !is_digest(lexemes[value].text);
    const bool says = lexemes.is_any(i, {"password", "source_password", "master_password"}) ||
                      (lexemes.is(i, "by") && i > 0 && lexemes.is(i - 1, "identified"));
    if (accounts && says && literal) return true;
    const bool connection =
        lexemes.is_kind(i, Lexeme::Kind::string) && to_lower(lexemes[i].text).find("password=") != std::string::npos;
    if (accounts && connection) return true;
  }
  return false;
}

void check_plaintext_password(const RuleInput& in, Findings& out) {
  if (holds_password(in))
    out.add(in.statement.range, "the statement holds a password for everybody to read", in.statement.target.text());
}

}  // namespace

constinit const Rule k_rule_plaintext_password = {
    .info =
        {
            .id = "plaintext-password",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::block,
            .suppressible = false,
            .summary =
                "A password as a literal in CREATE or ALTER USER and ROLE, SET PASSWORD, GRANT ... IDENTIFIED BY, "
                "or a connection string.",
            .why = "It stays in the repository, in the request, in server logs and in the history of the client, "
                   "where everybody reads it.",
            .instead =
                "Set it outside of requests (psql \\password sends a digest alone), or let the account log in by "
                "certificate or through a vault.",
            .sources = "PostgreSQL manual, CREATE ROLE, \"Notes\"; MySQL manual, \"Password and Account Management\"; "
                       "MariaDB manual, \"CREATE USER\".",
        },
    .on_statement = check_plaintext_password,
};

}  // namespace dbw::review
