// Progress of steps that have no transaction to hold them together.
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/ledger.hpp"
#include "db/ledger_sql.hpp"

namespace dbw::db {
namespace {

constexpr std::array<std::string_view, 3> k_state_names = {"started", "done", "failed"};

std::string_view state_name(StatementState state) { return k_state_names.at(static_cast<std::size_t>(state)); }

StatementState parse_statement_state(std::string_view text) {
  for (std::size_t i = 0; i < k_state_names.size(); ++i) {
    if (k_state_names[i] == text) return static_cast<StatementState>(i);
  }
  throw Error(ErrorCode::db_ledger_damaged, "dbw.statement: bad state");
}

std::int64_t statement_number(const std::optional<std::string>& text) {
  std::int64_t value = -1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  if (value < 0) throw Error(ErrorCode::db_ledger_damaged, "dbw.statement: bad number");
  return value;
}

void require_noted(const StatementResult& result, std::string_view run, std::int64_t number) {
  if (result.rows_affected == 1) return;
  throw Error(
      ErrorCode::db_claim_state,
      fmt::format("statement {} of run {} cannot be noted: the claim is not open and without transaction, or the "
                  "statement is out of order",
                  number, printable(run)));
}

}  // namespace

void Ledger::note_statement(std::string_view run, const StatementNote& note) {
  const std::string name(run);
  const std::string number = std::to_string(note.number);
  in_transaction(m_guard, [&] {
    StatementResult result;
    if (note.state == StatementState::started) {
      result = m_guard.own(
          for_engine(m_guard,
                     "INSERT INTO dbw.statement (run, number, state, statement_sha256, rows_affected, sqlstate, at)"
                     " SELECT run, CAST($2 AS bigint), 'started', $3, 0, '', $4 FROM dbw.ledger"
                     " WHERE run = $1 AND state = 'claimed' AND transactional = 0 AND CAST($2 AS bigint) = 1 +"
                     " (SELECT count(*) FROM dbw.statement WHERE run = $1)"
                     " AND NOT EXISTS (SELECT 1 FROM dbw.statement WHERE run = $1 AND state <> 'done')"),
          {name, number, note.statement_sha256.text(), note.at.text()});
    } else {
      result = m_guard.own(
          for_engine(m_guard,
                     "UPDATE dbw.statement SET state = $3, rows_affected = $4, sqlstate = $5, at = $6"
                     " WHERE run = $1 AND number = CAST($2 AS bigint) AND state = 'started' AND EXISTS"
                     " (SELECT 1 FROM dbw.ledger WHERE run = $1 AND state = 'claimed' AND transactional = 0)"),
          {name, number, std::string(state_name(note.state)), std::to_string(note.rows_affected), note.sqlstate,
           note.at.text()});
    }
    require_noted(result, run, note.number);
  });
}

void Ledger::take_over_notes(std::string_view run, std::string_view resumed, std::int64_t from) {
  in_transaction(m_guard, [&] {
    const StatementResult result = m_guard.own(
        for_engine(m_guard,
                   "INSERT INTO dbw.statement (run, number, state, statement_sha256, rows_affected, sqlstate, at)"
                   " SELECT $1, number, 'done', statement_sha256, rows_affected, '', at FROM dbw.statement"
                   " WHERE run = $2 AND number < CAST($3 AS bigint) AND EXISTS (SELECT 1 FROM dbw.ledger WHERE run = $1"
                   " AND state = 'claimed' AND transactional = 0)"),
        {std::string(run), std::string(resumed), std::to_string(from)});
    if (result.rows_affected != from - 1)
      throw Error(ErrorCode::db_claim_state,
                  fmt::format("run {} did not get as far as statement {}", printable(resumed), from - 1));
  });
}

std::vector<StatementNote> Ledger::statement_notes(std::string_view run) {
  std::vector<StatementNote> out;
  for (const OwnedRow& row : m_guard.own_rows(
           for_engine(m_guard,
                      "SELECT number, state, statement_sha256, rows_affected, sqlstate, at FROM dbw.statement"
                      " WHERE run = $1 ORDER BY number"),
           {std::string(run)})) {
    StatementNote note;
    note.number = statement_number(row[0]);
    note.state = parse_statement_state(row[1].value_or(""));
    note.statement_sha256 = Digest::parse(row[2].value_or(""));
    note.rows_affected = statement_number(row[3]);
    note.sqlstate = row[4].value_or("");
    note.at = Timestamp::parse(row[5].value_or(""));
    out.push_back(std::move(note));
  }
  return out;
}

}  // namespace dbw::db
