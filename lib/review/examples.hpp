#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "review/review.hpp"

namespace dbw::review {

/// One file of tests/rules/<rule>/: bad*.sql must make the rule fire, good*.sql must not. Its first lines may say how
/// it runs: `-- engine: sqlite`, `-- server: 11`, `-- in_transaction: no`, `-- runner: file`, `-- declared: read`,
/// `-- bytes_max: 20`, `-- rollback: DROP TABLE t;`.
struct Example {
  std::string name;  ///< "bad_sqlite.sql"
  std::string sql;   ///< the whole file, settings included: they are comments
  bool fires = false;
  std::vector<std::string> settings;  ///< "engine: sqlite"
  /// What `before:` (SQL that makes the schema), `size: table rows bytes` (or unknown) and `counter: table column last
  /// maximum` say; null without them.
  std::shared_ptr<model::Snapshot> snapshot;
  ReviewInput input;  ///< ready for review_sql
};
/// Throws Error{rule_example_missing} for a setting it does not know.
Example parse_example(std::string_view name, std::string_view sql);

/// Switches a rule on that is off by default, as a policy would: its examples must fire.
void switch_on(ReviewInput& input, const RuleInfo& info);

/// An example and what the tool prints for it.
struct PrintedExample {
  Example example;
  std::string output;
};
/// docs/rules/<rule>.md and docs/rules/README.md.
std::string rule_page(const RuleInfo& info, const std::vector<PrintedExample>& examples);
std::string rule_index();

}  // namespace dbw::review
