#include "review/combine.hpp"

#include <algorithm>
#include <iterator>
#include <tuple>

namespace dbw::review {
namespace {

template <typename T>
void append(std::vector<T>& into, std::vector<T>& from) {
  into.insert(into.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

model::Review combine(std::vector<model::Review> parts) {
  if (parts.empty()) return {};
  model::Review out = std::move(parts.front());
  for (auto part = parts.begin() + 1; part != parts.end(); ++part) {
    append(out.statements, part->statements);
    append(out.findings, part->findings);
    append(out.factors, part->factors);
    out.risk = std::max(out.risk, part->risk);
  }
  // Within a file each part is sorted already, and no file is in two parts.
  std::stable_sort(out.findings.begin(), out.findings.end(),
                   [](const model::Finding& a, const model::Finding& b) { return a.file < b.file; });
  return out;
}

}  // namespace dbw::review
