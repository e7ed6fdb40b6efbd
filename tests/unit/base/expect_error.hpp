#pragma once

#include <optional>
#include <ostream>

#include "base/error.hpp"

namespace dbw {

/// GoogleTest shows error codes by name.
inline void PrintTo(const ErrorCode& code, std::ostream* out) { *out << error_info(code).name; }

}  // namespace dbw

namespace dbw::test {

/// The code with which `action` failed; nullopt where it did not.
template <typename Action>
std::optional<ErrorCode> code_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.code();
  }
  return std::nullopt;
}

}  // namespace dbw::test
