#include "report/unified_diff.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

namespace dbw::report {
namespace {

constexpr std::size_t k_context_lines = 3;
/// Differing lines up to which the shortest difference is looked for, whose cost is their square.
constexpr std::size_t k_changes_max = 1000;

using Lines = std::vector<std::string_view>;

/// With their line ends.
Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

/// What becomes of the lines: `kept` pairs of equal ones, ascending in both.
struct Pair {
  std::size_t before;
  std::size_t after;
};

/// E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986): the furthest reaching paths of each number
/// of changes, and from the last of them the way back.
class Matcher {
 public:
  Matcher(const Lines& before, const Lines& after) : m_before(before), m_after(after) {}

  std::vector<Pair> run() {
    const auto changes_max = std::min(m_before.size() + m_after.size(), k_changes_max);
    std::vector<long> reach(2 * changes_max + 3, 0);
    const long middle = static_cast<long>(changes_max) + 1;
    for (long changes = 0; changes <= static_cast<long>(changes_max); ++changes) {
      m_history.push_back(reach);
      for (long k = -changes; k <= changes; k += 2) {
        const bool down = k == -changes || (k != changes && at(reach, middle + k - 1) < at(reach, middle + k + 1));
        long x = down ? at(reach, middle + k + 1) : at(reach, middle + k - 1) + 1;
        while (same(x, x - k)) ++x;
        at(reach, middle + k) = x;
        if (x >= size(m_before) && x - k >= size(m_after)) return way_back(changes, middle);
      }
    }
    return {};  // too different: all of the one for all of the other
  }

 private:
  static long size(const Lines& lines) { return static_cast<long>(lines.size()); }
  static long& at(std::vector<long>& list, long i) { return list[static_cast<std::size_t>(i)]; }
  bool same(long x, long y) const {
    return x < size(m_before) && y >= 0 && y < size(m_after) &&
           m_before[static_cast<std::size_t>(x)] == m_after[static_cast<std::size_t>(y)];
  }

  std::vector<Pair> way_back(long changes, long middle) {
    std::vector<Pair> out;
    long x = size(m_before), y = size(m_after);
    for (; changes >= 0; --changes) {
      std::vector<long>& reach = m_history[static_cast<std::size_t>(changes)];
      const long k = x - y;
      const bool down = k == -changes || (k != changes && at(reach, middle + k - 1) < at(reach, middle + k + 1));
      const long from_k = down ? k + 1 : k - 1;
      const long from_x = changes == 0 ? 0 : at(reach, middle + from_k);
      const long from_y = changes == 0 ? 0 : from_x - from_k;
      while (x > from_x && y > from_y) out.push_back({static_cast<std::size_t>(--x), static_cast<std::size_t>(--y)});
      x = from_x;
      y = from_y;
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

  const Lines& m_before;
  const Lines& m_after;
  std::vector<std::vector<long>> m_history;
};

/// The pairs of all lines: what is the same at both ends is cut off before the search.
std::vector<Pair> match(const Lines& before, const Lines& after) {
  std::size_t head = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  const auto middle_of = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head), lines.end() - static_cast<std::ptrdiff_t>(tail));
  };
  const Lines middle_before = middle_of(before), middle_after = middle_of(after);
  std::vector<Pair> out;
  for (std::size_t i = 0; i < head; ++i) out.push_back({i, i});
  for (const Pair& pair : Matcher(middle_before, middle_after).run())
    out.push_back({head + pair.before, head + pair.after});
  for (std::size_t i = tail; i > 0; --i) out.push_back({before.size() - i, after.size() - i});
  return out;
}

struct Change {
  std::size_t before_from, before_to;
  std::size_t after_from, after_to;
};

std::vector<Change> changes_between(const Lines& before, const Lines& after) {
  std::vector<Change> out;
  Pair at{0, 0};
  std::vector<Pair> kept = match(before, after);
  kept.push_back({before.size(), after.size()});
  for (const Pair& pair : kept) {
    if (pair.before > at.before || pair.after > at.after) out.push_back({at.before, pair.before, at.after, pair.after});
    at = {pair.before + 1, pair.after + 1};
  }
  return out;
}

void put(std::string& out, char mark, const Lines& lines, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < to; ++i) {
    out += mark;
    out += lines[i];
    if (!lines[i].ends_with('\n')) out += "\n\\ No newline at end of file\n";
  }
}

std::string range_text(std::size_t from, std::size_t size) {
  return size == 1 ? fmt::format("{}", from + 1) : fmt::format("{},{}", size == 0 ? from : from + 1, size);
}

/// Changes [first, last) with the lines around and between them.
std::string hunk(const Lines& before, const Lines& after, const Change* first, const Change* last) {
  const std::size_t lead = std::min(first->before_from, k_context_lines);
  const std::size_t trail = std::min(before.size() - (last - 1)->before_to, k_context_lines);
  const std::size_t before_from = first->before_from - lead, after_from = first->after_from - lead;
  std::string out = fmt::format("@@ -{} +{} @@\n", range_text(before_from, (last - 1)->before_to + trail - before_from),
                                range_text(after_from, (last - 1)->after_to + trail - after_from));
  std::size_t at = before_from;
  for (const Change* change = first; change != last; ++change) {
    put(out, ' ', before, at, change->before_from);
    put(out, '-', before, change->before_from, change->before_to);
    put(out, '+', after, change->after_from, change->after_to);
    at = change->before_to;
  }
  put(out, ' ', before, at, at + trail);
  return out;
}

/// A name with a blank in it ends at a tab, as GNU diff writes it.
std::string file_line(std::string_view mark, std::string_view folder, std::string_view name) {
  const bool blank = name.find(' ') != std::string_view::npos;
  return fmt::format("{} {}{}{}\n", mark, folder, name, blank ? "\t" : "");
}

std::string hunks(std::string_view before_bytes, std::string_view after_bytes) {
  const Lines before = lines_of(before_bytes), after = lines_of(after_bytes);
  const std::vector<Change> changes = changes_between(before, after);
  std::string out;
  for (std::size_t first = 0; first < changes.size();) {
    std::size_t last = first + 1;
    while (last < changes.size() && changes[last].before_from - changes[last - 1].before_to <= 2 * k_context_lines)
      ++last;
    out += hunk(before, after, &changes[first], changes.data() + last);
    first = last;
  }
  return out;
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  if (before == after) return {};
  return file_line("---", "a/", name) + file_line("+++", "b/", name) + hunks(before, after);
}

std::string unified_diff_of_new(std::string_view name, std::string_view after) {
  return file_line("---", "", "/dev/null") + file_line("+++", "b/", name) + hunks({}, after);
}

}  // namespace dbw::report
