#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dbw::test {

/// The SQL statements of a mysqltest script, as the server would be sent them: without the commands of mysqltest itself
/// and what those make up at run time (eval), in order, the delimiter taken off.
std::vector<std::string> mysqltest_statements(std::string_view script);

}  // namespace dbw::test
