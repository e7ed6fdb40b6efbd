#include "workflow/doctor.hpp"

#include <functional>
#include <mutex>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/hardening.hpp"
#include "base/text.hpp"
#include "crypto/pkcs11.hpp"
#include "db/setup.hpp"
#include "workflow/caller.hpp"
#include "workflow/capabilities.hpp"
#include "workflow/ci_keys.hpp"
#include "workflow/host_safety.hpp"

namespace dbw::workflow {
namespace {

constexpr int k_expiry_warning_days = 14;

class Examination {
 public:
  /// Runs one check, which returns a detail or throws; true where it was good.
  bool check(std::string name, const std::function<std::string()>& look) {
    try {
      std::string detail = look();  // before the name is moved: it throws
      m_found.push_back({std::move(name), std::move(detail), std::nullopt});
      return true;
    } catch (const Error& error) {
      m_found.push_back({std::move(name), "", error.refusal()});
      return false;
    }
  }
  /// Of the last check.
  void warn(std::vector<trust::Warning> warnings) { m_found.back().warnings = std::move(warnings); }
  std::vector<Diagnosis> found() { return std::move(m_found); }

 private:
  std::vector<Diagnosis> m_found;
};

std::string require_life(std::string_view what, Timestamp expires_at, Timestamp now) {
  const std::string detail = fmt::format("{} expires at {}", what, expires_at.text());
  if (expires_at - now < Seconds(k_expiry_warning_days * 86400)) {
    throw Error(ErrorCode::expires_soon, detail,
                fmt::format("Run dbw-sign {} renew in a clone, then have it signed.", what));
  }
  return detail;
}

std::string require_reviewed(const std::vector<DueReview>& reviews) {
  std::string detail;
  for (const DueReview& review : reviews) {
    if (review.overdue)
      throw Error(ErrorCode::trust_approvals_missing, due_review_text(review),
                  fmt::format("dbw-sign post-review {}", review.request.text()));
    detail += (detail.empty() ? "" : "; ") + due_review_text(review);
  }
  return detail.empty() ? "none is due" : detail;
}

/// Bad from two weeks before on; a warning before that.
template <typename Document>
void check_life(Examination& examination, std::string_view kind, const Document& document, Timestamp now) {
  if (examination.check(fmt::format("{}'s life", kind), [&] { return require_life(kind, document.expires_at, now); }))
    examination.warn(trust::life_warnings(kind, document.version, document.expires_at, now));
}

/// The keys of every CI identity that policy demands of this executor.
void check_ci_keys(Examination& examination, const ExecutorConfig& config, const model::Policy& policy, Timestamp now) {
  std::set<std::string> issuers;
  for (const auto& [database, entry] : policy.databases) {
    for (const auto& [environment, place] : entry.environments) {
      if (place.executor == config.machine && !place.executor_ci.empty())
        issuers.insert(policy.ci_identities.at(place.executor_ci).issuer);
    }
  }
  CiKeys keys(config);
  for (const std::string& issuer : issuers) {
    examination.check(fmt::format("CI keys of {}", issuer),
                      [&] { return fmt::format("{} keys", keys.of(issuer, now).size()); });
  }
}

/// User, files and ways to the databases, before anything is connected to.
void check_safety(Examination& examination, const ExecutorConfig& config, bool allow_root) {
  examination.check("user", [&] { return require_user(config, allow_root); });
  examination.check("files", [&] {
    require_private_host(config);
    return std::string("configuration, pin, state and keys are not open to others");
  });
  limit_programs(config);
  examination.check("capabilities", [&] { return capabilities_text(config.capabilities); });
  for (const auto& [place, target] : config.targets) {
    const TargetConfig& way = target;
    examination.check(place.text() + ": connection", [&] { return require_safe_way(way); });
  }
}

void check_vaults(Examination& examination, const ExecutorConfig& config, const CredentialSources& sources) {
  for (const auto& each : config.vaults) {
    const auto& vault = each.second;
    examination.check("vault " + each.first, [&] {
      const Seconds duration = sources.vaults->of(vault, sources)->token_duration();
      return fmt::format("{} lets us in; the token lasts {}", vault->url,
                         duration == Seconds(0) ? "for ever" : format_duration(duration));
    });
  }
}

/// Of databases that policy gives to this executor.
bool asks_for_snapshots(const ExecutorConfig& config, const model::Policy& policy, const Place& place) {
  const auto database = policy.databases.find(place.database);
  if (database == policy.databases.end()) return false;
  const auto environment = database->second.environments.find(place.environment);
  return environment != database->second.environments.end() && environment->second.executor == config.machine &&
         environment->second.snapshot_max_age.count() != 0;
}

std::string snapshot_text(const model::Snapshot& snapshot) {
  return fmt::format("number {}, taken at {}", snapshot.log_size, snapshot.taken_at.text());
}

std::string check_role(const TargetConfig& target, DatabaseRole role, const CredentialSources& sources) {
  const auto session = connect_target(target, role, sources, {.application_name = "dbw doctor"});
  if (role == DatabaseRole::change) db::require_change_role_limited(*session);
  if (role == DatabaseRole::read) db::require_read_role_limited(*session);
  return "connects, and is limited";
}

}  // namespace

std::vector<Diagnosis> examine_host(const std::filesystem::path& config_file, ExecutorOptions options, bool allow_root,
                                    const std::map<std::string, std::string>& environment, const Clock& clock) {
  const Timestamp now = clock.now();
  Examination examination;
  std::optional<ExecutorConfig> config;
  const bool readable = examination.check("configuration", [&] {
    config = load_executor_config(config_file);
    return config->file.string();
  });
  examination.check("process", [] { return require_hardened(); });
  if (!readable) return examination.found();
  check_safety(examination, *config, allow_root);
  examination.check("key", [&] { return crypto::load_machine_signer(config->key)->public_key().id.text(); });
  if (!options.credentials.dev) {
    examination.check("caller", [&] {
      require_caller_cannot_read(*config, environment);
      return std::string("cannot read the executor's secrets");
    });
  }
  std::vector<Refusal> not_given_back;
  std::mutex mutex;  // reports come from other threads as well
  options.credentials.report = [&](const Refusal& refusal) {
    const std::lock_guard lock(mutex);
    not_given_back.push_back(refusal);
  };
  check_vaults(examination, *config, options.credentials);
  std::unique_ptr<Executor> executor;
  examination.check("repositories, trust and log", [&] {
    executor = std::make_unique<Executor>(*config, options, clock);
    return fmt::format("root {}, roster {}, policy {}, log of {} entries", executor->authority().root().version,
                       executor->authority().roster().version, executor->authority().policy().version,
                       executor->log().head().size);
  });
  if (executor) {
    examination.check("post-reviews", [&] { return require_reviewed(executor->due_reviews()); });
    const trust::Authority& authority = executor->authority();
    check_life(examination, "root", authority.root(), now);
    check_life(examination, "roster", authority.roster(), now);
    check_life(examination, "policy", authority.policy(), now);
    check_ci_keys(examination, *config, authority.policy(), now);
  }
  for (const auto& each : config->targets) {
    const auto& place = each.first;  // no structured bindings: clang's lambdas cannot hold them
    const auto& target = each.second;
    const std::string name = place.text();
    if (executor) {
      examination.check(name + ": guard", [&] { return executor->probe(place); });
      if (asks_for_snapshots(*config, executor->authority().policy(), place))
        examination.check(name + ": schema snapshot", [&] { return snapshot_text(*executor->newest_snapshot(place)); });
    }
    examination.check(name + ": change role",
                      [&] { return check_role(target, DatabaseRole::change, options.credentials); });
    examination.check(name + ": read role",
                      [&] { return check_role(target, DatabaseRole::read, options.credentials); });
  }
  executor.reset();
  options.credentials.vaults.reset();
  if (!config->vaults.empty()) {
    examination.check("credentials are given back", [&] {
      if (!not_given_back.empty()) throw Error(not_given_back.front());
      return std::string("leases and tokens revoked");
    });
  }
  return examination.found();
}

}  // namespace dbw::workflow
