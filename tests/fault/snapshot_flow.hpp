#pragma once

#include <functional>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/note.hpp"
#include "model/snapshot.hpp"
#include "model/trust_documents.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"
#include "workflow/audit_log.hpp"

namespace dbw::test {

inline const std::string k_schema_branch = "refs/heads/dbw/schema";
inline const std::string k_staging_file = "shop.staging.json";

/// alice makes each text a step.
inline void propose_steps(const ToolWorld& world, const std::string& id, const std::vector<std::string>& steps) {
  std::vector<std::string> command = {"dbw-request", "new", "--id", id,   "-d", "shop",  "-e",
                                      "staging",     "-t",  "T",    "-r", "R",  "--push"};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::filesystem::path file = world.path(fmt::format("{}-{}.sql", id, i));
    const bool alone = world.engine() == Engine::mariadb && !steps[i].starts_with("UPDATE");
    write_file_atomic(file, fmt::format("-- dbw:step transaction: {}\n{}\n", alone ? "none" : "required", steps[i]),
                      0644);
    command.push_back(file);
  }
  world.must("alice", command);
}

/// One world whose staging environment may ask for schema snapshots.
class SnapshotFlow : public testing::Test {
 protected:
  explicit SnapshotFlow(Engine engine) : m_world(engine) {}
  explicit SnapshotFlow(MariadbServer& server) : m_world(server) {}
  /// Staging counts as production, so that its risk is one step from the next level.
  void ask_for_snapshots(const std::vector<std::pair<std::string, std::string>>& more = {}) {
    std::vector<std::pair<std::string, std::string>> edits = {
        {"token: none", "token: none, production: true, snapshot: {max_age: 7d}"}};
    edits.insert(edits.end(), more.begin(), more.end());
    m_world.new_policy(2, edits);
  }
  ProcessResult snapshot(const std::string& environment, const std::string& config = "exec.yaml") const {
    return m_world.run("host", {"dbw-exec", "snapshot", "--config", m_world.path("exec/" + config), "-d", "shop", "-e",
                                environment, "--publish"});
  }
  void publish(const std::string& environment = "staging") const {
    const ProcessResult result = snapshot(environment);
    ASSERT_EQ(result.status, 0) << result.errors;
  }
  std::string published(const std::string& file = k_staging_file) const {
    return m_world.git("changes.git", {"show", k_schema_branch + ":" + file}) + "\n";
  }
  /// Somebody who may push there.
  void put(const std::string& bytes, const std::string& file = k_staging_file) const {
    m_world.scratch().commit(m_world.path("changes.git"), k_schema_branch, {{file, bytes}});
  }
  /// Another word of the executor itself about its database, published and in the log.
  void publish_edited(const std::function<void(model::Snapshot&)>& edit) const {
    model::Snapshot snapshot = model::parse_snapshot_envelope(published());
    edit(snapshot);
    const crypto::MachineKey key = crypto::MachineKey::load(m_world.path("exec/executor.pem"));
    const std::string file = signed_by(key, snapshot);
    put(file);
    log(key, file, snapshot);
  }
  static std::string signed_by(const crypto::MachineKey& key, const model::Snapshot& snapshot) {
    const std::string type(model::k_snapshot_payload_type), payload = model::emit_snapshot_payload(snapshot);
    return model::emit_envelope(
               {type, payload, key.public_key().id.text(), key.sign(crypto::dsse_pae(type, payload))}) +
           "\n";
  }
  void log(const crypto::MachineKey& key, const std::string& file, const model::Snapshot& snapshot) const {
    const TemporaryFolder folder;
    git::Repository cache = git::Repository::init(folder.path() / "audit.git");
    git::Transport remote(cache, {.url = m_world.path("audit.git").string()});
    const std::string repo_id = model::parse_pin(slurp(m_world.path("exec/pin.yaml")), "pin").repo_id;
    workflow::AuditLog audit_log(cache, remote, key, {.repo_id = repo_id, .executor = "exec-main"});
    audit_log.open();
    model::AuditEntry entry;
    entry.type = "snapshot";
    entry.at = audit_log.line(audit_log.head().size - 1).entry.at;
    entry.database = snapshot.database;
    entry.environment = snapshot.environment;
    entry.tool_name = entry.tool_version = "test";
    audit::SnapshotBody body;
    body.target = snapshot.target;
    body.snapshot = {crypto::sha256(file), snapshot.log_size, snapshot.taken_at};
    entry.body = audit::emit_body(body);
    audit_log.append({entry}, {});
  }

  void propose(const std::string& id) const {
    m_world.propose(id, fmt::format("UPDATE orders SET status = '{}' WHERE id = 1;", id));
  }
  std::string changed(const std::string& id) const {
    return m_world.sql(fmt::format("SELECT count(*) FROM orders WHERE status = '{}'", id));
  }
  void expect_runs(const std::string& id) const {
    const ProcessResult result = m_world.run_request(id);
    EXPECT_EQ(result.status, 0) << result.output << result.errors;
    EXPECT_EQ(changed(id), "1");
  }
  /// Nothing ran, the refusal is in the log, and the log is whole.
  void expect_refused(const std::string& id, const std::string& error) const {
    const ProcessResult result = m_world.run_request(id);
    EXPECT_EQ(result.status, 1) << result.output << result.errors;
    EXPECT_THAT(result.output, testing::HasSubstr(error)) << result.errors;
    EXPECT_EQ(changed(id), "0");
    EXPECT_THAT(log_of("deny"), testing::HasSubstr(error));
    const ProcessResult verified = m_world.verify();
    EXPECT_EQ(verified.status, 0) << verified.output << verified.errors;
  }
  std::string log_of(const std::string& type) const {
    return m_world.must("auditor", {"dbw-audit", "log", "--type", type, m_world.path("audit.git")});
  }

  ToolWorld m_world;
};

}  // namespace dbw::test
