#include "model/step_line.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dbw {
namespace {

using model::StepLine;

TEST(StepLine, SaysHowAStepRuns) {
  using std::nullopt;
  const std::pair<std::string_view, std::optional<StepLine>> table[] = {
      {"SELECT 1;", nullopt},
      {"", nullopt},
      {"-- dbw:allow drop-table reason\nDROP TABLE t;", nullopt},
      {"-- dbw:step transaction: none\nSELECT 1;", StepLine{false, nullopt}},
      {"-- dbw:step transaction: required; 1 of 2 of a.sql, in one request", StepLine{true, nullopt}},
      {"  --dbw:step   transaction:none ;batch: id=1", StepLine{false, nullopt}},
      {"-- dbw:step batch: id=5000\n", StepLine{true, model::Batch{"id", 5000, Milliseconds(0), nullopt, nullopt}}},
      {"-- dbw:step batch: Id=1,pause=250ms,lag_max=10s,sessions_max=40; x",
       StepLine{true, model::Batch{"Id", 1, Milliseconds(250), Seconds(10), 40}}},
  };
  for (const auto& [sql, expected] : table) EXPECT_EQ(model::parse_step_line(sql), expected) << sql;
}

TEST(StepLine, WhatIsWrittenIsRead) {
  const StepLine lines[] = {{true, std::nullopt},
                            {false, std::nullopt},
                            {true, model::Batch{"id", 5000, Milliseconds(2000), Seconds(90), 7}}};
  for (const StepLine& line : lines) {
    EXPECT_EQ(model::parse_step_line(model::render_step_line(line, "")), line);
    EXPECT_EQ(model::parse_step_line(model::render_step_line(line, "2 of 3; of a.sql") + "SELECT 1;\n"), line);
  }
}

TEST(StepLine, AWrongOneIsAnError) {
  for (const std::string_view sql :
       {"-- dbw:step", "-- dbw:step;", "-- dbw:steps transaction: none", "-- dbw:step none",
        "-- dbw:step transaction: no", "-- dbw:step transaction:", "-- dbw:step batch:", "-- dbw:step batch: id",
        "-- dbw:step batch: id=0", "-- dbw:step batch: id=1000001", "-- dbw:step batch: =5",
        "-- dbw:step batch: id=5,size=6", "-- dbw:step batch: id=5,pause=2h", "-- dbw:step batch: id=5,",
        "-- dbw:step batch: id=5,sessions_max=0", "-- A comment.\n-- dbw:step batch: id=5000\nUPDATE t SET a = 1;",
        "-- dbw:step transaction: none\n-- dbw:step transaction: none\n"}) {
    try {
      model::parse_step_line(sql);
      ADD_FAILURE() << "accepted: " << sql;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::step_line_malformed) << sql;
    }
  }
  EXPECT_THROW(model::parse_step_line("-- dbw:step batch: id=5,pause=soon"), Error);
}

TEST(StepLine, IsFoundWhereItReadsAsOne) {
  for (const std::string_view sql : {"-- dbw:step transaction: none", "  --dbw:step x", "SELECT 1;\n--\tdbw:step\n"})
    EXPECT_TRUE(model::has_step_line(sql)) << sql;
  for (const std::string_view sql : {"", "SELECT 1;", "SELECT 1; -- dbw:step", "-- a dbw:step", "/* dbw:step */"})
    EXPECT_FALSE(model::has_step_line(sql)) << sql;
}

}  // namespace
}  // namespace dbw
