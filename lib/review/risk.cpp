#include "review/risk.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "review/schema_state.hpp"

namespace dbw::review {
namespace {

using sqlparse::Statement;
using sqlparse::StatementKind;

constexpr int k_weight_missing_where = 30;
constexpr int k_weight_irreversible = 30;
constexpr int k_weight_production = 10;
constexpr int k_weight_missing_rollback = 10;
constexpr int k_weight_unproven_function = 10;
constexpr int k_weight_unreadable = 100;
constexpr int k_weight_large_table = 20;
constexpr std::int64_t k_large_table_rows = 1'000'000;

/// What the schema snapshot adds: factors of their own beside the findings that they come from.
struct RuleFactor {
  std::string_view rule, factor;
  int weight;
};
constexpr RuleFactor k_rule_factors[] = {{"lock-duration-estimate", "lock-time", 20},
                                         {"delete-cascade-fanout", "cascade", 15},
                                         {"stale-statistics", "unknown-size", 10}};

int class_weight(StatementClass statement_class) {
  switch (statement_class) {
    case StatementClass::read:
      return 0;
    case StatementClass::session:
      return 5;
    case StatementClass::dml:
      return 15;
    case StatementClass::ddl:
      return 20;
    case StatementClass::transaction:
      return 30;
    case StatementClass::procedural:
      return 40;
    case StatementClass::admin:
    case StatementClass::privilege:
      return 50;
    case StatementClass::file_or_program:
      return 80;
    case StatementClass::opaque:
      return k_weight_unreadable;
  }
  return k_weight_unreadable;
}

int severity_weight(model::Severity severity) {
  switch (severity) {
    case model::Severity::block:
      return 40;
    case model::Severity::error:
      return 15;
    case model::Severity::warning:
      return 3;
    default:
      return 0;
  }
}

bool unrestricted(const Statement& statement) {
  return statement.restriction == sqlparse::Restriction::none ||
         statement.restriction == sqlparse::Restriction::always_true;
}

bool irreversible(const Statement& statement) {
  if (statement.kind == StatementKind::truncate) return true;
  if (statement.kind == StatementKind::drop) return statement.target_kind != sqlparse::ObjectKind::index;
  return std::any_of(statement.actions.begin(), statement.actions.end(), [](const sqlparse::AlterAction& action) {
    return action.kind == sqlparse::AlterAction::Kind::drop_column;
  });
}

bool calls_unproven(const Statement& statement) {
  return std::any_of(statement.functions.begin(), statement.functions.end(),
                     [](const sqlparse::FunctionUse& use) { return !use.read_only; });
}

/// How many statements of the change are what a factor speaks of.
struct Counts {
  int unrestricted = 0, irreversible = 0, unproven = 0, writing = 0;
};

Counts count_statements(const ReviewInput& input) {
  Counts out;
  for (const File& file : input.files) {
    for (const Statement& statement : file.parsed.statements) {
      out.unrestricted += unrestricted(statement);
      out.irreversible += irreversible(statement);
      out.unproven += calls_unproven(statement);
      out.writing += !statement.read_only;
    }
  }
  return out;
}

std::string statements_text(int count) { return std::to_string(count) + (count == 1 ? " statement" : " statements"); }

void add_class(const ReviewInput& input, std::vector<model::RiskFactor>& out) {
  StatementClass strongest = StatementClass::read;
  for (const File& file : input.files) {
    if (const auto it = file.parsed.strongest()) strongest = std::max(strongest, *it);
  }
  out.push_back(
      {"class", class_weight(strongest), "the strongest statement class is " + std::string(class_name(strongest))});
}

void add_findings(const std::vector<model::Finding>& findings, std::vector<model::RiskFactor>& out) {
  for (const model::Severity severity : {model::Severity::block, model::Severity::error, model::Severity::warning}) {
    std::set<std::string_view> rules;
    std::string names;
    for (const model::Finding& finding : findings) {
      if (finding.severity != severity || finding.waived || !rules.insert(finding.rule).second) continue;
      names += names.empty() ? "" : ", ";
      names += finding.rule;
    }
    if (rules.empty()) continue;
    const int counted = std::min(static_cast<int>(rules.size()), k_risk_rules_max);
    const std::string severity_text(model::severity_name(severity));
    out.push_back(
        {"findings-" + severity_text, counted * severity_weight(severity), severity_text + " findings of " + names});
  }
}

void add_rule_factors(const std::vector<model::Finding>& findings, std::vector<model::RiskFactor>& out) {
  for (const RuleFactor& row : k_rule_factors) {
    const auto found = std::find_if(findings.begin(), findings.end(), [&](const model::Finding& finding) {
      return finding.rule == row.rule && !finding.waived && finding.severity > model::Severity::info;
    });
    if (found != findings.end()) out.push_back({std::string(row.factor), row.weight, found->message});
  }
}

bool changes_data_or_schema(const Statement& statement) {
  return statement.kind == StatementKind::alter_table || statement.kind == StatementKind::create_index ||
         statement.kind == StatementKind::update || statement.kind == StatementKind::delete_ ||
         statement.kind == StatementKind::merge || statement.kind == StatementKind::truncate;
}

/// The largest old table that a statement changes.
void add_large_table(const ReviewInput& input, std::vector<model::RiskFactor>& out) {
  if (input.snapshot == nullptr) return;
  const SchemaState schema(input.engine, &input.snapshot->catalogue);
  const schema::Relation* largest = nullptr;
  for (const File& file : input.files) {
    for (const Statement& statement : file.parsed.statements) {
      const schema::Relation* table =
          changes_data_or_schema(statement) ? schema.relation(table_of(statement)) : nullptr;
      if (table != nullptr && table->rows.value_or(0) >= k_large_table_rows &&
          (largest == nullptr || *table->rows > *largest->rows))
        largest = table;
    }
  }
  if (largest == nullptr) return;
  out.push_back({"large-table", k_weight_large_table,
                 "\"" + largest->name.text() + "\" has about " + std::to_string(*largest->rows) + " rows"});
}

}  // namespace

std::vector<model::RiskFactor> risk_factors(const ReviewInput& input, const std::vector<model::Finding>& findings) {
  std::vector<model::RiskFactor> out;
  add_class(input, out);
  add_findings(findings, out);
  add_rule_factors(findings, out);
  add_large_table(input, out);
  const auto add = [&](const char* name, int weight, int count, const char* what) {
    if (count > 0) out.push_back({name, weight, statements_text(count) + " " + what});
  };
  const Counts counts = count_statements(input);
  add("missing-where", k_weight_missing_where, counts.unrestricted, "without a restricting WHERE");
  add("irreversible", k_weight_irreversible, counts.irreversible, "destroying data that no rollback brings back");
  add("unproven-function", k_weight_unproven_function, counts.unproven,
      "calling functions that are not known to be free of side effects");
  if (counts.writing > 0 && !input.has_rollback)
    out.push_back({"missing-rollback", k_weight_missing_rollback, "no rollback SQL came with the request"});
  if (input.production)
    out.push_back({"production", k_weight_production, "environment " + input.environment + " is production"});
  return out;
}

model::Risk risk_level(const ReviewInput& input, const std::vector<model::RiskFactor>& factors) {
  int statements = 0;
  for (const File& file : input.files) {
    if (!file.parsed.problems.empty() || file.parsed.strongest() == StatementClass::opaque) return model::Risk::unknown;
    statements += static_cast<int>(file.parsed.statements.size());
  }
  if (statements == 0) return model::Risk::unknown;
  int sum = 0;
  for (const model::RiskFactor& factor : factors) sum += factor.weight;
  if (sum >= k_risk_critical_min) return model::Risk::critical;
  if (sum >= k_risk_high_min) return model::Risk::high;
  return sum >= k_risk_medium_min ? model::Risk::medium : model::Risk::low;
}

std::vector<RiskTerm> risk_terms() {
  std::vector<RiskTerm> out;
  for (const StatementClass each : all_classes())
    out.push_back({"class", class_weight(each), "the strongest statement is " + std::string(class_name(each))});
  for (const model::Severity severity : {model::Severity::block, model::Severity::error, model::Severity::warning}) {
    const std::string name(model::severity_name(severity));
    out.push_back({"findings-" + name, severity_weight(severity),
                   "each rule with a finding of that severity, at most " + std::to_string(k_risk_rules_max)});
  }
  for (const RuleFactor& row : k_rule_factors)
    out.push_back({std::string(row.factor), row.weight,
                   "rule " + std::string(row.rule) + " has a finding (needs a schema snapshot)"});
  out.push_back(
      {"large-table", k_weight_large_table,
       "a table of " + std::to_string(k_large_table_rows) + " rows or more is changed (needs a schema snapshot)"});
  out.push_back({"missing-where", k_weight_missing_where, "an UPDATE, DELETE or MERGE without a restricting WHERE"});
  out.push_back({"irreversible", k_weight_irreversible, "TRUNCATE, DROP of anything but an index, DROP COLUMN"});
  out.push_back(
      {"unproven-function", k_weight_unproven_function, "a function that is not known to be free of side effects"});
  out.push_back(
      {"missing-rollback", k_weight_missing_rollback, "something is written and no rollback SQL came with it"});
  out.push_back({"production", k_weight_production, "the environment is production"});
  return out;
}

}  // namespace dbw::review
