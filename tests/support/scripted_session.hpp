#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "db/session.hpp"

namespace dbw::test {

/// A db::Session that answers from a script, for faults that no real server produces on demand. Every call is written
/// to log(); what the script does not mention succeeds and returns nothing. Programs that use it link dbw_db.
class ScriptedSession : public db::Session {
 public:
  struct Answer {
    db::StatementResult result = {};
    std::vector<db::Column> columns = {};
    db::Rows rows = {};
    std::function<void()> instead = {};  ///< called instead, to throw
  };

  explicit ScriptedSession(Engine engine = Engine::postgresql) : m_engine(engine) {}

  /// The next call whose log line starts with `prefix` gets this answer; answers for the same prefix are used in order,
  /// once each.
  void on(std::string prefix, Answer answer) { m_script.push_back({std::move(prefix), std::move(answer)}); }
  void fail_on(std::string prefix, std::function<void()> thrower) {
    on(std::move(prefix), Answer{{}, {}, {}, std::move(thrower)});
  }
  void value_on(std::string prefix, std::optional<std::string> value) {
    on(std::move(prefix), Answer{{}, {{"v", "text"}}, {{std::move(value)}}, {}});
  }
  /// What transaction_state() says; begin, commit and rollback set it too.
  void set_state(db::TransactionState state) { m_state = state; }

  /// "begin", "begin read only", "commit", "rollback", "verify_settings", "verify_role", "restore_settings",
  /// "settle_constraints", and the text of each statement.
  const std::vector<std::string>& log() const { return m_log; }
  bool used_up() const { return m_script.empty(); }
  int cancels() const { return m_cancels; }

  Engine engine() const override { return m_engine; }
  void begin(bool read_only) override {
    call(read_only ? "begin read only" : "begin");
    m_state = db::TransactionState::open;
  }
  void commit() override {
    m_state = db::TransactionState::none;
    call("commit");
  }
  void rollback() override {
    if (m_state == db::TransactionState::none || m_state == db::TransactionState::lost) return;
    call("rollback");
    m_state = db::TransactionState::none;
  }
  db::TransactionState transaction_state() const override { return m_state; }
  void cancel() noexcept override { ++m_cancels; }
  void verify_settings() override { call("verify_settings"); }
  void verify_role() override { call("verify_role"); }
  void restore_settings() override { call("restore_settings"); }
  void settle_constraints() override { call("settle_constraints"); }
  std::vector<db::ServerMessage> take_notices() override { return {}; }

 protected:
  db::StatementResult run(const Statement& statement, db::RowSink* sink) override {
    Answer answer = call(statement.sql);
    if (sink == nullptr) return answer.result;
    if (!answer.columns.empty()) sink->columns(answer.columns);
    for (const db::OwnedRow& row : answer.rows) {
      std::vector<db::Field> fields;
      for (const auto& field : row) fields.push_back(field ? db::Field(*field) : std::nullopt);
      ++answer.result.rows_returned;
      if (sink->row(fields)) continue;
      answer.result.stopped = true;
      break;
    }
    return answer.result;
  }

 private:
  struct Line {
    std::string prefix;
    Answer answer;
  };

  Answer call(std::string_view line) {
    m_log.emplace_back(line);
    for (auto each = m_script.begin(); each != m_script.end(); ++each) {
      if (!line.starts_with(each->prefix)) continue;
      Answer answer = std::move(each->answer);
      m_script.erase(each);
      if (answer.instead) answer.instead();
      return answer;
    }
    return {};
  }

  Engine m_engine;
  db::TransactionState m_state = db::TransactionState::none;
  std::deque<Line> m_script;
  std::vector<std::string> m_log;
  int m_cancels = 0;
};

}  // namespace dbw::test
