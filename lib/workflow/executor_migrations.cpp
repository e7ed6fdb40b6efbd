#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/version_order.hpp"
#include "workflow/executor.hpp"
#include "workflow/resume.hpp"

/// Migrations as the executor sees them: the next one, the applied ones, and those that another tool applied.
namespace dbw::workflow {

std::vector<Refusal> Executor::migration_refusals(const Assessment& assessment, const Place& place,
                                                  model::TraceInputs& inputs) {
  const model::Request& request = (*assessment.request)->request;
  const db::MigrationClaim next = *migration_claim(request);
  inputs.push_back({"version", next.version});
  inputs.push_back({"after", next.after});
  inputs.push_back({"checksum", next.checksum});
  const auto problem = db::migration_problem(db::migrations(target(place).guard()), next, "");
  return problem ? std::vector<Refusal>{*problem} : std::vector<Refusal>{};
}

std::vector<db::AppliedMigration> Executor::migrations(const Place& place) {
  return db::migrations(target(place).guard());
}

std::vector<db::AppliedMigration> Executor::settle_migration(const Place& place, const std::string& version,
                                                             bool applied, std::string_view reason) {
  reconcile();
  Target& opened = target(place);
  const db::AppliedMigration stopped = db::require_stopped(db::migrations(opened.guard()), version);
  for (const RequestId& id : our_requests()) {
    const auto assessment = assess_known(id);
    if (!assessment || !assessment->request || can_never_run(assessment->state)) continue;
    const auto& resumes = (*assessment->request)->request.resumes;
    if (resumes && resumes->run == stopped.run)
      throw Error(ErrorCode::migration_unsettled, fmt::format("{} goes on with migration {}, and is {}", id.text(),
                                                              stopped.version, state_name(assessment->state)));
  }
  // The log first: a word of which nobody knows must not hold.
  model::AuditEntry entry = this->entry("adopt");
  entry.database = place.database;
  entry.environment = place.environment;
  entry.body =
      audit::emit_body(audit::AdoptBody{opened.id(), opened.id(),
                                        fmt::format("migration {} of run {} settled as {}: {}", stopped.version,
                                                    stopped.run, applied ? "applied" : "not applied", reason)});
  append({entry}, {});
  db::settle_migration(opened.guard(), version, applied, m_now);
  advance_marks(opened);
  return db::migrations(opened.guard());
}

std::vector<db::AppliedMigration> Executor::import_migrations(const Place& place, db::MigrationTable table,
                                                              const std::vector<MigrationFile>& files,
                                                              std::string_view reason) {
  Target& opened = target(place);
  const auto change = connect_target(opened.config(), DatabaseRole::change, m_options.credentials,
                                     {.application_name = "dbw migrations"});
  db::Ledger(*change).require_target(opened.id());
  std::vector<db::AppliedMigration> found = db::read_migration_table(*change, table);
  if (found.empty()) throw Error(ErrorCode::migration_table, "the other tool's table is empty");
  for (db::AppliedMigration& each : found) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const MigrationFile& candidate) {
      return compare_versions(candidate.version, each.version) == 0;
    });
    if (file == files.end())
      throw Error(ErrorCode::migration_table,
                  fmt::format("migration {} is applied, and the folder has no file for it", printable(each.version)));
    each.name = file->name;
    each.checksum = file->checksum.text();
  }
  db::require_importable(db::migrations(opened.guard()), found);
  // The log first: what the database refers to must be found there.
  model::AuditEntry entry = this->entry("adopt");
  entry.database = place.database;
  entry.environment = place.environment;
  entry.body = audit::emit_body(audit::AdoptBody{
      opened.id(), opened.id(),
      fmt::format("{} migrations up to {} taken over: {}", found.size(), found.back().version, reason)});
  append({entry}, {});
  db::import_migrations(opened.guard(), found, m_now);
  return found;
}

}  // namespace dbw::workflow
