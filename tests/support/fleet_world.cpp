#include "support/fleet_world.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/paths.hpp"

namespace dbw::test {

FleetWorld::FleetWorld(Engine engine, int members, const std::string& environment)
    : m_world(engine), m_environment(environment) {
  for (int i = 1; i <= members; ++i) m_members.push_back(fmt::format("m{}", i));
  const std::string policy = slurp(m_world.path("changes/.dbw/policy/1.yaml"));
  const std::size_t at = policy.find("target: ", policy.find(environment + ": {"));
  const std::string target = policy.substr(at, policy.find_first_of(",}\n", at) - at);
  const std::string line = m_world.target_line(environment, environment, "");
  std::string listed, lines;
  for (const std::string& member : m_members) {
    m_world.add_database(member);
    listed += (listed.empty() ? "" : ", ") + entry(member);
    lines += m_world.target_line(member, environment, member);
  }
  m_world.new_policy(2, {{target, fmt::format("fleet: {{members: {{{}}}, canary: [m3], failures_max: 1}}", listed)}});
  std::string config = slurp(m_world.path("exec/exec.yaml"));
  if (config.find(line) == std::string::npos) throw std::runtime_error("exec.yaml has another form");
  std::ofstream(m_world.path("exec/exec.yaml")) << config.replace(config.find(line), line.size(), lines);
  for (const std::string& member : m_members) m_world.set_up(member, environment, member);
  m_world.must("host",
               {"dbw-exec", "adopt", "--config", m_world.path("exec/exec.yaml"), "-d", "shop", "-e", environment});
}

std::string FleetWorld::entry(const std::string& member) {
  return fmt::format("{}: \"{}\"", member, std::string(32, member.back()));
}

void FleetWorld::sql_everywhere(const std::string& text) const {
  for (const std::string& member : m_members) sql(member, text);
}

std::string FleetWorld::each(const std::string& query) const {
  std::string out;
  for (const std::string& member : m_members) out += (out.empty() ? "" : " ") + sql(member, query);
  return out;
}

std::string FleetWorld::applied(int id) const {
  return each(fmt::format("SELECT count(*) FROM applied WHERE id = {};", id));
}

void FleetWorld::propose(const std::string& id, int row, const std::vector<std::string>& flags) const {
  m_world.propose(id, fmt::format("INSERT INTO applied (id) VALUES ({});", row), m_environment, flags);
}

std::string FleetWorld::other_runner(const std::string& name) const {
  return m_world.other_config(name + ".yaml", {{"state: state", "state: state-" + name}});
}

std::string FleetWorld::config_without(const std::string& member) const {
  const std::string line = m_world.target_line(member, m_environment, member);
  std::string gone = line;
  const std::string key = m_world.engine() == Engine::mariadb ? "socket: " : "host: ";
  const std::size_t at = gone.find(key) + key.size();
  gone.replace(at, gone.find(',', at) - at, m_world.path("nowhere").string());
  return m_world.other_config("without-" + member + ".yaml", {{line, gone}});
}

ProcessResult FleetWorld::run(const std::vector<std::string>& flags, const std::string& config) const {
  return m_world.run("host", m_world.runner(flags, config));
}

void FleetWorld::expect_good_log() const {
  const ProcessResult verified = m_world.verify();
  EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace dbw::test
