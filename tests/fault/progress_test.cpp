// What a person sees on the terminal while a query or a batch runs, and what a log gets.
#include <fmt/format.h>

#include "base/text.hpp"
#include "support/tool_world.hpp"

namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ProgressFlow : public testing::Test {
 protected:
  static ToolWorld& world() {
    static ToolWorld world(Engine::sqlite);
    return world;
  }
  static void ask(const std::string& id) {
    world().propose(id, "SELECT id FROM orders;", "staging", {"--kind", "query"});
  }
  /// All that a terminal of the program script gets to see.
  static std::string seen(const std::vector<std::string>& flags, const std::string& terminal = "xterm") {
    const std::string command = join(world().runner(flags), " ");
    const ProcessResult result =
        world().run("host", {"script", "-q", "-e", "-c", command, "/dev/null"}, {{"TERM", terminal}});
    EXPECT_EQ(result.status, 0) << result.output << result.errors;
    return result.output;
  }
};

TEST_F(ProgressFlow, AQueryRewritesOneLineOfATerminal) {
  ask("SHOW-1");
  const std::string text = seen({"SHOW-1"});
  EXPECT_THAT(text, HasSubstr("\r\x1b[KSHOW-1: step s1: ")) << text;
  const auto last = text.rfind("\x1b[K");
  ASSERT_NE(last, std::string::npos);
  EXPECT_THAT(text.substr(last + 3), HasSubstr("executed")) << "the outcome stands where the line stood";
}

TEST_F(ProgressFlow, ABatchSaysHowMuchIsLeft) {
  world().sql(
      "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 100) INSERT INTO pieces SELECT i, 0 "
      "FROM s;");
  world().propose("SHOW-2", "UPDATE pieces SET n = n + 1 WHERE n < 9000;", "staging", {"--batch", "id=50"});
  EXPECT_THAT(seen({"SHOW-2"}), HasSubstr("\r\x1b[KSHOW-2: step s1: 1 pieces, 50 rows, "));
}

TEST_F(ProgressFlow, QuietAndLogsStayClean) {
  for (const char* id : {"SHOW-3", "SHOW-4", "SHOW-5"}) ask(id);
  EXPECT_THAT(seen({"SHOW-3", "--quiet"}), Not(HasSubstr("rows/s")));
  EXPECT_THAT(seen({"SHOW-4"}, "dumb"), Not(HasSubstr("\x1b")));
  const ProcessResult piped = world().run_request("SHOW-5", {}, {{"TERM", "xterm"}});
  EXPECT_EQ(piped.status, 0);
  EXPECT_THAT(piped.output + piped.errors, Not(HasSubstr("\x1b")));
  EXPECT_THAT(piped.errors, HasSubstr("SHOW-5: running step s1"));
}

}  // namespace
}  // namespace dbw::test
