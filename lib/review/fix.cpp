#include "review/fix.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "review/fix_candidates.hpp"
#include "review/fix_steps.hpp"
#include "sqlparse/batch_frame.hpp"

namespace dbw::review {
namespace {

/// What a file does to its session, each of its steps must do again.
constexpr std::string_view k_setting_rule = "session-setting-leak";

using Accepted = std::vector<const Candidate*>;

/// What a version of the change is judged by: findings by the file they came from.
class Tally {
 public:
  struct Key {
    std::string file;
    std::string_view rule;
    std::string object;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  void add(const std::string& file, const model::Finding& finding) {
    if (finding.waived) return;
    ++m_by_rule[{file, finding.rule}];
    if (finding.severity >= model::Severity::warning) ++m_by_object[{file, finding.rule, finding.object}];
  }
  int of_rule(const std::string& file, std::string_view rule) const {
    const auto found = m_by_rule.find({file, rule});
    return found != m_by_rule.end() ? found->second : 0;
  }
  int of(const Key& key) const {
    const auto found = m_by_object.find(key);
    return found != m_by_object.end() ? found->second : 0;
  }
  const std::map<Key, int>& by_object() const { return m_by_object; }

 private:
  std::map<std::pair<std::string, std::string_view>, int> m_by_rule;
  std::map<Key, int> m_by_object;  ///< warnings and above
};

/// One version of the change: each file of the input as the steps it is cut into.
struct Version {
  ReviewInput input;
  std::vector<std::vector<FixStep>> steps;     ///< by file of the input; empty: unchanged
  std::map<std::string, std::size_t> origins;  ///< path of a step -> file of the input
};

class Proposer {
 public:
  explicit Proposer(const ReviewInput& input) : m_input(input) {}

  FixProposal run() {
    m_review = review_sql(m_input);
    for (const model::Finding& finding : m_review.findings) m_before.add(finding.file, finding);
    m_candidates = find_candidates(m_input, m_review.findings);
    const Accepted accepted = accept();
    Version version = build(accepted);
    report(accepted, accepted.empty() ? m_before : judge(version));
    for (std::size_t i = 0; i < version.steps.size(); ++i) {
      if (!version.steps[i].empty()) m_out.files.push_back({m_input.files[i].path, std::move(version.steps[i])});
    }
    for (const FixedFile& file : m_out.files) say_who_runs(file);
    return std::move(m_out);
  }

 private:
  void refuse(const model::Finding& finding, std::string reason) {
    m_candidates.reasons.insert_or_assign(&finding, std::move(reason));
  }

  /// In the review's order. What a fix was not for may be gone with it.
  void report(const Accepted& accepted, const Tally& after) {
    std::set<const model::Finding*> fixed;
    for (const Candidate* candidate : accepted) {
      fixed.insert(candidate->findings.begin(), candidate->findings.end());
      const std::vector<std::string>& conditions = candidate->rewrite.conditions;
      m_out.conditions.insert(m_out.conditions.end(), conditions.begin(), conditions.end());
    }
    for (const model::Finding& finding : m_review.findings) {
      const auto reason = m_candidates.reasons.find(&finding);
      const bool gone = reason != m_candidates.reasons.end() && after.of_rule(finding.file, finding.rule) == 0;
      if (gone || fixed.count(&finding) != 0)
        m_out.fixed.push_back(finding);
      else if (reason != m_candidates.reasons.end())
        m_out.unfixed.push_back({finding, reason->second});
    }
  }

  /// A migration tool would run a step in batches as one statement.
  void say_who_runs(const FixedFile& file) {
    std::vector<std::string> paths;
    for (const FixStep& step : file.steps) paths.push_back(shell_word(step.path));
    const auto batch =
        std::find_if(file.steps.begin(), file.steps.end(), [](const FixStep& it) { return it.batch.has_value(); });
    if (batch == file.steps.end()) return;
    m_out.conditions.push_back(fmt::format(
        "Only dbw runs {} in batches: dbw-request new -d DATABASE -e ENVIRONMENT {} makes one request of it, and "
        "reads how each step runs from its first line.",
        batch->path, join(paths, " ")));
  }

  // ---- versions

  Version build(const Accepted& accepted) const {
    Version out;
    out.input = m_input;
    out.input.files.clear();
    out.steps.resize(m_input.files.size());
    std::vector<Rewrites> rewrites(m_input.files.size());
    std::vector<bool> timeouts(m_input.files.size(), false);
    for (const Candidate* candidate : accepted) {
      if (candidate->statement)
        rewrites[candidate->file][*candidate->statement] = candidate->rewrite;
      else
        timeouts[candidate->file] = true;
    }
    for (std::size_t i = 0; i < m_input.files.size(); ++i) {
      if (!rewrites[i].empty() || timeouts[i]) out.steps[i] = write_steps(m_input.files[i], rewrites[i]);
    }
    if (why_no_room(out)) return out;
    add_files(out);
    add_lock_timeouts(out);
    return out;
  }

  /// Steps that have no place beside the other files.
  std::optional<std::string> why_no_room(const Version& version) const {
    std::set<std::string_view> taken;
    for (const File& file : m_input.files) taken.insert(file.path);
    for (const std::vector<FixStep>& steps : version.steps) {
      if (steps.size() > k_fix_steps_max) return fmt::format("its file would need more than {} steps", k_fix_steps_max);
      for (std::size_t i = 1; i < steps.size(); ++i) {
        if (!taken.insert(steps[i].path).second) return "it would need another file " + steps[i].path;
      }
    }
    return std::nullopt;
  }

  void add_files(Version& version) const {
    std::vector<std::string_view> texts;
    for (std::size_t i = 0; i < m_input.files.size(); ++i) {
      const std::vector<FixStep>& steps = version.steps[i];
      version.origins[m_input.files[i].path] = i;
      if (steps.empty()) version.input.files.push_back(m_input.files[i]);
      for (const FixStep& step : steps) {
        version.input.files.push_back({step.path, {}, step.transactional, std::nullopt, step.batch});
        version.origins[step.path] = i;
        texts.push_back(step.sql);
      }
    }
    std::vector<sqlparse::ParsedSql> parsed = parse(texts);
    std::size_t next = 0;
    for (File& file : version.input.files) {
      if (!version.steps[version.origins.at(file.path)].empty()) file.parsed = std::move(parsed[next++]);
    }
  }

  std::vector<sqlparse::ParsedSql> parse(const std::vector<std::string_view>& texts) const {
    return sqlparse::parse_all(m_input.engine, texts, {.bytes_max = k_sql_bytes_max});
  }

  /// Where the rule asks for one in a file that changes: new steps need theirs too.
  void add_lock_timeouts(Version& version) const {
    static const std::vector<const Rule*> k_rule = {find_rule(k_lock_timeout_rule)};
    std::map<std::string, std::vector<ByteRange>> ranges;
    for (const model::Finding& finding : review_sql(version.input, k_rule).findings) {
      if (!finding.waived && finding.rule == k_lock_timeout_rule) ranges[finding.file].push_back(finding.range);
    }
    std::vector<File*> changed;
    std::vector<std::string_view> texts;
    for (File& file : version.input.files) {
      const auto found = ranges.find(file.path);
      std::vector<FixStep>& steps = version.steps[version.origins.at(file.path)];
      if (found == ranges.end() || steps.empty()) continue;
      const auto step =
          std::find_if(steps.begin(), steps.end(), [&](const FixStep& it) { return it.path == file.path; });
      step->sql = with_lock_timeout(file, found->second);
      changed.push_back(&file);
      texts.push_back(step->sql);
    }
    std::vector<sqlparse::ParsedSql> parsed = parse(texts);
    for (std::size_t i = 0; i < changed.size(); ++i) changed[i]->parsed = std::move(parsed[i]);
  }

  // ---- judgement

  Tally judge(const Version& version) const {
    Tally out;
    for (const model::Finding& finding : review_sql(version.input).findings)
      out.add(m_input.files[version.origins.at(finding.file)].path, finding);
    return out;
  }

  /// nullopt: the version keeps what it promises.
  std::optional<std::string> why_not(const Accepted& accepted) const {
    const Version version = build(accepted);
    if (std::optional<std::string> why = why_no_room(version)) return why;
    for (const File& file : version.input.files) {
      if (version.steps[version.origins.at(file.path)].empty()) continue;
      if (!file.parsed.problems.empty()) return "its result cannot be read: " + file.parsed.problems.front().message;
      const std::string why = file.batch ? sqlparse::why_not_batchable(file.parsed, file.batch->key) : "";
      if (!why.empty()) return "its result cannot run in batches: " + why;
    }
    const Tally after = judge(version);
    if (std::optional<std::string> rule = still_found(accepted, after)) return "its result still has " + *rule;
    if (std::optional<std::string> rule = newly_found(accepted, after)) return "its result has " + *rule;
    return std::nullopt;
  }

  std::optional<std::string> still_found(const Accepted& accepted, const Tally& after) const {
    std::map<std::pair<std::string, std::string_view>, int> promised;
    for (const Candidate* candidate : accepted) {
      for (const model::Finding* finding : candidate->findings) ++promised[{finding->file, finding->rule}];
    }
    for (const auto& [key, count] : promised) {
      if (after.of_rule(key.first, key.second) > m_before.of_rule(key.first, key.second) - count)
        return std::string(key.second);
    }
    return std::nullopt;
  }

  std::optional<std::string> newly_found(const Accepted& accepted, const Tally& after) const {
    for (const auto& [key, count] : after.by_object()) {
      const int before = m_before.of(key);
      if (count <= before || (before > 0 && key.rule == k_setting_rule)) continue;
      const bool named =
          std::any_of(accepted.begin(), accepted.end(), [&, &rule = key.rule, &file = key.file](const Candidate* it) {
            return m_input.files[it->file].path == file && it->rewrite.brings.count(rule) != 0;
          });
      if (!named) return std::string(key.rule);
    }
    return std::nullopt;
  }

  /// All candidates, or where that fails those that keep their promise beside the ones accepted before.
  Accepted accept() {
    Accepted all, out;
    for (const Candidate& candidate : m_candidates.list) all.push_back(&candidate);
    accept_some(all.data(), all.data() + all.size(), out);
    return out;
  }

  std::size_t tries_max() const {
    const std::size_t statements = std::max<std::size_t>(m_review.statements.size(), 1);
    return std::clamp<std::size_t>(k_fix_statements_reviewed_max / statements, 1, k_fix_tries_max);
  }

  /// Halves what fails, so that a few that fail among many cost little.
  void accept_some(const Candidate* const* first, const Candidate* const* last, Accepted& accepted) {
    if (first == last) return;
    Accepted tried = accepted;
    tried.insert(tried.end(), first, last);
    const bool give_up = ++m_tries > tries_max();
    const std::optional<std::string> why =
        give_up ? std::optional<std::string>("too many fixes fail together; give fewer files") : why_not(tried);
    if (!why) {
      accepted = std::move(tried);
    } else if (give_up || last - first == 1) {
      for (; first != last; ++first) {
        for (const model::Finding* finding : (*first)->findings) refuse(*finding, *why);
      }
    } else {
      const Candidate* const* middle = first + (last - first) / 2;
      accept_some(first, middle, accepted);
      accept_some(middle, last, accepted);
    }
  }

  const ReviewInput& m_input;
  model::Review m_review;
  Tally m_before;
  Candidates m_candidates;
  std::size_t m_tries = 0;
  FixProposal m_out;
};

}  // namespace

FixProposal propose_fixes(const ReviewInput& input) { return Proposer(input).run(); }

}  // namespace dbw::review
