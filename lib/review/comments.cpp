#include "review/comments.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

constexpr std::string_view k_allow = "dbw:allow";
constexpr std::string_view k_until = "until";

/// Moves "until 2027-01-31" from the reason's end. A word after "until" that begins with a digit is meant as a date,
/// also where it is none: a wish that seems to end must not last.
void take_until(AllowComment& comment) {
  const std::size_t word = comment.reason.find_last_of(" \t") + 1;  // 0 where there is one word
  const std::string_view last = std::string_view(comment.reason).substr(word);
  const std::string_view before = trim(std::string_view(comment.reason).substr(0, word));
  const std::string_view rest = before.substr(0, before.size() - std::min(before.size(), k_until.size()));
  const bool apart = rest.empty() || rest.back() == ' ' || rest.back() == '\t';
  if (!before.ends_with(k_until) || !apart || last.empty() || last.front() < '0' || last.front() > '9') return;
  comment.until = last;
  comment.reason = std::string(trim(rest));
}

/// What stands in a comment; empty: it is none.
std::string_view inside_comment(std::string_view comment) {
  const bool block = comment.starts_with("/*");
  if (block && comment.size() >= 4 && comment.ends_with("*/")) return comment.substr(2, comment.size() - 4);
  if (block || comment.starts_with("--")) return comment.substr(2);
  return comment.starts_with('#') ? comment.substr(1) : std::string_view();
}

void read_comment(std::string_view sql, std::size_t start, std::size_t end, std::vector<AllowComment>& out) {
  std::string_view text = trim(inside_comment(sql.substr(start, end - start)));
  if (to_lower(text.substr(0, k_allow.size())) != k_allow) return;
  text.remove_prefix(k_allow.size());
  if (!text.empty() && text.front() != ' ' && text.front() != '\t' && text.front() != ':') return;
  text = trim(text.substr(text.empty() || text.front() != ':' ? 0 : 1));
  const std::size_t word = text.find_first_of(" \t");
  AllowComment comment{.range = {start, end}, .rule = std::string(text.substr(0, word)), .reason = {}, .until = {}};
  if (word != std::string_view::npos) comment.reason = trim(text.substr(word));
  take_until(comment);
  out.push_back(std::move(comment));
}

/// Spares most texts a closer look.
bool mentions_allow(std::string_view sql) {
  for (std::size_t at = sql.find(':'); at != std::string_view::npos; at = sql.find(':', at + 1)) {
    constexpr std::size_t k_before = 3;  // "dbw"
    if (at >= k_before && to_lower(sql.substr(at - k_before, k_allow.size())) == k_allow) return true;
  }
  return false;
}

}  // namespace

std::vector<AllowComment> find_allow_comments(Engine engine, std::string_view sql) {
  std::vector<AllowComment> out;
  if (!mentions_allow(sql)) return out;
  for (std::size_t i = 0; i < sql.size();) {
    const std::size_t behind = skip_opaque(engine, sql, i);
    if (behind != i) read_comment(sql, i, behind, out);
    i = std::max(behind, i + 1);
  }
  return out;
}

bool is_date(std::string_view text) {
  try {
    Timestamp::parse(std::string(text) + "T00:00:00Z");
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace dbw::review
