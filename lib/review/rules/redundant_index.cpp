#include <algorithm>
#include <string>
#include <vector>

#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

struct DeclaredKey {
  std::vector<std::string> columns;
  bool unique = false;
  friend bool operator<(const DeclaredKey& a, const DeclaredKey& b) { return a.columns < b.columns; }
};

std::vector<DeclaredKey> plain_and_unique_keys(const RuleInput& in) {
  std::vector<DeclaredKey> out;
  for (const sqlparse::IndexDefinition& index : in.statement.indexes) {
    if (index.kind.empty()) out.push_back({index.columns, false});
  }
  for_declared_constraints(in, [&](const sqlparse::Constraint& constraint) {
    if (constraint.kind == ConstraintKind::unique || constraint.kind == ConstraintKind::primary_key)
      out.push_back({constraint.columns, true});
  });
  return out;
}

bool is_proper_prefix(const std::vector<std::string>& shorter, const std::vector<std::string>& longer) {
  return !shorter.empty() && shorter.size() < longer.size() &&
         std::equal(shorter.begin(), shorter.end(), longer.begin());
}

void check_redundant_index(const RuleInput& in, Findings& out) {
  if (in.statement.kind != StatementKind::create_table) return;
  std::vector<DeclaredKey> keys = plain_and_unique_keys(in);
  // Sorted, a prefix stands right before what it is a prefix of.
  std::sort(keys.begin(), keys.end());
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    if (!keys[i].unique && is_proper_prefix(keys[i].columns, keys[i + 1].columns))
      out.add(in.statement.range, "the index on " + join(keys[i].columns, ", ") + " is the beginning of another one",
              in.statement.target.text());
  }
}

}  // namespace

constinit const Rule k_rule_redundant_index = {
    .info =
        {
            .id = "redundant-index",
            .category = "hygiene",
            .engines = k_mysql,
            .severity = model::Severity::info,
            .summary = "CREATE TABLE with an index whose columns are the first ones of another index.",
            .why = "The longer index serves the same queries; each write keeps both.",
            .instead = "Leave the shorter one out, unless the longer one is much wider and the shorter one is used all "
                       "the time.",
            .sources = "MySQL manual, \"Multiple-Column Indexes\".",
        },
    .on_statement = check_redundant_index,
    .kinds = {StatementKind::create_table},
};

}  // namespace dbw::review
