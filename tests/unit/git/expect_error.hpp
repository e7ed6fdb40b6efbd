#pragma once

#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"

/// Fails unless `statement` throws dbw::Error with exactly that code.
#define EXPECT_DBW_ERROR(statement, expected)                                                           \
  do {                                                                                                  \
    try {                                                                                               \
      static_cast<void>(statement);                                                                     \
      ADD_FAILURE() << "nothing was thrown by " #statement;                                             \
    } catch (const dbw::Error& error) {                                                                 \
      EXPECT_EQ(dbw::error_info(error.code()).name, dbw::error_info(expected).name) << error.message(); \
    }                                                                                                   \
  } while (false)
