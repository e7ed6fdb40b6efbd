#pragma once

#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"

/// A world in which alice and bob have seal keys and carol has none.
namespace dbw::test {

/// In every row of the queries below, and in nothing else: the database holds its halves.
inline constexpr std::string_view k_planted = "planted-secret";
inline constexpr std::string_view k_planted_sql = "SELECT id, 'planted' || '-secret' AS word FROM orders ORDER BY id;";
inline constexpr std::string_view k_planted_csv =
    "id,word\r\n1,planted-secret\r\n2,planted-secret\r\n3,planted-secret\r\n";

inline std::string seal_key_path(const ToolWorld& world, const std::string& person) {
  return world.path("people/" + person + "/seal-key.txt").string();
}

inline void give_seal_keys(const ToolWorld& world) {
  std::vector<std::string> flags;
  for (const std::string person : {"alice", "bob"}) {
    const std::string key(trim(world.must(person, {"dbw-request", "seal-key", "new"})));
    flags.insert(flags.end(), {"--seal-key", person + "=" + key});
  }
  world.new_roster(2, flags);
}

inline std::string result_ref(const std::string& id) { return "refs/heads/dbw/results/" + id; }

inline void ask(const ToolWorld& world, const std::string& id, const std::vector<std::string>& people,
                const std::string& sql = std::string(k_planted_sql), const std::vector<std::string>& more = {}) {
  std::vector<std::string> flags = {"--kind", "query"};
  for (const std::string& person : people) flags.insert(flags.end(), {"--results-to", person});
  flags.insert(flags.end(), more.begin(), more.end());
  world.propose(id, sql, "staging", flags);
}

inline ProcessResult result_of(const ToolWorld& world, const std::string& person, const std::string& id,
                               const std::vector<std::string>& flags = {}) {
  std::vector<std::string> command = {"dbw-request", "result", id};
  command.insert(command.end(), flags.begin(), flags.end());
  return world.run(person, command);
}

/// The files below the folder that hold the text.
inline std::vector<std::string> files_with(const std::filesystem::path& folder, std::string_view text) {
  std::vector<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && slurp(entry.path()).find(text) != std::string::npos)
      out.push_back(entry.path().string());
  }
  return out;
}

inline void expect_refused(const ProcessResult& result, int status, std::string_view error) {
  EXPECT_EQ(result.status, status) << result.output << result.errors;
  EXPECT_THAT(result.errors, testing::HasSubstr(std::string(error)));
  EXPECT_THAT(result.output + result.errors, testing::Not(testing::HasSubstr(std::string(k_planted))));
}

}  // namespace dbw::test
