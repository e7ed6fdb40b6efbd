#include "review/review.hpp"

#include <algorithm>
#include <tuple>

#include "base/text.hpp"
#include "review/bodies.hpp"
#include "review/risk.hpp"
#include "review/schema_code.hpp"
#include "review/waivers.hpp"

namespace dbw::review {
namespace {

/// Bodies within bodies; deeper ones are reported by rule procedural-body.
constexpr int k_body_depth_max = 3;

struct ActiveRule {
  const Rule* rule;
  model::Severity severity;
};

bool concerns(const RuleInfo& info, const ReviewInput& input) {
  const int major = major_version(input.server_version);
  return info.engines.has(input.engine) && (info.since == 0 || major >= info.since) &&
         (info.until == 0 || major <= info.until);
}

/// One pass over the files in the order they run.
class Pass {
 public:
  Pass(const ReviewInput& input, const std::vector<const Rule*>& rules)
      : m_input(input),
        m_major(major_version(input.server_version)),
        m_facts(input.engine),
        m_index(input.files),
        m_schema(input.engine, input.snapshot != nullptr ? &input.snapshot->catalogue : nullptr) {
    for (const Rule* rule : rules) {
      const model::Severity severity = effective_severity(rule->info, input.severities, input.environment);
      if (severity != model::Severity::off && concerns(rule->info, input)) m_rules.push_back({rule, severity});
    }
  }

  std::vector<model::Finding> run() {
    for (const File& file : m_input.files) {
      m_facts.start_file(file.transactional);
      m_locks.release();
      for (const sqlparse::Statement& statement : file.parsed.statements) {
        run_statement(file, statement, file.parsed.sql, 0);
        m_locks.apply(statement, m_facts);
        m_facts.apply(statement);
        m_schema.apply(statement);
      }
      static const sqlparse::Statement k_none;
      run_checks(file, k_none, {}, file.parsed.sql, {}, &Rule::on_file);
    }
    return std::move(m_findings.list());
  }

 private:
  void run_statement(const File& file, const sqlparse::Statement& statement, std::string_view sql, int depth) {
    std::vector<Body> bodies;
    for (const std::string& body : statement.nested_sql) bodies.push_back(read_body(m_input.engine, body));
    const ByteRange& range = statement.range;
    const bool inside = range.start <= range.end && range.end <= sql.size();
    const Lexemes lexemes(m_input.engine,
                          inside ? sql.substr(range.start, range.end - range.start) : std::string_view());
    run_checks(file, statement, lexemes, sql, bodies, &Rule::on_statement);
    if (depth >= k_body_depth_max) return;
    if (depth == 0) m_findings.enter_body(statement.range);
    for (const Body& body : bodies) {
      for (const sqlparse::ParsedSql& piece : body.pieces) {
        for (const sqlparse::Statement& inner : piece.statements) run_statement(file, inner, piece.sql, depth + 1);
      }
    }
    if (depth == 0) m_findings.leave_body();
  }

  void run_checks(const File& file, const sqlparse::Statement& statement, const Lexemes& lexemes, std::string_view sql,
                  const std::vector<Body>& bodies, Check Rule::*hook) {
    const RuleInput in{
        m_input, file, statement, m_facts, m_index, m_major, lexemes, sql, bodies, m_locks, is_old_table(statement),
        m_schema};
    for (const ActiveRule& active : m_rules) {
      const Check check = active.rule->*hook;
      if (check == nullptr) continue;
      m_findings.start(active.rule->info, active.severity, file.path);
      try {
        check(in, m_findings);
      } catch (const std::exception& error) {
        m_findings.start(active.rule->info, model::Severity::block, file.path);
        m_findings.add(statement.range, "the rule could not finish, so nothing is known: " + std::string(error.what()));
      }
    }
  }

  bool is_old_table(const sqlparse::Statement& statement) const {
    return !statement.temporary && !m_facts.created_table(table_of(statement));
  }

  const ReviewInput& m_input;
  int m_major;
  ChangeFacts m_facts;
  HeldLocks m_locks;
  ChangeIndex m_index;
  SchemaState m_schema;
  std::vector<ActiveRule> m_rules;
  Findings m_findings;
};

void sort_findings(std::vector<model::Finding>& findings) {
  const auto key = [](const model::Finding& it) {
    return std::tie(it.file, it.range.start, it.range.end, it.rule, it.object, it.message);
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [&](const auto& a, const auto& b) { return key(a) == key(b); };
  findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());
}

model::Review review_known(const ReviewInput& input, const std::vector<const Rule*>& rules) {
  const std::vector<Refusal> refusals = validate_policy_rules(input.severities, {});
  if (!refusals.empty()) throw Error(refusals.front());

  model::Review review;
  review.findings = Pass(input, rules).run();
  const model::Severity severity =
      effective_severity(k_rule_suppression_unjustified.info, input.severities, input.environment);
  for (const File& file : input.files) {
    for (const sqlparse::Statement& statement : file.parsed.statements) {
      review.statements.push_back({file.path, statement.range, statement.statement_class, statement.read_only});
    }
  }
  apply_comments(input, severity, review.findings);
  apply_waivers(input, review.findings);
  sort_findings(review.findings);
  review.factors = risk_factors(input, review.findings);
  review.risk = risk_level(input, review.factors);
  review.rule_set = rule_set_digest(rules, input.severities, input.environment);
  return review;
}

}  // namespace

model::Review review_sql(const ReviewInput& input, const std::vector<const Rule*>& rules) {
  if (input.snapshot == nullptr) return review_known(input, rules);
  return review_known(with_schema_code(input), rules);
}

model::Review review_sql(const ReviewInput& input) { return review_sql(input, all_rules()); }

}  // namespace dbw::review
