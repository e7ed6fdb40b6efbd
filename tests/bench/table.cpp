#include "table.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>

#include <sys/resource.h>

#include <fmt/format.h>

namespace dbw::bench {
namespace {

constexpr std::string_view k_form = "{:<58} {:>12} {:>12} {:>9}  {:<12} {}\n";

double cpu_now() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double children_cpu_now() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Time faster(const Time& a, const Time& b) {
  return {std::min(a.wall, b.wall), std::min(a.cpu, b.cpu), std::min(a.children_cpu, b.children_cpu)};
}

}  // namespace

Time measure(const std::function<void()>& action) {
  const double cpu = cpu_now(), children = children_cpu_now();
  const auto start = std::chrono::steady_clock::now();
  action();
  return {std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), cpu_now() - cpu,
          children_cpu_now() - children};
}

Time fastest(int times, const std::function<void()>& action) {
  Time best = measure(action);
  for (int i = 1; i < times; ++i) best = faster(best, measure(action));
  return best;
}

Pair by_turns(int times, const std::function<void()>& ours, const std::function<void()>& theirs) {
  Pair best{measure(ours), measure(theirs)};
  for (int i = 1; i < times; ++i) best = {faster(best.ours, measure(ours)), faster(best.theirs, measure(theirs))};
  return best;
}

std::string seconds_text(double seconds) {
  if (seconds >= 1) return fmt::format("{:.2f} s", seconds);
  if (seconds >= 1e-3) return fmt::format("{:.2f} ms", seconds * 1e3);
  return fmt::format("{:.1f} us", seconds * 1e6);
}

Row ratio_row(std::string work, double ours, double theirs, double limit, std::string_view note) {
  const double ratio = ours / theirs;
  const std::string text = ratio < 0.1 ? fmt::format("{:.4f}", ratio) : fmt::format("{:.2f}", ratio);
  return {std::move(work), seconds_text(ours), seconds_text(theirs), text, fmt::format("<= {}{}", limit, note),
          ratio <= limit};
}

void print(const Row& row) {
  fmt::print(k_form, row.work, row.ours, row.theirs, row.ratio, row.target,
             row.target.empty() ? ""
             : row.met          ? "met"
                                : "NOT MET");
  std::fflush(stdout);
}

void print_head() { fmt::print(k_form, "work", "ours", "theirs", "ratio", "target", ""); }

}  // namespace dbw::bench
