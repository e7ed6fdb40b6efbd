#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"

namespace dbw::test {

/// Runs a program of a database server with nothing of ours in its environment.
inline ProcessResult run_program(const std::vector<std::string>& argv, std::string_view input) {
  ProcessRequest request;
  request.argv = argv;
  request.environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}, {"LC_ALL", "C.UTF-8"}};
  request.input = std::string(input);
  request.folder = "/";
  return run_process(request);
}

}  // namespace dbw::test
