#pragma once

#include <optional>
#include <ostream>

#include "base/error.hpp"

namespace dbw {

/// GoogleTest shows error codes by name.
inline void PrintTo(const ErrorCode& code, std::ostream* out) { *out << error_info(code).name; }

}  // namespace dbw

namespace dbw::test {

/// What `action` threw; nullopt where it did not.
template <typename Action>
std::optional<Error> error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

/// The code of what `action` threw.
template <typename Action>
std::optional<ErrorCode> code_of(const Action& action) {
  const auto error = error_of(action);
  return error ? std::optional(error->code()) : std::nullopt;
}

}  // namespace dbw::test
