#include <algorithm>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_held_tables_max = 3;
constexpr std::size_t k_held_work_max = 1;
/// One finding names no more tables than a person reads.
constexpr std::size_t k_windows_shown_max = 5;

std::string_view lock_mode_text(LockMode mode) {
  if (mode == LockMode::access_exclusive) return "no reads or writes";
  return "no writes";
}

std::string windows_text(std::vector<LockWindow> windows) {
  std::stable_sort(windows.begin(), windows.end(),
                   [](const LockWindow& a, const LockWindow& b) { return a.work > b.work; });
  std::vector<std::string> parts;
  for (const LockWindow& window : windows) {
    if (parts.size() == k_windows_shown_max) break;
    const std::string span = window.work == 0   ? "until commit"
                             : window.work == 1 ? "during a slow statement"
                                                : "during " + std::to_string(window.work) + " slow statements";
    parts.push_back(quoted(window.table) + ": " + std::string(lock_mode_text(window.mode)) + " " + span);
  }
  if (windows.size() > parts.size()) parts.push_back(std::to_string(windows.size() - parts.size()) + " more");
  return join(parts, "; ");
}

void check_lock_accumulation(const RuleInput& in, Findings& out) {
  const std::vector<LockWindow>& windows = in.index.locks().windows_from(in.statement);
  const bool long_held = std::any_of(windows.begin(), windows.end(),
                                     [](const LockWindow& window) { return window.work > k_held_work_max; });
  if (!long_held && windows.size() <= k_held_tables_max) return;
  model::Finding& finding =
      out.add(in.statement.range,
              "from here to its end the transaction keeps other sessions from " + std::to_string(windows.size()) +
                  " table" + (windows.size() == 1 ? "" : "s") + ": " + windows_text(windows),
              windows.front().table.text());
  if (!long_held) Findings::at_most(finding, model::Severity::warning);
}

}  // namespace

constinit const Rule k_rule_lock_accumulation = {
    .info =
        {
            .id = "lock-accumulation",
            .category = "locking",
            .engines = k_postgresql,
            .severity = model::Severity::error,
            .summary = "A transaction that keeps a table from writers during more than one statement whose time grows "
                       "with the data, or, as a warning, keeps more than three existing tables from them.",
            .why = "Locks pile up until commit: the first table stays closed for the sum of all statements behind it, "
                   "and one of them that waits for its own lock makes every session queue behind all the others. "
                   "MySQL and MariaDB commit after each DDL statement, so nothing piles up there.",
            .instead =
                "One transaction per table; slow statements (builds, scans, backfills) first and in transactions "
                "of their own, strong locks last and short.",
            .sources = "PostgreSQL manual, \"Explicit Locking\": a lock is held to the end of the transaction; locks "
                       "measured on PostgreSQL 15.",
        },
    .on_statement = check_lock_accumulation,
};

}  // namespace dbw::review
