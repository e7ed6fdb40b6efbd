#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "base/limits.hpp"
#include "review/review.hpp"

namespace dbw::test {

inline review::ReviewInput input_of(std::string_view sql, Engine engine = Engine::postgresql) {
  review::ReviewInput input;
  input.engine = engine;
  input.environment = "staging";
  input.files.push_back({"a.sql", sqlparse::parse(engine, sql, {.bytes_max = k_sql_bytes_max}), true});
  return input;
}

inline const model::Finding* find(const model::Review& review, std::string_view rule) {
  const auto found = std::find_if(review.findings.begin(), review.findings.end(),
                                  [&](const model::Finding& it) { return it.rule == rule; });
  return found != review.findings.end() ? &*found : nullptr;
}

inline std::size_t count(const model::Review& review, std::string_view rule) {
  return static_cast<std::size_t>(std::count_if(review.findings.begin(), review.findings.end(),
                                                [&](const model::Finding& it) { return it.rule == rule; }));
}

}  // namespace dbw::test
