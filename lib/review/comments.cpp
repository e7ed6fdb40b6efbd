#include "review/comments.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

constexpr std::string_view k_allow = "dbw:allow";

void read_comment(std::string_view sql, std::size_t start, std::size_t end, std::vector<AllowComment>& out) {
  std::string_view text = trim(sql.substr(start + 2, end - start - 2));
  if (text.substr(0, k_allow.size()) != k_allow) return;
  text.remove_prefix(k_allow.size());
  if (!text.empty() && text.front() != ' ' && text.front() != '\t' && text.front() != ':') return;
  text = trim(text.substr(text.empty() || text.front() != ':' ? 0 : 1));
  const std::size_t word = text.find_first_of(" \t");
  AllowComment comment{.range = {start, end}, .rule = std::string(text.substr(0, word)), .reason = {}};
  if (word != std::string_view::npos) comment.reason = trim(text.substr(word));
  out.push_back(std::move(comment));
}

}  // namespace

std::vector<AllowComment> find_allow_comments(Engine engine, std::string_view sql) {
  std::vector<AllowComment> out;
  if (sql.find(k_allow) == std::string_view::npos) return out;
  for (std::size_t i = 0; i < sql.size();) {
    const std::size_t behind = skip_opaque(engine, sql, i);
    if (behind != i && sql[i] == '-') read_comment(sql, i, behind, out);
    i = std::max(behind, i + 1);
  }
  return out;
}

}  // namespace dbw::review
