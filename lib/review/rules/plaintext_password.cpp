#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Digests may stand in SQL: what they are made of cannot be read from them.
bool is_digest(std::string_view literal) {
  return literal.rfind("'SCRAM-SHA-256$", 0) == 0 || literal.rfind("'md5", 0) == 0 || literal.rfind("'*", 0) == 0 ||
         literal == "''";
}

bool manages_accounts(const Statement& statement) {
  return statement.kind == StatementKind::role || statement.statement_class == StatementClass::privilege ||
         statement.statement_class == StatementClass::admin;
}

/// PASSWORD 'x', PASSWORD = 'x', PASSWORD('x'), IDENTIFIED [WITH plugin] BY 'x'.
bool gives_password(const Lexemes& lexemes, std::size_t i) {
  const bool word = lexemes.is_any(i, {"password", "source_password", "master_password"});
  const std::size_t value = i + (word && lexemes.is_any(i + 1, {"=", "("}) ? 2 : 1);
  const bool literal = lexemes.is_kind(value, Lexeme::Kind::string) && !is_digest(lexemes[value].text);
  return literal && (word || lexemes.is(i, "by"));
}

bool is_connection_with_password(const Lexemes& lexemes, std::size_t i) {
  return lexemes.is_kind(i, Lexeme::Kind::string) && to_lower(lexemes[i].text).find("password=") != std::string::npos;
}

bool holds_password(const Lexemes& lexemes) {
  for (std::size_t i = 0; i < lexemes.size(); ++i) {
    if (gives_password(lexemes, i) || is_connection_with_password(lexemes, i)) return true;
  }
  return false;
}

void check_plaintext_password(const RuleInput& in, Findings& out) {
  if (manages_accounts(in.statement) && holds_password(in.lexemes))
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
