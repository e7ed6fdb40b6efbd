#include "review/review.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <tuple>

#include "base/text.hpp"
#include "base/threads.hpp"
#include "review/bodies.hpp"
#include "review/risk.hpp"
#include "review/schema_code.hpp"
#include "review/waivers.hpp"

namespace dbw::review {
namespace {

/// Bodies within bodies; deeper ones are reported by rule procedural-body.
constexpr int k_body_depth_max = 3;

/// A check of a rule that is on.
struct ActiveCheck {
  Check check;
  const RuleInfo* info;
  model::Severity severity;
};

struct ActiveChecks {
  std::array<std::vector<ActiveCheck>, sqlparse::k_statement_kinds_count> of_statements;  ///< by kind
  std::vector<ActiveCheck> of_files;
  const std::vector<ActiveCheck>& of(const sqlparse::Statement& statement) const {
    return of_statements[static_cast<std::size_t>(statement.kind)];
  }
};

bool concerns(const RuleInfo& info, const ReviewInput& input) {
  const int major = major_version(input.server_version);
  return info.engines.has(input.engine) && (info.since == 0 || major >= info.since) &&
         (info.until == 0 || major <= info.until);
}

ActiveChecks active_checks(const ReviewInput& input, const std::vector<const Rule*>& rules) {
  ActiveChecks out;
  for (const Rule* rule : rules) {
    const model::Severity severity = effective_severity(rule->info, input.severities, input.environment);
    if (severity == model::Severity::off || !concerns(rule->info, input)) continue;
    for (std::size_t kind = 0; rule->on_statement != nullptr && kind < out.of_statements.size(); ++kind) {
      if (rule->kinds.has(static_cast<sqlparse::StatementKind>(kind)))
        out.of_statements[kind].push_back({rule->on_statement, &rule->info, severity});
    }
    if (rule->on_file != nullptr) out.of_files.push_back({rule->on_file, &rule->info, severity});
  }
  return out;
}

/// A place in the order in which everything runs: statements, and behind each file's last one the file as a whole.
struct Part {
  std::size_t begin, end;
};

std::vector<const sqlparse::Statement*> statements_with_bodies(const ReviewInput& input, Part part) {
  std::vector<const sqlparse::Statement*> out;
  std::size_t place = 0;
  for (const File& file : input.files) {
    for (const sqlparse::Statement& statement : file.parsed.statements) {
      const bool inside = place >= part.begin && place < part.end;
      if (inside && !statement.nested_sql.empty()) out.push_back(&statement);
      ++place;
    }
    ++place;
  }
  return out;
}

/// One pass over the files in the order they run. What each statement does is noted from the first one on; rules look
/// at one part.
class Pass {
 public:
  Pass(const ReviewInput& input, const ActiveChecks& checks, const ChangeIndex& index, Part part)
      : m_input(input),
        m_checks(checks),
        m_index(index),
        m_part(part),
        m_major(major_version(input.server_version)),
        m_bodies(input.engine, statements_with_bodies(input, part)),
        m_facts(input.engine),
        m_schema(input.engine, input.snapshot != nullptr ? &input.snapshot->catalogue : nullptr) {}

  std::vector<model::Finding> run() {
    m_findings.expect(m_part.end - m_part.begin);
    std::size_t place = 0;
    for (const File& file : m_input.files) {
      m_facts.start_file(file.transactional, file.batch.has_value());
      m_locks.release();
      for (const sqlparse::Statement& statement : file.parsed.statements) {
        if (place == m_part.end) return std::move(m_findings.list());
        if (place++ >= m_part.begin) {
          const bool has_bodies = !statement.nested_sql.empty();
          run_statement(file, statement, file.parsed.sql, has_bodies ? m_bodies.take() : std::vector<Body>());
        }
        note(statement);
      }
      if (place == m_part.end) return std::move(m_findings.list());
      static const sqlparse::Statement k_none;
      if (place++ >= m_part.begin) run_checks(file, k_none, {}, file.parsed.sql, {}, m_checks.of_files);
    }
    return std::move(m_findings.list());
  }

 private:
  void note(const sqlparse::Statement& statement) {
    if (m_input.engine == Engine::postgresql) m_locks.apply(statement, m_facts);
    m_facts.apply(statement);
    m_schema.apply(statement);
  }

  void run_statement(const File& file, const sqlparse::Statement& statement, std::string_view sql,
                     const std::vector<Body>& bodies, const std::optional<Origin>& origin = {}, int depth = 0) {
    const ByteRange& range = statement.range;
    const bool inside = range.start <= range.end && range.end <= sql.size();
    const std::string_view text = inside ? sql.substr(range.start, range.end - range.start) : std::string_view();
    m_lexemes.read(m_input.engine, text);
    m_findings.enter_text(origin);
    run_checks(file, statement, m_lexemes, sql, bodies, m_checks.of(statement));
    if (depth >= k_body_depth_max || bodies.empty()) return;
    const Origin here = origin ? *origin : Origin{{0, sql.size()}, 0};
    const Origin statement_origin = here.of(Origin{range, static_cast<std::ptrdiff_t>(range.start)});
    for (std::size_t i = 0; i < bodies.size(); ++i) {
      const Origin body = statement_origin.of(origin_in(text, statement.nested_sql[i]));
      for (const Piece& piece : bodies[i].pieces) {
        for (const sqlparse::Statement& inner : piece.parsed.statements)
          run_statement(file, inner, piece.parsed.sql,
                        read_bodies(m_input.engine, {inner.nested_sql.begin(), inner.nested_sql.end()}),
                        body.of(piece.origin), depth + 1);
      }
    }
    m_findings.enter_text(std::nullopt);
  }

  void run_checks(const File& file, const sqlparse::Statement& statement, const Lexemes& lexemes, std::string_view sql,
                  const std::vector<Body>& bodies, const std::vector<ActiveCheck>& checks) {
    const RuleInput in{
        m_input, file, statement, m_facts, m_index, m_major, lexemes, sql, bodies, m_locks, is_old_table(statement),
        m_schema};
    for (const ActiveCheck& active : checks) {
      m_findings.start(*active.info, active.severity, file.path);
      try {
        active.check(in, m_findings);
      } catch (const std::exception& error) {
        m_findings.start(*active.info, model::Severity::block, file.path);
        m_findings.add(statement.range, "the rule could not finish, so nothing is known: " + std::string(error.what()));
      }
    }
  }

  bool is_old_table(const sqlparse::Statement& statement) const {
    return !statement.temporary && !m_facts.created_table(table_of(statement));
  }

  const ReviewInput& m_input;
  const ActiveChecks& m_checks;
  const ChangeIndex& m_index;
  Part m_part;
  int m_major;
  BodyQueue m_bodies;
  ChangeFacts m_facts;
  HeldLocks m_locks;
  SchemaState m_schema;
  Findings m_findings;
  Lexemes m_lexemes;  ///< of the statement whose checks run
};

/// A thread more for each of these: fewer are reviewed sooner than a thread has noted what comes before them.
constexpr std::size_t k_statements_per_thread = 200;
constexpr unsigned k_threads_max = 4;

/// A thread notes all that comes before its part, for about a fifth of what it costs to look at it: each part is
/// smaller than the one before, so that all end together.
constexpr double k_next_part = 0.83;

/// Parts that cost about the same. What a statement costs goes by its bytes, and some more.
std::vector<Part> cut_parts(const ReviewInput& input) {
  constexpr std::size_t k_bytes_per_statement = 100;
  std::vector<std::size_t> cost;  // of each place, with all before it
  std::size_t sum = 0;
  for (const File& file : input.files) {
    for (const sqlparse::Statement& statement : file.parsed.statements)
      cost.push_back(sum += k_bytes_per_statement + statement.range.end -
                            std::min(statement.range.start, statement.range.end));
    cost.push_back(sum += k_bytes_per_statement);
  }
  const unsigned count = useful_threads(input.threads, cost.size() / k_statements_per_thread, k_threads_max);
  // Behind which share of the whole cost each part ends.
  std::vector<double> ends;
  double share = 1, all = 0;
  for (unsigned i = 0; i < count; ++i, share *= k_next_part) ends.push_back(all += share);
  std::vector<Part> parts;
  for (unsigned i = 0; i < count; ++i) {
    const auto end =
        std::upper_bound(cost.begin(), cost.end(), static_cast<std::size_t>(static_cast<double>(sum) * ends[i] / all));
    const std::size_t begin = parts.empty() ? 0 : parts.back().end;
    parts.push_back({begin, i + 1 == count ? cost.size() : static_cast<std::size_t>(end - cost.begin())});
  }
  return parts;
}

/// The findings of all parts, in the order of the statements.
std::vector<model::Finding> collect_findings(const ReviewInput& input, const std::vector<const Rule*>& rules) {
  const ActiveChecks checks = active_checks(input, rules);
  const ChangeIndex index(input.engine, input.files);
  const std::vector<Part> parts = cut_parts(input);
  std::vector<std::vector<model::Finding>> found(parts.size());
  run_together(static_cast<unsigned>(parts.size()),
               [&](unsigned i) { found[i] = Pass(input, checks, index, parts[i]).run(); });
  std::vector<model::Finding> out = std::move(found.front());
  for (auto part = found.begin() + 1; part != found.end(); ++part)
    out.insert(out.end(), std::make_move_iterator(part->begin()), std::make_move_iterator(part->end()));
  return out;
}

/// Sorts places of the findings, which are too large to be moved about.
void sort_findings(std::vector<model::Finding>& findings) {
  const auto key = [&](std::size_t i) {
    const model::Finding& it = findings[i];
    return std::tie(it.file, it.range.start, it.range.end, it.rule, it.object, it.message);
  };
  std::vector<std::size_t> order(findings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
  const auto same = [&](std::size_t a, std::size_t b) { return key(a) == key(b); };
  order.erase(std::unique(order.begin(), order.end(), same), order.end());
  std::vector<model::Finding> sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(std::move(findings[i]));
  findings = std::move(sorted);
}

model::Review review_known(const ReviewInput& input, const std::vector<const Rule*>& rules) {
  const std::vector<Refusal> refusals = validate_policy_rules(input.severities, {});
  if (!refusals.empty()) throw Error(refusals.front());

  model::Review review;
  review.findings = collect_findings(input, rules);
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
