#include <set>

#include "support/error_of.hpp"

namespace dbw::test {
namespace {

TEST(ErrorTable, NumbersAndNamesAreUnique) {
  std::set<int> numbers;
  std::set<std::string_view> names;
  for (const ErrorInfo& info : error_table()) {
    EXPECT_TRUE(numbers.insert(static_cast<int>(info.code)).second) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
  }
}

TEST(ErrorTable, EveryCodeFindsItsRow) {
  for (const ErrorInfo& info : error_table()) EXPECT_EQ(error_info(info.code).name, info.name);
}

TEST(ErrorTable, UnknownCodeIsABug) {
  EXPECT_EQ(error_info(static_cast<ErrorCode>(9999)).name, "internal_bug");
  EXPECT_EQ(error_id(ErrorCode::bad_usage), "DBW-E0002");
  EXPECT_EQ(error_id(ErrorCode::document_too_large), "DBW-E0101");
}

TEST(ErrorClass, NamesPlaceAndActivity) {
  Error error(ErrorCode::bad_name, "bad");
  error.at("policy.yaml", {4, 3}).while_doing("reading the policy").while_doing("planning");
  EXPECT_EQ(error.message(), "policy.yaml:4:3: bad (while reading the policy) (while planning)");
  EXPECT_STREQ(error.what(), error.message().c_str());
  EXPECT_EQ(Error(ErrorCode::bad_name, "bad").at("x").message(), "x: bad");
}

TEST(ErrorClass, HintFallsBackToTheTable) {
  EXPECT_EQ(Error(ErrorCode::bad_usage, "m").hint(), "Run the command with --help.");
  EXPECT_EQ(Error(ErrorCode::bad_usage, "m", "h").hint(), "h");
  EXPECT_EQ(Error(ErrorCode::bad_usage, "m").status(), ExitStatus::usage);
}

TEST(ErrorClass, RefusalRoundTrip) {
  const Refusal refusal{ErrorCode::bad_time, "late", "hurry"};
  const Refusal back = Error(refusal).refusal();
  EXPECT_EQ(back.code, refusal.code);
  EXPECT_EQ(back.message, "late");
  EXPECT_EQ(back.hint, "hurry");
}

}  // namespace
}  // namespace dbw::test
