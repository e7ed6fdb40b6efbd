#include "audit/verify_checks.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "audit/bodies.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace dbw::audit {

void TileCheck::resume(std::uint64_t size, std::uint64_t size_now) {
  std::vector<std::vector<Digest>> edge;
  std::vector<std::uint64_t> full;
  for (int level = 0; level < 8 && (size >> (8 * level)) != 0; ++level) {
    const std::uint64_t complete = size >> (8 * level);
    full.push_back(complete / k_tile_width);
    edge.emplace_back();
    if (complete % k_tile_width == 0) continue;
    edge.back() = read_tile(m_files, level, full.back(),
                            std::min(k_tile_width, (size_now >> (8 * level)) - full.back() * k_tile_width));
    edge.back().resize(complete % k_tile_width);
  }
  m_edge = std::move(edge);
  m_full = std::move(full);
}

void TileCheck::finish() {
  for (std::size_t level = 0; level < m_edge.size(); ++level)
    if (!m_edge[level].empty()) compare(level, m_full[level], m_edge[level]);
}

void TileCheck::push(std::size_t level, const Digest& hash) {
  if (level == m_edge.size()) {
    m_edge.emplace_back();
    m_full.push_back(0);
  }
  m_edge[level].push_back(hash);
  if (m_edge[level].size() < k_tile_width) return;
  const std::vector<Digest> full = std::exchange(m_edge[level], {});
  compare(level, m_full[level]++, full);
  push(level + 1, root_of(full));
}

void TileCheck::compare(std::size_t level, std::uint64_t index, const std::vector<Digest>& expected) {
  try {
    const std::vector<Digest> found = read_tile(m_files, static_cast<int>(level), index, expected.size());
    const auto [mine, its] = std::mismatch(expected.begin(), expected.end(), found.begin());
    if (mine == expected.end()) return;
    const auto place = static_cast<std::uint64_t>(mine - expected.begin());
    const std::optional<std::uint64_t> seq = level == 0 ? std::optional(index * k_tile_width + place) : std::nullopt;
    m_findings.add(seq, ErrorCode::audit_tile_mismatch,
                   fmt::format("{}: hash {} does not follow from the lines",
                               tile_path(static_cast<int>(level), index, expected.size()), place));
  } catch (const Error& error) {
    m_findings.add(std::nullopt, error);
  }
}

void ExecutionCheck::see(const model::AuditEntry& entry, std::uint64_t seq) {
  if (entry.type == "intent")
    m_open.insert_or_assign(seq, open_of(entry));
  else if (entry.type == "result")
    see_result(entry, parse_result_body(entry.body), seq);
}

std::optional<ExecutionCheck::Open> ExecutionCheck::earlier(std::uint64_t seq) {
  if (seq >= m_start) return std::nullopt;
  const std::optional<std::string> bytes = read_line(m_files, seq, m_size);
  if (!bytes) return std::nullopt;
  const Line line = parse_line(*bytes);
  if (line.entry.type != "intent") return std::nullopt;
  return open_of(line.entry);
}

ExecutionCheck::Open ExecutionCheck::open_of(const model::AuditEntry& intent) {
  const IntentBody body = parse_intent_body(intent.body);
  return {intent.request_sha256, body.steps, body.member};
}

void ExecutionCheck::see_result(const model::AuditEntry& entry, const ResultBody& body, std::uint64_t seq) {
  const auto intent_seq = static_cast<std::uint64_t>(body.intent_seq);
  const auto found = m_open.find(intent_seq);
  const std::optional<Open> intent = found != m_open.end() ? found->second : earlier(intent_seq);
  if (!intent || intent->request != entry.request_sha256 || intent->member != body.member) {
    m_findings.add(
        seq, ErrorCode::audit_result_unmatched,
        fmt::format("the result names intent {}, which is no open intent for its request and member", intent_seq));
    return;
  }
  if (body.outcome == "executed") require_first_time(*intent, seq);
  // What became of an unknown or lost run may still be found out.
  if (found != m_open.end() && body.outcome != "unknown" && body.outcome != "lost") m_open.erase(found);
}

void ExecutionCheck::require_first_time(const Open& intent, std::uint64_t seq) {
  for (const std::string& step : intent.steps) {
    std::vector<std::string> what = {intent.request ? intent.request->raw() : std::string(), step};
    if (!intent.member.empty()) what.push_back(intent.member);
    if (!m_executed.insert(crypto::tuple_hash("executed", what)).second)
      m_findings.add(seq, ErrorCode::audit_executed_twice, fmt::format("step {} was executed before", printable(step)));
  }
}

}  // namespace dbw::audit
