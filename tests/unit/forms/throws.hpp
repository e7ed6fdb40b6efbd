#pragma once

#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dbw::test {

/// "yaml_alias" and the like: the name of the code with which `action` failed; "nothing" where it did not.
template <typename Action>
std::string code_of(Action action, std::string* message = nullptr) {
  try {
    action();
  } catch (const Error& error) {
    if (message != nullptr) *message = error.message();
    return std::string(error_info(error.code()).name);
  }
  return "nothing";
}

}  // namespace dbw::test
