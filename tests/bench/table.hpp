#pragma once

#include <functional>
#include <string>
#include <vector>

/// Measures work side by side with what it is compared to, and prints the table of scripts/bench. It asserts nothing.
namespace dbw::bench {

struct Time {
  double wall = 0;          ///< seconds
  double cpu = 0;           ///< seconds of this process, all threads; children are not counted
  double children_cpu = 0;  ///< seconds of the programs that were started and waited for
};

struct Row {
  std::string work, ours, theirs, ratio, target;
  bool met = false;
};

Time measure(const std::function<void()>& action);
/// The fastest of `times` runs: what else ran on the machine only ever adds.
Time fastest(int times, const std::function<void()>& action);
struct Pair {
  Time ours, theirs;
};
/// The fastest of each, taken by turns: a machine that is slow for a while is slow for both.
Pair by_turns(int times, const std::function<void()>& ours, const std::function<void()>& theirs);
/// "12.3 ms", "4.56 us".
std::string seconds_text(double seconds);
/// A row about a quotient ours / theirs that should not exceed `limit`.
Row ratio_row(std::string work, double ours, double theirs, double limit, std::string_view note = {});
void print(const Row& row);
void print_head();

struct Sizes {
  bool full = false;
  std::size_t rows() const { return full ? 5'000'000 : 1'000'000; }
  std::size_t entries() const { return full ? 1'000'000 : 20'000; }
  std::size_t requests() const { return full ? 100'000 : 1'000; }
};

// One function for each part of the table; each prints its rows.
void bench_start(const Sizes& sizes);
void bench_approval(const Sizes& sizes);
void bench_approvals(const Sizes& sizes);
void bench_review(const Sizes& sizes);
void bench_audit(const Sizes& sizes);
void bench_runs(const Sizes& sizes);
void bench_export(const Sizes& sizes);
void bench_many_requests(const Sizes& sizes);

/// The child of bench_export: writes the table into a CSV file, as it is or sealed.
int export_child(const std::vector<std::string>& arguments);

}  // namespace dbw::bench
