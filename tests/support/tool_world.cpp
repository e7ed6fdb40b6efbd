#include "support/tool_world.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "base/text.hpp"
#include "support/paths.hpp"

namespace dbw::test {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_workflows = R"(workflows:
  - name: production-write
    match: {environment: production, kind: change, classes: [read, dml, ddl]}
    require: {reason: true}
    merge: none
    steps:
      - {id: peer, groups: [dev], need: 1}
    approval_ttl: 7d
  - name: staging-write
    match: {environment: staging, kind: change, classes: [read, session, dml, ddl, procedural]}
    merge: none
    auto_approve: {max_risk: critical}
  - name: staging-migration
    match: {environment: staging, kind: migration, classes: [read, session, dml, ddl, procedural]}
    merge: none
    auto_approve: {max_risk: critical}
  - name: read
    match: {environment: "*", kind: query, classes: [read]}
    auto_approve: {max_risk: critical}
)";

void write(const fs::path& path, std::string_view text, bool secret = false) {
  std::ofstream file(path, std::ios::trunc);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
  if (secret) fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

/// Replaces every occurrence, of which there must be one: an attack that changes nothing must fail.
std::string edited(std::string text, const std::vector<std::pair<std::string, std::string>>& edits) {
  for (const auto& [from, to] : edits) {
    std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::runtime_error("not found: " + from);
    for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  }
  return text;
}

/// The text after `from` up to the end of that line.
std::string rest_of_line(const std::string& text, const std::string& from) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("not found: " + from);
  return text.substr(at + from.size(), text.find('\n', at) - at - from.size());
}

}  // namespace

ToolWorld::ToolWorld(Engine engine) : ToolWorld(engine, nullptr, nullptr) {}
ToolWorld::ToolWorld(PostgresServer& server) : ToolWorld(Engine::postgresql, &server, nullptr) {}
ToolWorld::ToolWorld(MariadbServer& server) : ToolWorld(Engine::mariadb, nullptr, &server) {}

ToolWorld::ToolWorld(Engine engine, PostgresServer* postgres, MariadbServer* mariadb)
    : m_engine(engine), m_postgres(postgres), m_mariadb(mariadb) {
  for (const char* folder : {"keys", "people", "exec", "issuer"}) fs::create_directories(path(folder));
  for (const char* folder : {"keys", "exec", "issuer"}) fs::permissions(path(folder), fs::perms::owner_all);
  make_keys();
  make_trust();
  if (m_postgres != nullptr) use(*m_postgres);
  if (m_mariadb != nullptr) use(*m_mariadb);
  for (const char* environment : {"production", "staging"}) add_database(environment);
  make_hosts();
  make_targets();
}

void ToolWorld::make_keys() const {
  for (const std::string person : {"alice", "bob", "carol"}) {
    must("host", {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", person, "-f", path("keys/" + person)});
  }
  must("host", {"dbw-sign", "keygen", "--machine", path("exec/executor.pem")});
  must("host", {"dbw-sign", "keygen", "--machine", path("issuer/issuer.pem")});
}

void ToolWorld::make_trust() const {
  for (const char* name : {"changes.git", "audit.git"})
    must("host", {"git", "init", "-q", "--bare", "-b", "main", path(name)});
  std::vector<std::string> init = {"dbw-request", "init", path("changes"), "--profile", "small"};
  for (const std::string person : {"alice", "bob", "carol"}) {
    init.insert(init.end(),
                {"--person", fmt::format("{0}:{0}@example.org:{1}.pub:dev", person, path("keys/" + person).string())});
  }
  init.insert(init.end(),
              {"--executor", "exec-main:" + path("exec/executor.pem.pub").string(), "--issuer",
               "ci-issuer:" + path("issuer/issuer.pem.pub").string(), "--database",
               fmt::format("shop:{}", engine_name(m_engine)) + (m_engine == Engine::postgresql ? ":15" : ""),
               "--environment", "production", "--environment", "staging"});
  must("host", init);
  const fs::path file = path("changes/.dbw/policy/1.yaml");
  std::string policy = slurp(file);
  const auto from = policy.find("workflows:"), to = policy.find("review:");
  policy.replace(from, to - from, k_workflows);
  const auto staging = policy.find("token: required", policy.find("staging:"));
  write(file, policy.replace(staging, 15, "token: none"));
  for (const std::string document : {"root", "roster", "policy"}) {
    for (const std::string person : {"bob", "carol"}) {
      must(person,
           {"dbw-sign", document, "sign", "-C", path("changes"), "--as", person, "--key", path("keys/" + person)});
    }
  }
  must("alice", {"git", "init", "-q", "-b", "main", path("changes")});
  for (const std::vector<std::string>& step : std::vector<std::vector<std::string>>{
           {"add", "-A"}, {"commit", "-q", "-m", "Start"}, {"push", "-q", path("changes.git"), "main"}}) {
    std::vector<std::string> command = {"git", "-C", path("changes")};
    command.insert(command.end(), step.begin(), step.end());
    must("alice", command);
  }
}

void ToolWorld::make_hosts() const {
  const std::string root = "sha256:" + must("host", {"sha256sum", path("changes/.dbw/root/1.yaml")}).substr(0, 64);
  for (const std::string person : {"alice", "bob", "carol"}) {
    must(person, {"dbw-sign", "trust", path("changes.git"), root, "--as", person, "--key", path("keys/" + person),
                  "--audit", path("audit.git")});
  }
  const std::string common = fmt::format("pin: pin.yaml\nstate: state\nchange:\n  url: {}\naudit:\n  url: {}\n",
                                         path("changes.git").string(), path("audit.git").string());
  must("host", {"dbw-sign", "trust", path("changes.git"), root, "--pin-out", path("exec/pin.yaml")});
  fs::copy_file(path("exec/pin.yaml"), path("issuer/pin.yaml"));
  std::string targets;
  for (const std::string environment : {"production", "staging"}) targets += target_line(environment, environment, "");
  write(path("exec/exec.yaml"),
        "dbw: exec/v1\nexecutor: exec-main\nkey: executor.pem\nallow_root: true\n" + common + "targets:\n" + targets,
        true);
  write(path("issuer/issuer.yaml"), "dbw: issuer/v1\nissuer: ci-issuer\nkey: issuer.pem\n" + common, true);
}

namespace {

std::map<std::string, std::string> environment_of(const std::string& person, const fs::path& root,
                                                  const std::map<std::string, std::string>& more) {
  std::map<std::string, std::string> out = {
      {"PATH", bin_dir().string() + ":/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"},
      {"DBW_HOME", (root / "people" / person).string()},
      {"LANG", "C.UTF-8"},
      {"GIT_CONFIG_NOSYSTEM", "1"},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_AUTHOR_NAME", person},
      {"GIT_AUTHOR_EMAIL", person + "@example.org"},
      {"GIT_COMMITTER_NAME", person},
      {"GIT_COMMITTER_EMAIL", person + "@example.org"}};
  for (const auto& [name, value] : more) out[name] = value;
  return out;
}

/// The built tool, or a program of the system.
void find_tool(std::vector<std::string>& argv) {
  if (argv.front().starts_with("dbw-")) argv.front() = (bin_dir() / argv.front()).string();
}

}  // namespace

ProcessResult ToolWorld::run(const std::string& person, std::vector<std::string> argv,
                             const std::map<std::string, std::string>& more, const std::string& input) const {
  find_tool(argv);
  ProcessRequest request;
  request.argv = std::move(argv);
  request.environment = environment_of(person, m_root, more);
  request.input = input;
  request.folder = m_root;
  request.timeout = Seconds(120);
  return run_process(request);
}

std::string ToolWorld::must(const std::string& person, std::vector<std::string> argv, const std::string& input) const {
  const std::string command = join(argv, " ");
  const ProcessResult result = run(person, std::move(argv), {}, input);
  if (result.status == 0) return result.output;
  throw std::runtime_error(
      fmt::format("{} ended with status {}: {}{}", command, result.status, result.output, result.errors));
}

void ToolWorld::propose(const std::string& id, const std::string& sql, const std::string& environment,
                        const std::vector<std::string>& flags) const {
  std::vector<std::string> command = {"dbw-request", "new",       "--id", id,      "-d", "shop",
                                      "-e",          environment, "-t",   "Title", "-r", "Reason"};
  command.insert(command.end(), flags.begin(), flags.end());
  command.insert(command.end(), {"--push", "-"});
  must("alice", command, sql);
}

void ToolWorld::forge(const std::string& like, const std::string& id, const std::string& sql,
                      const std::vector<std::pair<std::string, std::string>>& edits) const {
  const std::string from = "requests/0000/00/" + like, to = "requests/0000/00/" + id;
  std::string yaml = git("changes.git", {"show", request_ref(like) + ":" + from + "/request.yaml"}) + "\n";
  const fs::path work = path("forged.sql"), request = path("forged.yaml");
  write(work, sql);
  const std::string digest = must("host", {"sha256sum", work}).substr(0, 64);
  // `sha256:` is the field, and then the beginning of its value.
  const std::string old_digest = yaml.substr(yaml.find("sha256:", yaml.find("sha256:") + 7) + 7, 64);
  yaml = edited(yaml, {{like, id}, {old_digest, digest}, {rest_of_line(yaml, "nonce: "), digest.substr(0, 32)}});
  write(request, edited(yaml, edits));
  fs::remove(request.string() + ".sig");
  must("alice", {"ssh-keygen", "-q", "-Y", "sign", "-n", "dbw-request-v1", "-f", path("keys/alice"), request});
  git("changes.git", {"update-ref", request_ref(id), "refs/heads/main"});
  m_scratch.commit(path("changes.git"), request_ref(id),
                   {{to + "/request.yaml", slurp(request)},
                    {to + "/request.yaml.sig", slurp(request.string() + ".sig")},
                    {to + "/change.sql", sql}});
}

void ToolWorld::decide(const std::string& person, const std::string& decision, const std::string& id) const {
  must(person, {"dbw-sign", decision, id, "--yes", "--quiet", "--comment", "as tested"});
}

void ToolWorld::merge(const std::string& id) const {
  git("changes.git", {"update-ref", "refs/heads/main", request_ref(id)});
}

fs::path ToolWorld::tokens() const {
  const fs::path file = path("issuer/tokens.txt");
  must("issuer", {"dbw-sign", "token", "--due", "--config", path("issuer/issuer.yaml"), "--out", file});
  return file;
}

std::vector<std::string> ToolWorld::runner(std::vector<std::string> flags, const std::string& config) const {
  std::vector<std::string> argv = {"dbw-exec", "run", "--config", path("exec/" + config)};
  argv.insert(argv.end(), flags.begin(), flags.end());
  return argv;
}

ProcessResult ToolWorld::run_due(const std::map<std::string, std::string>& more) const {
  return run("host", runner({"--due"}), more);
}

ProcessResult ToolWorld::run_request(const std::string& id, const std::vector<std::string>& flags,
                                     const std::map<std::string, std::string>& more) const {
  std::vector<std::string> all = flags;
  all.push_back(id);
  return run("host", runner(all), more);
}

ProcessResult ToolWorld::verify() const {
  return run("auditor", {"dbw-audit", "verify", "--pin", path("exec/pin.yaml"), path("audit.git")});
}

RunningTool ToolWorld::start(std::vector<std::string> argv, const std::string& output_name,
                             const std::map<std::string, std::string>& more) const {
  find_tool(argv);
  return RunningTool(std::move(argv), environment_of("host", m_root, more), path(output_name));
}

std::string ToolWorld::other_config(const std::string& name,
                                    const std::vector<std::pair<std::string, std::string>>& edits) const {
  write(path("exec/" + name), edited(slurp(path("exec/exec.yaml")), edits), true);
  return name;
}

std::string ToolWorld::git(const std::string& repository, const std::vector<std::string>& arguments) const {
  return m_scratch.git(path(repository), arguments);
}

void ToolWorld::new_policy(int version, const std::vector<std::pair<std::string, std::string>>& edits) const {
  must("bob", {"dbw-sign", "policy", "new", "-C", path("changes")});
  const fs::path file = path(fmt::format("changes/.dbw/policy/{}.yaml", version));
  write(file, edited(slurp(file), edits));
  publish_document("policy", version);
}

void ToolWorld::new_roster(int version, const std::vector<std::string>& flags) const {
  std::vector<std::string> command = {"dbw-sign", "roster", "edit", "-C", path("changes")};
  command.insert(command.end(), flags.begin(), flags.end());
  must("bob", command);
  publish_document("roster", version);
}

void ToolWorld::publish_document(const std::string& kind, int version) const {
  const std::string name = fmt::format(".dbw/{}/{}.yaml", kind, version);
  std::vector<Scratch::File> files = {{name, slurp(path("changes/" + name))}};
  for (const std::string person : {"bob", "carol"}) {
    must(person, {"dbw-sign", kind, "sign", "-C", path("changes"), "--as", person, "--key", path("keys/" + person)});
    const std::string signature = fmt::format("{}.sigs/{}.sig", name, person);
    files.push_back({signature, slurp(path("changes/" + signature))});
  }
  m_scratch.commit(path("changes.git"), "refs/heads/main", files);
}

void ToolWorld::save() const {
  const fs::path saved = m_scratch.path() / "saved";
  fs::remove_all(saved);
  must("host", {"cp", "-a", m_root, saved});
}

void ToolWorld::restore() const {
  fs::remove_all(m_root);
  ProcessRequest request;
  request.argv = {"/bin/cp", "-a", (m_scratch.path() / "saved").string(), m_root.string()};
  if (run_process(request).status != 0) throw std::runtime_error("the world could not be restored");
}

}  // namespace dbw::test
