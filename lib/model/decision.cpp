#include "model/decision.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::model {
namespace {

constexpr std::array<std::string_view, 4> k_decision_kinds{"approve", "reject", "revoke", "post-review"};
constexpr std::string_view k_label = "dbw-approval/v1";
/// `Dbw-Steps` of somebody who may fill none; no step can be called so.
constexpr std::string_view k_no_steps = "-";

Error grammar(std::size_t line, std::string_view message) {
  return Error(ErrorCode::decision_grammar, fmt::format("decision message, line {}: {}", line, message));
}

bool needs_target(DecisionKind kind) { return kind == DecisionKind::revoke || kind == DecisionKind::post_review; }

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// Takes the lines of a message one after another, each under the key that must stand there.
class Lines {
 public:
  explicit Lines(std::string_view message) : m_lines(split_lines(message)) {}
  std::size_t number() const { return m_at; }
  bool done() const { return m_at == m_lines.size(); }
  std::string_view next() {
    if (done()) throw grammar(m_at + 1, "the message ends too early");
    return m_lines[m_at++];
  }
  bool next_is(std::string_view key) const {
    return !done() && m_lines[m_at].substr(0, key.size() + 2) == fmt::format("{}: ", key);
  }
  std::string_view value(std::string_view key) {
    if (!next_is(key)) throw grammar(m_at + 1, fmt::format("expected \"{}: ...\"", key));
    return m_lines[m_at++].substr(key.size() + 2);
  }
  /// The value, read by a parser of base.
  template <typename Parse>
  auto parsed(std::string_view key, Parse parse) {
    const std::string_view text = value(key);
    try {
      return parse(text);
    } catch (const Error& inner) {
      throw grammar(m_at, fmt::format("{}: {}", key, inner.message()));
    }
  }

 private:
  std::vector<std::string_view> m_lines;
  std::size_t m_at = 0;
};

std::string name_of(std::string_view text) { return require_name(text, "name"); }

std::string hex_of(std::string_view text) {
  if (text.size() != 32) throw Error(ErrorCode::bad_encoding, "expected 32 hexadecimal digits");
  from_hex(text);
  return std::string(text);
}

RequestMode mode_of(std::string_view text) {
  const auto mode = parse_mode(text);
  if (!mode) throw Error(ErrorCode::field_value, fmt::format("\"{}\" is not a mode", printable(text)));
  return *mode;
}

std::vector<std::string> steps_of(std::string_view text) {
  if (text == k_no_steps) return {};
  std::vector<std::string> steps = split(text, ',');
  for (const std::string& step : steps) require_name(step, "step");
  const bool sorted = std::adjacent_find(steps.begin(), steps.end(),
                                         [](const auto& a, const auto& b) { return a >= b; }) == steps.end();
  if (!sorted) throw Error(ErrorCode::field_value, "steps must be sorted, each once");
  return steps;
}

void read_subject(Lines& lines, Decision& decision) {
  const std::vector<std::string> words = split(lines.next(), ' ');
  if (words.size() != 3 || words[0] != k_label)
    throw grammar(1, fmt::format("expected \"{} <request> <decision>\"", k_label));
  const auto kind = std::find(k_decision_kinds.begin(), k_decision_kinds.end(), words[2]);
  if (kind == k_decision_kinds.end()) throw grammar(1, "the decision is none of approve, reject, revoke, post-review");
  decision.kind = static_cast<DecisionKind>(kind - k_decision_kinds.begin());
  try {
    decision.request = RequestId(words[1]);
  } catch (const Error& inner) {
    throw grammar(1, inner.message());
  }
  if (!lines.next().empty()) throw grammar(2, "expected an empty line");
}

}  // namespace

std::string_view decision_name(DecisionKind kind) { return k_decision_kinds.at(static_cast<std::size_t>(kind)); }

Decision parse_decision(std::string_view message) {
  if (message.size() > k_decision_message_bytes_max) {
    throw Error(ErrorCode::decision_too_large, fmt::format("the decision message has {} bytes, allowed are {}",
                                                           message.size(), k_decision_message_bytes_max));
  }
  Lines lines(message);
  Decision out;
  read_subject(lines, out);
  out.repo_id = lines.parsed("Dbw-Repo", hex_of);
  out.database = lines.parsed("Dbw-Database", name_of);
  out.environment = lines.parsed("Dbw-Environment", name_of);
  out.mode = lines.parsed("Dbw-Mode", mode_of);
  out.request_sha256 = lines.parsed("Dbw-Request", Digest::parse);
  out.verdict_sha256 = lines.parsed("Dbw-Verdict", Digest::parse);
  out.terms_sha256 = lines.parsed("Dbw-Terms", Digest::parse);
  out.steps = lines.parsed("Dbw-Steps", steps_of);
  if (lines.value("Dbw-Decision") != decision_name(out.kind))
    throw grammar(lines.number(), "Dbw-Decision differs from the first line");
  out.approver = lines.parsed("Dbw-Approver", name_of);
  out.not_after = lines.parsed("Dbw-Not-After", Timestamp::parse);
  out.nonce = lines.parsed("Dbw-Nonce", hex_of);
  if (needs_target(out.kind)) out.target = lines.parsed("Dbw-Target", Digest::parse);
  if (lines.next_is("Dbw-Comment")) out.comment = lines.value("Dbw-Comment");
  if (!lines.done()) throw grammar(lines.number() + 1, "unexpected line");
  if (render_decision(out) != message) throw grammar(lines.number(), "the message is not written as dbw writes it");
  return out;
}

std::string render_decision(const Decision& decision) {
  if (decision.target.has_value() != needs_target(decision.kind)) {
    throw Error(ErrorCode::decision_grammar, "a target belongs to revoke and post-review, and to these only");
  }
  if (!is_printable_ascii(decision.comment))
    throw Error(ErrorCode::decision_grammar, "a comment is one line of printable ASCII");
  std::string out = fmt::format("{} {} {}\n\n", k_label, decision.request.text(), decision_name(decision.kind));
  const auto line = [&](std::string_view key, std::string_view value) { out += fmt::format("{}: {}\n", key, value); };
  line("Dbw-Repo", decision.repo_id);
  line("Dbw-Database", decision.database);
  line("Dbw-Environment", decision.environment);
  line("Dbw-Mode", mode_name(decision.mode));
  line("Dbw-Request", decision.request_sha256.text());
  line("Dbw-Verdict", decision.verdict_sha256.text());
  line("Dbw-Terms", decision.terms_sha256.text());
  line("Dbw-Steps", decision.steps.empty() ? std::string(k_no_steps) : join(decision.steps, ","));
  line("Dbw-Decision", decision_name(decision.kind));
  line("Dbw-Approver", decision.approver);
  line("Dbw-Not-After", decision.not_after.text());
  line("Dbw-Nonce", decision.nonce);
  if (decision.target) line("Dbw-Target", decision.target->text());
  if (!decision.comment.empty()) line("Dbw-Comment", decision.comment);
  if (out.size() > k_decision_message_bytes_max)
    throw Error(ErrorCode::decision_too_large, "the decision message is too long; shorten the comment");
  return out;
}

}  // namespace dbw::model
