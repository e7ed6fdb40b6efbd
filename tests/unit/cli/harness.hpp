#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/command.hpp"

/// Runs run_main in a child process, so that its signal handlers, descriptors and output buffer stay out of the test.
namespace dbw::test {

struct Outcome {
  int status = -1;  ///< exit status; 128 + n where signal n ended it
  std::string out;
  std::string err;
};

/// What the child does just before run_main, for example close(1).
using Before = std::function<void()>;

/// A tool named dbw-demo with commands that show what reached them; `arguments` do not include the program's name.
Outcome run_demo(
    const std::vector<std::string>& arguments, const Before& before = [] {}, const std::string& input = "");

/// The demo's data, its values in static storage of the child.
cli::Tool demo_tool();

}  // namespace dbw::test
