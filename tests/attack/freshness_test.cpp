#include <gmock/gmock.h>

#include <fmt/format.h>

#include "executor_scene.hpp"

/// Who withholds the executor's newer log from the issuer, against policy that bounds its age.
namespace dbw::test {
namespace {

using testing::HasSubstr;

/// The issuer's answer as it is `offset` from now.
ProcessResult issue_at(const ToolWorld& world, const std::string& offset) {
  std::ofstream(world.path(".faketimerc")) << offset << "\n";
  return world.run("issuer", {"dbw-sign", "token", "--due", "--config", world.path("issuer/issuer.yaml")},
                   {{"LD_PRELOAD", faketime_library()},
                    {"HOME", world.path()},
                    {"ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0"}});
}

TEST(Freshness, TheIssuerSignsNothingWhileTheLogIsWithheld) {
  if (faketime_library().empty()) GTEST_SKIP() << "SKIPPED: libfaketime is not installed";
  const ToolWorld world(Engine::sqlite);
  world.new_policy(2, {{"limits:", "freshness: {log_max_age: 1h}\nlimits:"}});
  world.propose("FRESH-1", k_update, "production");
  world.approve("bob", "FRESH-1");
  EXPECT_EQ(issue_at(world, "+30m").status, 0);
  const ProcessResult withheld = issue_at(world, "+2h");
  EXPECT_EQ(withheld.status, 1);
  EXPECT_THAT(withheld.errors, HasSubstr("DBW-E0978"));
  EXPECT_EQ(at_time(world, "+2h", {"--due"}).status, 4);
  EXPECT_EQ(issue_at(world, "+2h").status, 0) << "the executor has shown that it is there";
  const std::string size = world.git("audit.git", {"show", world.log_ref() + ":checkpoint"});
  EXPECT_EQ(at_time(world, "+125m", {"--due"}).status, 4);
  EXPECT_EQ(world.git("audit.git", {"show", world.log_ref() + ":checkpoint"}), size)
      << "a line at most every half hour";
  EXPECT_EQ(world.verify().status, 0);
}

}  // namespace
}  // namespace dbw::test
