// Claims: what makes a step run once.
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/ledger.hpp"
#include "db/ledger_sql.hpp"
#include "db/migrations.hpp"

namespace dbw::db {
namespace {

constexpr std::string_view k_row_fields =
    "run, jti, request_id, request_sha256, step, secret_sha256, timeline, transactional, claimed_at, state, ended_at,"
    " summary, transaction_id";
constexpr std::array k_states = {ClaimState::claimed, ClaimState::released, ClaimState::done, ClaimState::abandoned};
/// What dbw.finish raises where no open claim matches.
constexpr std::string_view k_finish_refused = "DB001";

[[noreturn]] void throw_damaged(std::string_view what) {
  throw Error(ErrorCode::db_ledger_damaged, fmt::format("dbw.ledger: bad {}", what));
}

std::string text_of(const std::optional<std::string>& value) { return value.value_or(""); }

ClaimState parse_state(std::string_view text) {
  for (const ClaimState state : k_states) {
    if (claim_state_name(state) == text) return state;
  }
  throw_damaged("state");
}

LedgerRow parse_row(const OwnedRow& row) {
  try {
    LedgerRow out;
    out.claim.run = text_of(row.at(0));
    out.claim.jti = text_of(row.at(1));
    out.claim.request = RequestId(text_of(row.at(2)));
    out.claim.request_sha256 = Digest::parse(text_of(row.at(3)));
    out.claim.step = text_of(row.at(4));
    out.claim.secret_sha256 = Digest::parse(text_of(row.at(5)));
    out.claim.timeline = text_of(row.at(6));
    out.claim.transactional = text_of(row.at(7)) == "1";
    out.claim.at = Timestamp::parse(text_of(row.at(8)));
    out.state = parse_state(text_of(row.at(9)));
    if (row.at(10)) out.ended_at = Timestamp::parse(*row[10]);
    out.summary = text_of(row.at(11));
    out.transaction_id = text_of(row.at(12));
    return out;
  } catch (const DatabaseError&) {
    throw;
  } catch (const Error& error) {
    throw_damaged(fmt::format("row: {}", printable(error.message())));
  }
}

std::vector<LedgerRow> read_rows(Session& session, std::string_view condition, const Parameters& parameters) {
  std::vector<LedgerRow> out;
  const std::string sql = fmt::format("SELECT {} FROM dbw.ledger WHERE {} ORDER BY number", k_row_fields, condition);
  try {
    for (const OwnedRow& row : session.own_rows(for_engine(session, sql), parameters)) out.push_back(parse_row(row));
  } catch (const DatabaseError& error) {
    rethrow_missing_setup(error);
  }
  return out;
}

bool any_row(Session& session, std::string_view condition, const Parameters& parameters) {
  const std::string sql = fmt::format("SELECT 1 FROM dbw.ledger WHERE {} LIMIT 1", condition);
  return !session.own_rows(for_engine(session, sql), parameters).empty();
}

void require_unused(Session& session, const Claim& claim) {
  const std::string id = claim.request.text();
  const std::string digest = claim.request_sha256.text();
  if (any_row(session, "request_id = $1 AND request_sha256 <> $2", {id, digest})) {
    throw Error(ErrorCode::db_id_reused, fmt::format("request {} is known to this database with another digest", id));
  }
  if (!claim.jti.empty() &&
      any_row(session, "jti = $1 AND (step = $2 OR request_sha256 <> $3)", {claim.jti, claim.step, digest})) {
    throw Error(ErrorCode::db_token_used, fmt::format("the execution token for {} was used before", id));
  }
  if (any_row(session, "request_sha256 = $1 AND step = $2 AND state <> 'released'", {digest, claim.step})) {
    throw Error(ErrorCode::db_already_claimed,
                fmt::format("step {} of {} is claimed already", printable(claim.step), id));
  }
  for (const std::string& before : claim.steps_before) {
    if (!any_row(session, "request_sha256 = $1 AND step = $2 AND state = 'done'", {digest, before})) {
      throw Error(ErrorCode::db_step_order, fmt::format("step {} of {} must be done before step {}", printable(before),
                                                        id, printable(claim.step)));
    }
  }
}

/// Pieces of a batch that was interrupted are gone on with by one request: from this claim on, no longer by its own.
void close_interrupted(Session& session, const Claim& claim) {
  const std::vector<LedgerRow> found =
      read_rows(session, "run = $1 AND step = $2 AND state = 'released'", {claim.resumes, claim.step});
  if (found.empty()) return;
  const std::string digest = found.front().claim.request_sha256.text();
  const Parameters place{digest, claim.step};
  if (any_row(session, "request_sha256 = $1 AND step = $2 AND state <> 'released'", place) ||
      session.own_rows(for_engine(session, "SELECT 1 FROM dbw.batch WHERE request_sha256 = $1 AND step = $2"), place)
          .empty())
    return;
  session.own(
      for_engine(session, "UPDATE dbw.ledger SET state = 'abandoned', ended_at = $1, summary = $2 WHERE run = $3"),
      {claim.at.text(), "gone on with by run " + claim.run, claim.resumes});
}

/// The step of an abandoned run is gone on with once, by whoever comes first and did not give up.
void require_resumable(Session& session, const Claim& claim) {
  if (claim.resumes.empty()) return;
  close_interrupted(session, claim);
  if (!session
           .own_rows(for_engine(session, "SELECT 1 FROM dbw.migration WHERE run = $1 OR run = $2"),
                     {std::string(k_settled_applied) + claim.resumes, std::string(k_settled_undone) + claim.resumes})
           .empty())
    throw Error(ErrorCode::db_already_resumed,
                fmt::format("somebody settled run {} as a migration", printable(claim.resumes)));
  if (!any_row(session, "run = $1 AND step = $2 AND state = 'abandoned'", {claim.resumes, claim.step}))
    throw Error(ErrorCode::db_step_order, fmt::format("run {} is no run of step {} that stopped half-way",
                                                      printable(claim.resumes), printable(claim.step)));
  if (any_row(session, "state <> 'released' AND run IN (SELECT run FROM dbw.resumption WHERE resumed = $1)",
              {claim.resumes}))
    throw Error(ErrorCode::db_already_resumed, fmt::format("run {} is resumed already", printable(claim.resumes)));
}

void insert_claim(Session& session, const Claim& claim) {
  session.own(for_engine(session,
                         "INSERT INTO dbw.ledger (run, jti, request_id, request_sha256, step, secret_sha256, timeline,"
                         " transactional, claimed_at, state) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'claimed')"),
              {claim.run, claim.jti, claim.request.text(), claim.request_sha256.text(), claim.step,
               claim.secret_sha256.text(), claim.timeline, claim.transactional ? "1" : "0", claim.at.text()});
  if (claim.migration)
    session.own(
        for_engine(session,
                   "INSERT INTO dbw.migration (version, name, checksum, run, at) VALUES ($1, $2, $3, "
                   "$4, $5)"),
        {claim.migration->version, claim.migration->name, claim.migration->checksum, claim.run, claim.at.text()});
  if (claim.resumes.empty()) return;
  session.own(for_engine(session, "INSERT INTO dbw.resumption (resumed, run) VALUES ($1, $2)"),
              {claim.resumes, claim.run});
  // Whoever goes on with a migration carries it on.
  session.own(for_engine(session,
                         "INSERT INTO dbw.migration (version, name, checksum, run, at) SELECT version, name, "
                         "checksum, $1, $2 FROM dbw.migration WHERE run = $3"),
              {claim.run, claim.at.text(), claim.resumes});
}

void end_claim(Session& session, std::string_view run, ClaimState state, std::string_view reason, Timestamp at) {
  in_transaction(session, [&] {
    const StatementResult result = session.own(
        for_engine(
            session,
            "UPDATE dbw.ledger SET state = $1, ended_at = $2, summary = $3 WHERE run = $4 AND state = 'claimed'"),
        {std::string(claim_state_name(state)), at.text(), std::string(reason), std::string(run)});
    if (result.rows_affected != 1) {
      throw Error(ErrorCode::db_claim_state, fmt::format("run {} has no open claim", printable(run)));
    }
  });
}

bool call_as_claimant(Session& session, std::string_view postgresql, std::string_view mysql, std::string_view secret,
                      Parameters parameters) {
  // MySQL takes the secret as hex: its parameters are texts.
  parameters.insert(parameters.begin() + 1, is_mysql(session) ? to_hex(secret) : "\\x" + to_hex(secret));
  try {
    session.own(for_engine(session, is_mysql(session) ? mysql : postgresql), parameters);
    return true;
  } catch (const DatabaseError& error) {
    if (error.sqlstate() != k_finish_refused) rethrow_missing_setup(error);
    return false;
  }
}

void require_claimant(bool is_ours, std::string_view run) {
  if (!is_ours)
    throw Error(ErrorCode::db_claim_state, fmt::format("run {} has no open claim with this secret", printable(run)));
}

}  // namespace

std::string_view claim_state_name(ClaimState state) {
  switch (state) {
    case ClaimState::claimed:
      return "claimed";
    case ClaimState::released:
      return "released";
    case ClaimState::done:
      return "done";
    case ClaimState::abandoned:
      return "abandoned";
  }
  throw Error(ErrorCode::internal_bug, "no such claim state");
}

void Ledger::claim(const Claim& claim) {
  in_transaction(m_guard, [&] {
    if (!target_id()) throw Error(ErrorCode::db_not_adopted, "dbw.target is empty");
    // Claims are looked at and written one after the other; the unique index is the second line of defence.
    lock_ledger_table(m_guard, "ledger");
    require_unused(m_guard, claim);
    require_resumable(m_guard, claim);
    if (claim.migration) {
      if (const auto problem = migration_problem(migrations(m_guard), *claim.migration, claim.resumes))
        throw Error(*problem);
    }
    insert_claim(m_guard, claim);
  });
}

void Ledger::release(std::string_view run, Timestamp at) { end_claim(m_guard, run, ClaimState::released, "", at); }

void Ledger::abandon(std::string_view run, std::string_view reason, Timestamp at) {
  end_claim(m_guard, run, ClaimState::abandoned, reason, at);
}

std::optional<LedgerRow> Ledger::row(std::string_view run) {
  std::vector<LedgerRow> found = read_rows(m_guard, "run = $1", {std::string(run)});
  if (found.empty()) return std::nullopt;
  return std::move(found.front());
}

std::vector<LedgerRow> Ledger::rows(const Digest& request_sha256) {
  return read_rows(m_guard, "request_sha256 = $1", {request_sha256.text()});
}

std::vector<LedgerRow> Ledger::open_claims() { return read_rows(m_guard, "state = 'claimed'", {}); }

void finish_claim(Session& session, std::string_view run, std::string_view secret, std::string_view summary) {
  bool finished = false;
  if (session.engine() == Engine::sqlite) {
    finished = session
                   .own(
                       "UPDATE main.dbw_ledger SET state = 'done', summary = $2, transaction_id = '',"
                       " ended_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now') WHERE run = $1 AND state = 'claimed'",
                       {std::string(run), std::string(summary)})
                   .rows_affected == 1;
  } else {
    finished = call_as_claimant(session, "SELECT dbw.finish($1, $2, $3)", "CALL dbw.finish($1, $2, $3)", secret,
                                {std::string(run), std::string(summary)});
  }
  require_claimant(finished, run);
}

void note_batch(Session& session, std::string_view run, std::string_view secret, std::string_view upto,
                std::int64_t rows) {
  bool noted = false;
  if (session.engine() == Engine::sqlite) {
    noted = session
                .own(
                    "INSERT INTO main.dbw_batch (request_sha256, step, number, run, upto, rows_affected, at)"
                    " SELECT request_sha256, step, 1 + (SELECT count(*) FROM main.dbw_batch b WHERE b.request_sha256 ="
                    " l.request_sha256 AND b.step = l.step), run, $2, CAST($3 AS integer),"
                    " strftime('%Y-%m-%dT%H:%M:%SZ', 'now') FROM main.dbw_ledger l WHERE run = $1 AND state = "
                    "'claimed'",
                    {std::string(run), std::string(upto), std::to_string(rows)})
                .rows_affected == 1;
  } else {
    noted = call_as_claimant(session, "SELECT dbw.note_batch($1, $2, $3, $4::pg_catalog.int8)",
                             "CALL dbw.note_batch($1, $2, $3, $4)", secret,
                             {std::string(run), std::string(upto), std::to_string(rows)});
  }
  require_claimant(noted, run);
}

std::optional<ClaimState> claim_state(Session& session, std::string_view run) {
  const std::string_view sql = session.engine() == Engine::sqlite ? "SELECT state FROM dbw.ledger WHERE run = $1"
                               : is_mysql(session)                ? "SELECT state FROM dbw.claim WHERE run = $1"
                                                                  : "SELECT dbw.claim_state($1)";
  try {
    const std::optional<std::string> state = session.own_value(for_engine(session, sql), {std::string(run)});
    if (!state) return std::nullopt;
    return parse_state(*state);
  } catch (const DatabaseError& error) {
    rethrow_missing_setup(error);
  }
}

}  // namespace dbw::db
