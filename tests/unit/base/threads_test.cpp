#include "base/threads.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

namespace dbw {
namespace {

TEST(RunTogether, EachPartRunsOnce) {
  std::vector<std::atomic<int>> runs(8);
  run_together(8, [&](unsigned number) { ++runs[number]; });
  for (const std::atomic<int>& each : runs) EXPECT_EQ(each.load(), 1);
  run_together(0, [](unsigned) { FAIL() << "there was nothing to do"; });
}

TEST(RunTogether, AllEndBeforeTheFirstFailureIsThrown) {
  std::atomic<int> ended = 0;
  const auto work = [&](unsigned number) {
    ++ended;
    if (number % 2 == 1) throw std::runtime_error("part " + std::to_string(number));
  };
  try {
    run_together(6, work);
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "part 1");
  }
  EXPECT_EQ(ended.load(), 6);
}

TEST(RunTogether, OnlyTheCallersThreadTakesSignals) {
  std::vector<int> blocked(3, -1);
  run_together(3, [&](unsigned number) {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked[number] = sigismember(&mask, SIGTERM);
  });
  EXPECT_EQ(blocked, (std::vector<int>{0, 1, 1}));
}

TEST(UsefulThreads, AreBoundedOnEachSide) {
  EXPECT_EQ(useful_threads(3, 100, 8), 3u);
  EXPECT_EQ(useful_threads(16, 100, 8), 8u);
  EXPECT_EQ(useful_threads(16, 2, 8), 2u);
  EXPECT_EQ(useful_threads(16, 0, 8), 1u);
  EXPECT_GE(useful_threads(0, 100, 8), 1u);
}

}  // namespace
}  // namespace dbw
