#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/error.hpp"

/// libFuzzer's entry, also called by replay_main.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace dbw::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Ends the process where a property does not hold; works in builds without assertions too.
inline void require(bool holds, const char* property) {
  if (holds) return;
  std::fprintf(stderr, "property violated: %s\n", property);
  std::abort();
}

/// Runs a parser that may refuse with dbw::Error and nothing else; a refusal must not call itself a bug.
template <typename Action>
void may_refuse(Action action) {
  try {
    action();
  } catch (const Error& error) {
    require(error.code() != ErrorCode::internal_bug, "hostile input is not reported as a bug");
  }
}

}  // namespace dbw::fuzz
