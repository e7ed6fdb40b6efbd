#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "base/version_order.hpp"
#include "db/ledger_sql.hpp"
#include "db/migrations.hpp"

namespace dbw::db {
namespace {

bool is_older(const AppliedMigration& a, const AppliedMigration& b) {
  return compare_versions(a.version, b.version) == std::strong_ordering::less;
}

ClaimState state_of(std::string_view text) {
  for (const ClaimState state : {ClaimState::claimed, ClaimState::released, ClaimState::done, ClaimState::abandoned}) {
    if (claim_state_name(state) == text) return state;
  }
  throw Error(ErrorCode::db_ledger_damaged, "dbw.ledger: bad state");
}

/// Reads every row, or says that there is no such table here.
Rows table_rows(Session& session, const std::string& sql, std::string_view table) {
  try {
    return session.own_rows(sql);
  } catch (const DatabaseError& error) {
    throw Error(ErrorCode::migration_table,
                fmt::format("{} cannot be read (SQLSTATE {})", table, printable(error.sqlstate())));
  }
}

std::string in_schema(const Session& session, std::string_view table) {
  return session.engine() == Engine::postgresql ? fmt::format("public.{}", table)
         : session.engine() == Engine::sqlite   ? fmt::format("main.{}", table)
                                                : std::string(table);
}

AppliedMigration imported_row(const OwnedRow& row, std::string_view table) {
  AppliedMigration out;
  out.version = row[0].value_or("");
  if (row.size() > 1) out.name = row[1].value_or("");
  if (row.size() > 2 && row[2] != "1" && row[2] != "t")
    throw Error(ErrorCode::migration_table,
                fmt::format("{} says that migration {} failed", table, printable(out.version)));
  if (!is_version(out.version))
    throw Error(ErrorCode::migration_table,
                fmt::format("{} holds \"{}\", which is no version: repeatable migrations are not taken over", table,
                            printable(out.version.empty() ? out.name : out.version)));
  return out;
}

}  // namespace

std::vector<AppliedMigration> migrations(Session& guard) {
  std::vector<AppliedMigration> out;
  // A run that was resumed speaks no more for its migration: the run that resumed it does.
  for (const OwnedRow& row : guard.own_rows(
           for_engine(guard,
                      "SELECT m.version, m.name, m.checksum, m.run, l.state, l.request_id, COALESCE(l.ended_at, m.at)"
                      " FROM dbw.migration m LEFT JOIN dbw.ledger l ON l.run = m.run"
                      " WHERE m.run NOT LIKE 'undone:%' AND (l.state IS NULL OR l.state <> 'released') AND NOT "
                      "(l.state = 'abandoned' AND EXISTS"
                      " (SELECT 1 FROM dbw.resumption r JOIN dbw.ledger s ON s.run = r.run WHERE r.resumed = m.run AND"
                      " s.state <> 'released'))"))) {
    AppliedMigration each;
    each.version = row[0].value_or("");
    each.name = row[1].value_or("");
    each.checksum = row[2].value_or("");
    each.run = row[3].value_or("");
    each.state = row[4] ? state_of(*row[4]) : ClaimState::done;
    each.request = row[5].value_or("");
    each.at = each.state == ClaimState::claimed ? "" : row[6].value_or("");
    if (!is_version(each.version)) throw Error(ErrorCode::db_ledger_damaged, "dbw.migration: bad version");
    out.push_back(std::move(each));
  }
  std::sort(out.begin(), out.end(), is_older);
  return out;
}

std::optional<Refusal> migration_problem(const std::vector<AppliedMigration>& known, const MigrationClaim& next,
                                         std::string_view resumes) {
  const auto problem = [](ErrorCode code, std::string what) { return Refusal{code, std::move(what), {}}; };
  for (const AppliedMigration& each : known) {
    if (each.state == ClaimState::abandoned && each.run != resumes)
      return problem(ErrorCode::migration_stopped,
                     fmt::format("migration {} stopped half-way in run {}", each.version, each.run));
    if (each.state == ClaimState::claimed)
      return problem(ErrorCode::migration_gap, fmt::format("migration {} is running", each.version));
    if (each.state != ClaimState::done || compare_versions(each.version, next.version) != 0) continue;
    if (!each.checksum.empty() && each.checksum != next.checksum)
      return problem(ErrorCode::migration_changed,
                     fmt::format("migration {} was applied with other SQL ({} by {}, now {})", each.version,
                                 each.checksum, each.request.empty() ? "import" : each.request, next.checksum));
    return problem(ErrorCode::migration_applied,
                   fmt::format("migration {} is applied since {}", each.version, each.at));
  }
  const auto newest = std::find_if(known.rbegin(), known.rend(),
                                   [](const AppliedMigration& each) { return each.state == ClaimState::done; });
  const std::string newest_version = newest == known.rend() ? std::string() : newest->version;
  if (!newest_version.empty() && compare_versions(newest_version, next.version) == std::strong_ordering::greater)
    return problem(ErrorCode::migration_out_of_order,
                   fmt::format("migration {} comes after {}, which is applied", newest_version, next.version));
  const bool follows = next.after.empty() || newest_version.empty() ? next.after.empty() == newest_version.empty()
                                                                    : compare_versions(next.after, newest_version) == 0;
  if (follows) return std::nullopt;
  return problem(ErrorCode::migration_gap, fmt::format("migration {} follows {}, and the newest that is applied is {}",
                                                       next.version, next.after.empty() ? "none" : next.after,
                                                       newest_version.empty() ? "none" : newest_version));
}

void require_importable(const std::vector<AppliedMigration>& known, const std::vector<AppliedMigration>& imported) {
  for (const AppliedMigration& each : imported) {
    const bool twice = std::any_of(known.begin(), known.end(), [&](const AppliedMigration& other) {
      return compare_versions(other.version, each.version) == 0;
    });
    if (twice)
      throw Error(ErrorCode::migration_applied,
                  fmt::format("migration {} is known already; nothing was imported", printable(each.version)));
  }
}

void import_migrations(Session& guard, const std::vector<AppliedMigration>& imported, Timestamp at) {
  in_transaction(guard, [&] {
    lock_ledger_table(guard, "ledger");
    require_importable(migrations(guard), imported);
    for (const AppliedMigration& each : imported) {
      guard.own(for_engine(guard,
                           "INSERT INTO dbw.migration (version, name, checksum, run, at) VALUES ($1, $2, $3, '', "
                           "$4)"),
                {each.version, each.name, each.checksum, at.text()});
    }
  });
}

AppliedMigration require_stopped(const std::vector<AppliedMigration>& known, std::string_view version) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const AppliedMigration& each) {
    return compare_versions(each.version, version) == 0;
  });
  if (found == known.end())
    throw Error(ErrorCode::migration_nothing_to_settle,
                fmt::format("this database knows no migration {} that began", printable(version)));
  if (found->state == ClaimState::done)
    throw Error(ErrorCode::migration_nothing_to_settle,
                fmt::format("migration {} is applied since {}", found->version, found->at));
  if (found->state == ClaimState::claimed)
    throw Error(ErrorCode::migration_unsettled,
                fmt::format("migration {} is still open in run {}", found->version, found->run));
  return *found;
}

void settle_migration(Session& guard, std::string_view version, bool applied, Timestamp at) {
  in_transaction(guard, [&] {
    lock_ledger_table(guard, "ledger");
    const AppliedMigration stopped = require_stopped(migrations(guard), version);
    guard.own(for_engine(guard, "UPDATE dbw.migration SET run = $1, at = $2 WHERE version = $3 AND run = $4"),
              {std::string(applied ? k_settled_applied : k_settled_undone) + stopped.run, at.text(), stopped.version,
               stopped.run});
  });
}

std::vector<AppliedMigration> read_migration_table(Session& change, MigrationTable table) {
  std::vector<AppliedMigration> out;
  const bool flyway = table == MigrationTable::flyway;
  const std::string name = flyway ? "flyway_schema_history" : "schema_migrations";
  const std::string columns = flyway ? "version, description, success, type" : "version";
  for (const OwnedRow& row :
       table_rows(change, fmt::format("SELECT {} FROM {}", columns, in_schema(change, name)), name)) {
    // Flyway writes a row of its own, without a version, where it made the schema.
    if (!flyway || row[3] != "SCHEMA") out.push_back(imported_row(row, name));
  }
  std::sort(out.begin(), out.end(), is_older);
  return out;
}

}  // namespace dbw::db
