#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/time.hpp"
#include "codec/value.hpp"

namespace dbw::model {

enum class CheckOutcome { pass, fail, skipped };
std::string_view outcome_name(CheckOutcome outcome);

/// Checks of `decision` and `token` are made once per decision and per token; the subject says of which. Everybody who
/// judges a request makes the checks up to `state`; those behind it are the executor's.
enum class CheckStage { trust, request, decision, state, executor, token };

/// One row of the table in docs/trace.md.
struct CheckRow {
  std::string_view id;  ///< "decision.signature"
  CheckStage stage;
  std::string_view title;   ///< what holds where it passes
  std::string_view inputs;  ///< names of what it looks at, separated by ", "
};
/// In the order in which a trace lists them.
const std::vector<CheckRow>& check_table();

struct TraceInput {
  std::string name, value;
};
using TraceInputs = std::vector<TraceInput>;

struct TraceCheck {
  std::string id;
  std::string subject;  ///< empty where there is only one
  TraceInputs inputs;
  CheckOutcome outcome = CheckOutcome::skipped;
  std::vector<ErrorCode> errors;  ///< each once; of `fail` only
};

/// Why a verdict is what it is: every check with its inputs, nothing that depends on host, path or wording. Whoever
/// judges appends as he goes; the order of appending does not matter.
class Trace {
 public:
  std::string repo_id, request, state;  ///< request and state are empty where trust itself failed
  std::optional<Digest> request_sha256, verdict_sha256, terms_sha256;
  Timestamp at;
  bool executor = false;  ///< the executor's checks belong to it

  /// Fails with what `refusals` holds from index `from` on, passes where that is nothing.
  void judged(std::string_view id, std::string_view subject, TraceInputs inputs, const std::vector<Refusal>& refusals,
              std::size_t from = 0);
  void passed(std::string_view id, std::string_view subject, TraceInputs inputs) {
    judged(id, subject, std::move(inputs), {});
  }
  void failed(std::string_view id, std::string_view subject, TraceInputs inputs, ErrorCode code);
  /// Calls `check(inputs)`, which may add to the inputs; an Error it throws is written down and passes through.
  template <typename Check>
  auto run(std::string_view id, std::string_view subject, TraceInputs inputs, Check&& check) {
    try {
      if constexpr (std::is_void_v<decltype(check(inputs))>) {
        check(inputs);
        passed(id, subject, std::move(inputs));
      } else {
        auto result = check(inputs);
        passed(id, subject, std::move(inputs));
        return result;
      }
    } catch (const Error& error) {
      failed(id, subject, std::move(inputs), error.code());
      throw;
    }
  }
  /// Calls `judge(inputs)`, which returns refusals; an Error it throws is written down too and passes through.
  template <typename Judge>
  std::vector<Refusal> ask(std::string_view id, TraceInputs inputs, Judge&& judge) {
    try {
      std::vector<Refusal> refusals = judge(inputs);
      judged(id, "", std::move(inputs), refusals);
      return refusals;
    } catch (const Error& error) {
      failed(id, "", std::move(inputs), error.code());
      throw;
    }
  }
  void append(const Trace& other);

  /// Every row of the table in its order: as often as it was judged, else once as skipped. Decisions and tokens are
  /// grouped by subject, in the order in which they were judged.
  std::vector<TraceCheck> checks() const;

 private:
  std::vector<TraceCheck> m_judged;
};

/// Writes down, check by check, what was added to a list of refusals.
class TraceRecorder {
 public:
  TraceRecorder(Trace& trace, std::string subject, const std::vector<Refusal>& refusals)
      : m_trace(trace), m_subject(std::move(subject)), m_refusals(refusals), m_from(refusals.size()) {}
  void operator()(std::string_view id, TraceInputs inputs) {
    m_trace.judged(id, m_subject, std::move(inputs), m_refusals, m_from);
    m_from = m_refusals.size();
  }

 private:
  Trace& m_trace;
  std::string m_subject;
  const std::vector<Refusal>& m_refusals;
  std::size_t m_from;
};

codec::Value trace_value(const Trace& trace);
/// Canonical JSON, docs/trace.md.
std::string emit_trace(const Trace& trace);

}  // namespace dbw::model
