#pragma once

#include <string>
#include <vector>

#include "support/tool_world.hpp"

namespace dbw::test {

/// A world one of whose environments is a fleet: databases m1, m2 ... that are alike, m3 the canary, and one may fail.
class FleetWorld {
 public:
  FleetWorld(Engine engine, int members, const std::string& environment = "staging");

  ToolWorld& world() { return m_world; }
  const ToolWorld& world() const { return m_world; }
  const std::vector<std::string>& members() const { return m_members; }
  /// As the policy lists a member: its name and the id of its database.
  static std::string entry(const std::string& member);
  /// SQL of an administrator on one member.
  std::string sql(const std::string& member, const std::string& text) const { return m_world.sql(text, member); }
  void sql_everywhere(const std::string& text) const;
  /// "1 0 1 ...": what each member answers.
  std::string each(const std::string& query) const;
  /// How often each member has the id.
  std::string applied(int id) const;
  /// A request that puts `row` into the table `applied`.
  void propose(const std::string& id, int row, const std::vector<std::string>& flags = {}) const;
  /// Another runner of the same executor, with a state folder of its own.
  std::string other_runner(const std::string& name) const;
  /// Another exec.yaml, in which nobody listens where the member is said to be; servers only.
  std::string config_without(const std::string& member) const;
  ProcessResult run(const std::vector<std::string>& flags, const std::string& config = "exec.yaml") const;
  void expect_good_log() const;

 private:
  ToolWorld m_world;
  std::string m_environment;
  std::vector<std::string> m_members;
};

/// How often `part` stands in `text`.
std::size_t count(const std::string& text, const std::string& part);

}  // namespace dbw::test
