#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/process.hpp"
#include "base/sql_types.hpp"
#include "support/git_server.hpp"

/// The real tools as processes, with real keys, Git repositories and databases. Links base only: what the tools do is
/// theirs.
namespace dbw::test {

class MariadbServer;
class PostgresServer;

/// A process in a process group of its own, made to be killed. Whatever is left of the group ends with this object.
class RunningTool {
 public:
  RunningTool(std::vector<std::string> argv, const std::map<std::string, std::string>& environment,
              std::filesystem::path output);
  RunningTool(const RunningTool&) = delete;
  RunningTool& operator=(const RunningTool&) = delete;
  ~RunningTool();
  pid_t pid() const { return m_pid; }
  /// SIGKILL to the process alone, or also to every program that it started.
  void kill_hard(bool whole_group) const;
  /// A signal to the process alone.
  void signal(int number) const;
  /// Its exit status; 128 + n where signal n ended it.
  int wait();
  /// What it wrote so far, both streams.
  std::string output() const;

 private:
  pid_t m_pid = -1;
  bool m_ended = false;
  int m_status = 0;
  std::filesystem::path m_output;
};

/// One database `shop` in two environments. `production` wants one approval and a token; `staging` wants neither and
/// admits every class that a policy may admit, so that attacks get as far as the executor. alice requests, bob
/// and carol approve. Everything lies in one temporary folder: changes.git, audit.git, keys/, people/, exec/, issuer/.
class ToolWorld {
 public:
  explicit ToolWorld(Engine engine);
  /// On a server of the test's own, which the executor reaches by an address that use() moves.
  explicit ToolWorld(PostgresServer& server);
  explicit ToolWorld(MariadbServer& server);
  void use(PostgresServer& server);
  void use(MariadbServer& server);

  Engine engine() const { return m_engine; }
  std::filesystem::path path(std::string_view below = {}) const { return m_root / below; }

  /// Runs a tool (or another program) with nothing in its environment but PATH, DBW_HOME of `person` and `more`.
  ProcessResult run(const std::string& person, std::vector<std::string> argv,
                    const std::map<std::string, std::string>& more = {}, const std::string& input = {}) const;
  /// The same, and throws std::runtime_error with what it printed where the status is not 0. Returns standard output.
  std::string must(const std::string& person, std::vector<std::string> argv, const std::string& input = {}) const;

  /// alice makes and pushes a request.
  void propose(const std::string& id, const std::string& sql, const std::string& environment = "staging",
               const std::vector<std::string>& flags = {}) const;
  /// A request as alice's key signs it without dbw's checks: that of `like` with another id and SQL.
  void forge(const std::string& like, const std::string& id, const std::string& sql,
             const std::vector<std::pair<std::string, std::string>>& edits = {}) const;
  void decide(const std::string& person, const std::string& decision, const std::string& id) const;
  void approve(const std::string& person, const std::string& id) const { decide(person, "approve", id); }
  /// Merges the request's branch into main.
  void merge(const std::string& id) const;
  /// The issuer's tokens for everything that is due; returns the file.
  std::filesystem::path tokens() const;

  /// The command line of `dbw-exec run`; `config` is a file below exec/.
  std::vector<std::string> runner(std::vector<std::string> flags, const std::string& config = "exec.yaml") const;
  ProcessResult run_due(const std::map<std::string, std::string>& more = {}) const;
  ProcessResult run_request(const std::string& id, const std::vector<std::string>& flags = {},
                            const std::map<std::string, std::string>& more = {}) const;
  ProcessResult verify() const;
  RunningTool start(std::vector<std::string> argv, const std::string& output_name,
                    const std::map<std::string, std::string>& more = {}) const;

  /// SQL of an administrator, past dbw; rows unaligned, '|' between fields. `database`: an environment, or a name that
  /// add_database() was given.
  std::string sql(const std::string& text, const std::string& database = "staging") const;
  /// A session of the administrator that runs `script` and keeps its locks until end_session(); of a server only.
  std::unique_ptr<RunningTool> hold(const std::string& script, const std::string& database = "staging") const;
  /// The server's number of the session whose statement has that text, once there is one; empty where there is none
  /// for ten seconds.
  std::string wait_for_session(const std::string& text) const;
  void end_session(const std::string& session) const;
  /// Whose statement is the sleep that hold() ends with.
  std::string holder() const { return wait_for_session(m_engine == Engine::postgresql ? "pg_sleep(" : "SLEEP("); }
  /// One more database (a file on SQLite) like those of the environments: a member of a fleet.
  void add_database(const std::string& name);
  /// Its line in exec.yaml; `member` may be empty.
  std::string target_line(const std::string& name, const std::string& environment, const std::string& member) const;
  /// dbw-exec setup, with the rights of the change role on MariaDB.
  void set_up(const std::string& name, const std::string& environment, const std::string& member) const;
  /// Another exec.yaml that differs by `edits`; returns its name below exec/.
  std::string other_config(const std::string& name,
                           const std::vector<std::pair<std::string, std::string>>& edits) const;
  /// git on changes.git or audit.git, as somebody with all rights on the host.
  std::string git(const std::string& repository, const std::vector<std::string>& arguments) const;
  const Scratch& scratch() const { return m_scratch; }
  std::string request_ref(const std::string& id) const { return "refs/heads/dbw/requests/" + id; }
  std::string log_ref() const { return "refs/heads/dbw/audit/exec-main"; }
  /// The next version of the policy, changed by `edits`, signed by bob and carol, on main.
  void new_policy(int version, const std::vector<std::pair<std::string, std::string>>& edits) const;
  /// The next version of the roster, made by `dbw-sign roster edit` with those flags, likewise.
  void new_roster(int version, const std::vector<std::string>& flags) const;

  /// Keeps the folder as it is now / brings it back. SQLite only: a server's databases are not in the folder.
  void save() const;
  void restore() const;

 private:
  ToolWorld(Engine engine, PostgresServer* postgres, MariadbServer* mariadb);
  /// exec/server, which stands for the host that serves the databases at the moment.
  void move_address(const std::filesystem::path& sockets) const;
  bool has_own_server() const { return m_postgres != nullptr || m_mariadb != nullptr; }
  PostgresServer& postgres() const;
  MariadbServer& mariadb() const;
  std::string address() const;
  void publish_document(const std::string& kind, int version) const;
  void make_keys() const;
  void make_trust() const;
  void make_hosts() const;
  void make_targets() const;

  Engine m_engine;
  PostgresServer* m_postgres = nullptr;  ///< null: the shared one
  MariadbServer* m_mariadb = nullptr;
  Scratch m_scratch;
  std::filesystem::path m_root = m_scratch.path() / "world";
  std::map<std::string, std::string> m_databases;  ///< by environment or add_database(): file or name
};

}  // namespace dbw::test
