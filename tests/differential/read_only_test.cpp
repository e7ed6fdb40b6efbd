// What the classifiers call read-only, run on live servers: nothing may change. The statements and what is expected of
// them stand in statements/<engine>.txt.
#include <iostream>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "differential/probe.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::test {
namespace {

using testing::IsEmpty;
using testing::StartsWith;

struct Case {
  std::string mark;
  std::string sql;
};

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

std::vector<Case> cases_of(Engine engine, const std::string& folder) {
  std::vector<Case> out;
  for (const std::string& line : read_statements(fmt::format("{}.txt", engine_name(engine)))) {
    const std::size_t blank = line.find(' ');
    out.push_back(
        {line.substr(0, blank), replaced(replaced(line.substr(blank + 1), "<LF>", "\n"), "<FOLDER>", folder)});
  }
  return out;
}

class ReadOnly : public testing::TestWithParam<Engine> {
 protected:
  static bool claimed(std::string_view sql) { return sqlparse::parse(GetParam(), sql, {k_sql_bytes_max}).read_only(); }
  static std::string reason(std::string_view sql) {
    const sqlparse::ParsedSql parsed = sqlparse::parse(GetParam(), sql, {k_sql_bytes_max});
    if (!parsed.problems.empty()) return parsed.problems.front().message;
    return parsed.statements.empty() ? "no statement" : parsed.statements.front().reason;
  }
};

TEST_P(ReadOnly, ClaimsHoldOnTheServer) {
  const std::unique_ptr<Probe> probe = make_probe(GetParam());
  int run = 0;
  int proven = 0;
  int effects_seen = 0;
  int hidden = 0;
  for (const Case& each : cases_of(GetParam(), probe->folder())) {
    SCOPED_TRACE(each.mark + " " + each.sql);
    ++run;
    const bool read_only = claimed(each.sql);
    if (each.mark == "skip") {
      EXPECT_FALSE(read_only);
    } else if (each.mark == "read") {
      EXPECT_TRUE(read_only) << reason(each.sql);
      EXPECT_EQ(probe->guard(each.sql), "");
      EXPECT_EQ(probe->run(each.sql, true), "");
      EXPECT_THAT(probe->seen(), IsEmpty());
      EXPECT_EQ(probe->run_read_only(each.sql), "");
      EXPECT_THAT(probe->seen(), IsEmpty());
      proven += read_only ? 1 : 0;
    } else if (each.mark == "act") {
      EXPECT_FALSE(read_only);
      probe->run(each.sql, false);
      effects_seen += probe->seen().empty() ? 0 : 1;
    } else if (each.mark == "hide" || each.mark == "leak") {
      EXPECT_TRUE(read_only) << "the text alone tells it now: mark it act";
      probe->run(each.sql, false);
      EXPECT_FALSE(probe->seen().empty()) << "it hides nothing";
      probe->run_read_only(each.sql);
      EXPECT_EQ(probe->seen().empty(), each.mark == "hide") << join(probe->seen(), ", ");
      EXPECT_THAT(probe->guard(each.sql), StartsWith("the query comes to ")) << "nothing keeps it from being sent";
      ++hidden;
    } else if (each.mark == "deny") {
      EXPECT_TRUE(read_only) << "the text alone tells it now: mark it act";
      EXPECT_NE(probe->run_read_only(each.sql), "") << "the executor's session lets it run";
      EXPECT_THAT(probe->seen(), IsEmpty());
      ++hidden;
    } else if (each.mark == "wary") {
      EXPECT_TRUE(read_only) << reason(each.sql);
      EXPECT_EQ(probe->run(each.sql, false), "");
      EXPECT_THAT(probe->seen(), IsEmpty());
      EXPECT_THAT(probe->guard(each.sql), StartsWith("the query comes to "));
    } else {
      ADD_FAILURE() << "no such mark";
    }
  }
  RecordProperty("statements", run);
  RecordProperty("read_only", proven);
  RecordProperty("effects_seen", effects_seen);
  RecordProperty("hidden", hidden);
  std::cout << fmt::format("{}: {} statements, {} read-only and proven so, effects of {} seen, {} hidden and found\n",
                           engine_name(GetParam()), run, proven, effects_seen, hidden);
  EXPECT_GE(run, 300);
  EXPECT_GE(proven, 60);
  EXPECT_GE(effects_seen, 100) << "the probe is blind";
}

INSTANTIATE_TEST_SUITE_P(Engines, ReadOnly, testing::Values(Engine::postgresql, Engine::mariadb, Engine::sqlite),
                         [](const testing::TestParamInfo<Engine>& given) {
                           return std::string(engine_name(given.param));
                         });

}  // namespace
}  // namespace dbw::test
