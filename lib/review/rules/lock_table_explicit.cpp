#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// LOCK TABLE ... IN a mode that lets other sessions write.
bool lets_others_write(const Lexemes& lexemes) {
  const std::size_t mode = lexemes.find(0, {"in"}) + 1;
  if (lexemes.is(mode, "row")) return true;
  return lexemes.is_any(mode + 1, {"update"}) || (lexemes.is(mode, "access") && lexemes.is(mode + 1, "share"));
}

/// SELECT ... FOR UPDATE without a condition or LIMIT.
bool locks_every_row(const Lexemes& lexemes) {
  const std::size_t clause = lexemes.find(0, {"for"});
  const bool locking =
      lexemes.is(clause + 1, "update") || (lexemes.is(clause + 1, "no") && lexemes.is(clause + 3, "update"));
  return locking && lexemes.find(0, {"where", "limit", "join", "fetch"}) == lexemes.size();
}

void check_lock_table_explicit(const RuleInput& in, Findings& out) {
  const ObjectName& first = in.statement.targets.empty() ? in.statement.target : in.statement.targets.front();
  if (in.statement.kind == StatementKind::lock && in.lexemes.is(0, "lock")) {
    const bool weak = !is_mysql(in) && lets_others_write(in.lexemes);
    if (!weak && !in.facts.created_table(first))
      out.add(in.statement.range, "other sessions wait for " + quoted(first) + " until this one lets go", first.text());
  }
  if (in.statement.kind == StatementKind::select && locks_every_row(in.lexemes))
    out.add(in.statement.range, "every row is locked against other sessions: there is no WHERE");
}

}  // namespace

constinit const Rule k_rule_lock_table_explicit = {
    .info =
        {
            .id = "lock-table-explicit",
            .category = "locking",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::error,
            .summary = "LOCK TABLE in a mode that shuts out writes, LOCK TABLES, and SELECT ... FOR UPDATE without a "
                       "condition.",
            .why = "Other sessions wait until the transaction ends or UNLOCK TABLES runs, however long that takes. "
                   "In MySQL and MariaDB LOCK TABLES also commits what is open.",
            .instead =
                "Lock the rows that are needed: SELECT ... FROM t WHERE id = ... FOR UPDATE;\n"
                "Where the table must be locked, the weakest mode and NOWAIT: LOCK TABLE t IN SHARE ROW EXCLUSIVE "
                "MODE NOWAIT;",
            .sources =
                "PostgreSQL manual, LOCK and \"Explicit Locking\"; MySQL manual, \"LOCK TABLES and UNLOCK TABLES "
                "Statements\"; MariaDB manual, \"LOCK TABLES\".",
        },
    .on_statement = check_lock_table_explicit,
    .kinds = {StatementKind::lock, StatementKind::select},
};

}  // namespace dbw::review
