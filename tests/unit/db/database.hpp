#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "db/connect.hpp"
#include "db/ledger.hpp"
#include "db/setup.hpp"
#include "support/mariadb_server.hpp"
#include "support/postgres_server.hpp"

namespace dbw::db::test {

inline constexpr std::string_view k_target = "0123456789abcdef0123456789abcdef";
inline constexpr Timestamp k_now{1'795'000'000};

Digest digest_of(char fill);

/// A fresh database of an engine, with the ledger set up and adopted as k_target.
class TestDatabase {
 public:
  explicit TestDatabase(Engine engine, bool adopted = true);

  Engine engine() const { return m_settings.engine; }
  std::unique_ptr<Session> guard(const SessionOptions& options = {}) const { return as("dbw_guard", options); }
  std::unique_ptr<Session> change(const SessionOptions& options = {}) const { return as("dbw_change", options); }
  std::unique_ptr<Session> reader() const;
  std::unique_ptr<Session> as(std::string_view role, const SessionOptions& options = {}) const;
  const ConnectionSettings& settings() const { return m_settings; }
  const std::string& name() const { return m_settings.database; }
  const std::filesystem::path& folder() const { return m_folder.path(); }

 private:
  TemporaryFolder m_folder{"dbw-db"};
  ConnectionSettings m_settings;
};

/// The engines that a test runs on, and their names for GoogleTest.
inline const auto k_engines = testing::Values(Engine::postgresql, Engine::mariadb, Engine::sqlite);
inline std::string name_of_engine(const testing::TestParamInfo<Engine>& given) {
  return std::string(engine_name(given.param));
}

/// Keeps everything: for small results.
class KeepingSink : public RowSink {
 public:
  explicit KeepingSink(std::size_t rows_max = 1'000) : m_rows_max(rows_max) {}
  void columns(const std::vector<Column>& given) override { header = given; }
  bool row(Row given) override {
    OwnedRow& kept = rows.emplace_back();
    for (const Field& field : given) kept.push_back(field ? std::optional<std::string>(*field) : std::nullopt);
    return rows.size() < m_rows_max;
  }
  std::vector<Column> header;
  Rows rows;

 private:
  std::size_t m_rows_max;
};

/// Counts only.
class CountingSink : public RowSink {
 public:
  void columns(const std::vector<Column>&) override {}
  bool row(Row given) override {
    ++rows;
    for (const Field& field : given) bytes += field ? field->size() : 0;
    return true;
  }
  std::size_t rows = 0, bytes = 0;
};

/// The code of the Error that `work` throws; internal_bug where it throws none.
template <typename Work>
ErrorCode code_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error.code();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorCode::internal_bug;
}

/// An open claim for `step` whose secret is "secret".
Claim example_claim(std::string run = "run1", char digest = 'a', std::string step = "apply");

}  // namespace dbw::db::test

namespace dbw {
/// GoogleTest prints codes by name.
inline void PrintTo(ErrorCode code, std::ostream* out) { *out << error_info(code).name; }
}  // namespace dbw
