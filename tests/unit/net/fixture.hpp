#pragma once

#include <gtest/gtest.h>

#include <string>

#include "net/http.hpp"
#include "support/error_of.hpp"
#include "support/web_server.hpp"

namespace dbw::net {

using test::code_of;
using test::error_of;

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
