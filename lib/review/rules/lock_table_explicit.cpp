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

/// FLUSH TABLES ... WITH READ LOCK or FOR EXPORT.
bool flushes_and_locks(const Lexemes& lexemes) {
  if (!lexemes.is(0, "flush")) return false;
  const std::size_t lock = lexemes.find(1, {"with", "for"});
  return lexemes.is(lock + 1, "read") || lexemes.is(lock + 1, "export");
}

/// Locks of the whole server that keep out DDL or the end of transactions.
bool locks_server(const Lexemes& lexemes) {
  if (lexemes.is(0, "lock")) return lexemes.is(1, "instance");
  return lexemes.is(0, "backup") && !lexemes.is(1, "unlock") && !lexemes.is(2, "end");
}

void check_server_lock(const RuleInput& in, Findings& out) {
  const Lexemes& lexemes = in.lexemes;
  if (flushes_and_locks(lexemes)) {
    const bool all = lexemes.is_any(2, {"with"}) || lexemes.is_any(3, {"with"});
    out.add(in.statement.range, std::string("no other session writes to ") + (all ? "any table" : "these tables") +
                                    " until UNLOCK TABLES, and running queries hold the statement up");
  } else if (locks_server(lexemes)) {
    out.add(in.statement.range, lexemes.is(0, "lock")
                                    ? "other sessions wait with their DDL until UNLOCK INSTANCE"
                                    : "other sessions wait with their DDL, and some with their writes, until it ends");
  }
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
  if (in.statement.kind == StatementKind::other && is_mysql(in)) check_server_lock(in, out);
}

}  // namespace

constinit const Rule k_rule_lock_table_explicit = {
    .info =
        {
            .id = "lock-table-explicit",
            .category = "locking",
            .engines = k_postgresql | k_mysql,
            .revision = 2,
            .severity = model::Severity::error,
            .summary = "LOCK TABLE in a mode that shuts out writes, LOCK TABLES, FLUSH TABLES WITH READ LOCK, LOCK "
                       "INSTANCE, BACKUP STAGE, and SELECT ... FOR UPDATE without a condition.",
            .why = "Other sessions wait until the transaction ends or UNLOCK TABLES runs, however long that takes. "
                   "In MySQL and MariaDB LOCK TABLES also commits what is open.",
            .instead =
                "Lock the rows that are needed: SELECT ... FROM t WHERE id = ... FOR UPDATE;\n"
                "Where the table must be locked, the weakest mode and NOWAIT: LOCK TABLE t IN SHARE ROW EXCLUSIVE "
                "MODE NOWAIT;",
            .sources =
                "PostgreSQL manual, LOCK and \"Explicit Locking\"; MySQL manual, \"LOCK TABLES and UNLOCK TABLES "
                "Statements\"; MySQL manual, \"FLUSH Statement\" and \"LOCK INSTANCE FOR BACKUP\"; MariaDB manual, "
                "\"LOCK TABLES\", \"FLUSH\" and "
                "\"BACKUP STAGE\".",
        },
    .on_statement = check_lock_table_explicit,
    .kinds = {StatementKind::lock, StatementKind::select, StatementKind::other},
};

}  // namespace dbw::review
