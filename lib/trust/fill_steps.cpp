#include <algorithm>
#include <map>
#include <set>

#include "trust/matching.hpp"

namespace dbw::trust {
namespace {

/// Kuhn's augmenting paths over places; small enough here (people times places) that nothing faster is needed.
class Matcher {
 public:
  Matcher(const std::vector<model::Step>& steps, const std::vector<Candidate>& candidates) {
    for (const model::Step& step : steps) {
      for (int i = 0; i < step.need; ++i) m_places.push_back(step.id);
    }
    std::sort(m_places.begin(), m_places.end());
    for (const Candidate& candidate : candidates)
      m_humans[candidate.human].insert(candidate.steps.begin(), candidate.steps.end());
    m_holder.resize(m_places.size());
    for (const auto& [human, allowed] : m_humans) {
      std::vector<bool> visited(m_places.size(), false);
      place(human, visited);
    }
  }

  Filling result() const {
    Filling out;
    std::map<std::string, int> open;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
      if (m_holder[i].empty()) {
        ++open[m_places[i]];
      } else {
        out.filled.emplace_back(m_places[i], m_holder[i]);
      }
    }
    std::sort(out.filled.begin(), out.filled.end());
    out.missing.assign(open.begin(), open.end());
    return out;
  }

 private:
  bool place(const std::string& human, std::vector<bool>& visited) {
    const std::set<std::string>& allowed = m_humans.at(human);
    for (std::size_t i = 0; i < m_places.size(); ++i) {
      if (visited[i] || allowed.count(m_places[i]) == 0) continue;
      visited[i] = true;
      if (m_holder[i].empty() || place(m_holder[i], visited)) {
        m_holder[i] = human;
        return true;
      }
    }
    return false;
  }

  std::vector<std::string> m_places;                      ///< step id per place
  std::map<std::string, std::set<std::string>> m_humans;  ///< sorted, so that the order of candidates does not matter
  std::vector<std::string> m_holder;                      ///< human per place, empty: open
};

}  // namespace

Filling fill_steps(const std::vector<model::Step>& steps, const std::vector<Candidate>& candidates) {
  return Matcher(steps, candidates).result();
}

}  // namespace dbw::trust
