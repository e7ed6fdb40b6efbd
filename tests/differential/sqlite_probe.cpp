#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "differential/probe.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_file_bytes_max = std::size_t{64} << 20U;
constexpr std::string_view k_pragmas[] = {"analysis_limit",
                                          "application_id",
                                          "auto_vacuum",
                                          "automatic_index",
                                          "busy_timeout",
                                          "cache_size",
                                          "cache_spill",
                                          "cell_size_check",
                                          "checkpoint_fullfsync",
                                          "database_list",
                                          "defer_foreign_keys",
                                          "encoding",
                                          "foreign_keys",
                                          "freelist_count",
                                          "full_column_names",
                                          "fullfsync",
                                          "hard_heap_limit",
                                          "ignore_check_constraints",
                                          "journal_mode",
                                          "journal_size_limit",
                                          "legacy_alter_table",
                                          "locking_mode",
                                          "max_page_count",
                                          "mmap_size",
                                          "page_count",
                                          "page_size",
                                          "query_only",
                                          "read_uncommitted",
                                          "recursive_triggers",
                                          "reverse_unordered_selects",
                                          "schema_version",
                                          "secure_delete",
                                          "short_column_names",
                                          "soft_heap_limit",
                                          "synchronous",
                                          "temp_store",
                                          "threads",
                                          "trusted_schema",
                                          "user_version",
                                          "wal_autocheckpoint",
                                          "writable_schema"};

bool is_of_session(std::string_view line) { return line.substr(0, 12) == "CREATE TEMP "; }

class SqliteProbe : public Probe {
 public:
  SqliteProbe() {
    std::ofstream(m_template).flush();
    const auto session = open(m_template, false);
    prepare(*session, false);
  }

  std::string run(std::string_view statement, bool) override { return run_in_copy(statement, false); }
  std::string run_read_only(std::string_view statement) override { return run_in_copy(statement, true); }

  std::string guard(std::string_view query) override { return guarded(*open(m_template, true), query); }

  std::string folder() const override { return m_folder.path().string(); }

 private:
  static std::unique_ptr<db::Session> open(const fs::path& file, bool read_only) {
    db::ConnectionSettings settings;
    settings.engine = Engine::sqlite;
    settings.sqlite_path = file.string();
    db::SessionOptions options;
    options.read_only = read_only;
    return db::connect(settings, "", options);
  }

  static void prepare(db::Session& session, bool temporary) {
    for (const std::string& line : read_statements("sqlite-setup.sql")) {
      if (is_of_session(line) == temporary) session.own(line);
    }
  }

  Observations look(db::Session& session, const fs::path& file) const {
    Observations out;
    for (const auto& entry : fs::directory_iterator(m_folder.path())) {
      if (entry.path() != m_template) out["file " + entry.path().filename().string()] = "";
    }
    out["bytes"] = std::to_string(std::hash<std::string>()(read_file(file, k_file_bytes_max)));
    out["changes"] = session.own_value("SELECT total_changes() || ' ' || last_insert_rowid()").value_or("");
    for (const std::string_view pragma : k_pragmas) add_rows(out, session, "PRAGMA ", pragma);
    add_rows(out, session, "SELECT * FROM ", "sqlite_temp_master");
    add_rows(out, session, "SELECT * FROM ", "scratch");
    // A transaction left open lets no other begin.
    out["transaction"] = can_begin(session) ? "none" : "open";
    // Case-sensitive LIKE can only be seen in what it does.
    out["like"] = session.own_value("SELECT 'a' LIKE 'A'").value_or("");
    return out;
  }

  static bool can_begin(db::Session& session) {
    try {
      session.own("SAVEPOINT dbw_probe");
      session.own("RELEASE dbw_probe");
      session.own("BEGIN");
      session.own("ROLLBACK");
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  static void add_rows(Observations& out, db::Session& session, std::string_view verb, std::string_view what) {
    std::string& text = out[std::string(what)];
    try {
      for (const db::OwnedRow& row : session.own_rows(fmt::format("{}{}", verb, what))) {
        for (const auto& field : row) text += field.value_or("NULL") + "|";
      }
    } catch (const db::DatabaseError& error) {
      text = error.server().message;
    }
  }

  std::string run_in_copy(std::string_view statement, bool read_only) {
    const fs::path file = m_folder.path() / fmt::format("{}.db", ++m_copies);
    fs::copy_file(m_template, file);
    const auto session = open(file, read_only);
    if (!read_only) prepare(*session, true);
    if (read_only) session->execute("SELECT 1");  // the first looks at temporary objects, and so makes their schema
    const Observations before = look(*session, file);
    std::string failure;
    try {
      // As the executor runs it; without the authorizer the server alone is asked.
      read_only ? session->execute(statement) : session->own(statement);
    } catch (const db::DatabaseError& error) {
      failure = error.server().message.empty() ? error.message() : error.server().message;
    } catch (const Error& error) {
      failure = error.message();
    }
    m_seen = differences(before, look(*session, file));
    return failure;
  }

  TemporaryFolder m_folder{"dbw-lite"};
  fs::path m_template = m_folder.path() / "template.db";
  int m_copies = 0;
};

}  // namespace

std::unique_ptr<Probe> make_sqlite_probe() { return std::make_unique<SqliteProbe>(); }

}  // namespace dbw::test
