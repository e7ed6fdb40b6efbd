#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <string>

#include "base/error.hpp"
#include "net/http.hpp"
#include "support/web_server.hpp"

namespace dbw {

/// GoogleTest shows error codes by name.
inline void PrintTo(const ErrorCode& code, std::ostream* out) { *out << error_info(code).name; }

}  // namespace dbw

namespace dbw::net {

/// What `action` threw.
template <typename Action>
std::optional<Error> error_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

template <typename Action>
std::optional<ErrorCode> code_of(const Action& action) {
  const auto error = error_of(action);
  return error ? std::optional(error->code()) : std::nullopt;
}

/// One server for all tests of a suite.
class Http : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { server = std::make_unique<test::WebServer>(); }
  static void TearDownTestSuite() { server.reset(); }

  /// A GET that trusts the server's authority.
  static HttpRequest get(const std::string& service, const std::string& target) {
    return {.url = server->url(service, target), .ca_file = server->ca_file()};
  }
  static HttpRequest post(const std::string& service, const std::string& target, const std::string& body) {
    HttpRequest request = get(service, target);
    request.method = "POST";
    request.body = body;
    return request;
  }

  static inline std::unique_ptr<test::WebServer> server;
};

}  // namespace dbw::net
