#include "sqlparse/postgresql/parser_threads.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support.hpp"

namespace dbw::sqlparse::test {
namespace {

using postgresql::run_on_parser_stacks;

/// Keys of thread-specific data that the process may still create.
std::size_t free_keys() {
  std::vector<pthread_key_t> keys;
  pthread_key_t key{};
  while (pthread_key_create(&key, nullptr) == 0) keys.push_back(key);
  for (const pthread_key_t each : keys) pthread_key_delete(each);
  return keys.size();
}

TEST(ParserThreads, TextsInEndlessNumberUseUpNothing) {
  const std::string large = "SELECT 1" + repeat("+1", 80'000);
  const std::size_t before = free_keys();
  for (int i = 0; i < 1'500; ++i) ASSERT_EQ(pg("SELECT 1").statements.size(), 1u);
  for (int i = 1; i <= 10; ++i)
    ASSERT_EQ(pg(large + repeat("+1", static_cast<std::size_t>(i) * 10'000)).statements.size(), 1u);
  EXPECT_GE(free_keys() + 40, before);
}

TEST(ParserThreads, WhatWorkThrowsIsThrownHereAndTheThreadsGoOn) {
  for (int i = 0; i < 20; ++i) {
    EXPECT_THROW(run_on_parser_stacks(2, 0, [] { throw std::runtime_error("no"); }), std::runtime_error);
    std::atomic<int> runs = 0;
    run_on_parser_stacks(3, 0, [&] { ++runs; });
    EXPECT_EQ(runs.load(), 3);
  }
}

TEST(ParserThreads, ServeSeveralThreadsAtOnce) {
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 6; ++caller) {
    callers.emplace_back([&, caller] {
      for (int i = 0; i < 60; ++i) {
        const bool large = caller == 0 && i % 20 == 0;
        const std::string sql = large ? "SELECT 1" + repeat("+1", 70'000) : "SELECT 1; UPDATE t SET a = 1";
        if (pg(sql).statements.size() != (large ? 1u : 2u)) ++wrong;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(wrong.load(), 0);
}

TEST(ParserThreads, TakeNoSignals) {
  int blocked = 0;
  run_on_parser_stacks(1, 0, [&] {
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    blocked = sigismember(&mask, SIGTERM);
  });
  EXPECT_EQ(blocked, 1);
}

}  // namespace
}  // namespace dbw::sqlparse::test
