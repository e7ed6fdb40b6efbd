// What online_ddl() says of MariaDB's ALTER TABLE against the weakest ALGORITHM and LOCK that a live server accepts.
#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "db/connect.hpp"
#include "db/failure.hpp"
#include "differential/probe.hpp"
#include "review/online_ddl.hpp"
#include "support/mariadb_server.hpp"

namespace dbw::test {
namespace {

using review::DdlWork;

constexpr std::string_view k_algorithms[] = {"instant", "nocopy", "inplace", "copy"};
constexpr std::string_view k_locks[] = {"none", "shared", "exclusive"};

struct Row {
  std::string sql;
  std::string algorithm;
  std::string lock;   ///< "-" for instant
  std::string model;  ///< "=" where the model says the same, else what it says
};

std::vector<Row> rows() {
  std::vector<Row> out;
  for (const std::string& line : read_statements("../ddl_mariadb.tsv")) {
    const auto fields = split(line, '\t');
    out.push_back({fields.at(0), fields.at(1), fields.at(2), fields.at(3)});
  }
  return out;
}

/// A fresh database for each statement.
class Server {
 public:
  bool accepts(std::string_view sql) {
    if (!m_fresh) rebuild();
    try {
      m_session->own(sql);
      m_fresh = false;
      return true;
    } catch (const db::DatabaseError&) {
      return false;
    }
  }

 private:
  void rebuild() {
    m_session->own("DROP DATABASE IF EXISTS ddl");
    m_session->own("CREATE DATABASE ddl");
    m_session->own("USE ddl");
    for (const std::string& line : read_statements("ddl-setup.sql")) m_session->own(line);
    m_fresh = true;
  }

  static std::unique_ptr<db::Session> connect() {
    MariadbServer& server = MariadbServer::shared();
    db::ConnectionSettings settings;
    settings.engine = Engine::mariadb;
    settings.host = server.socket().string();
    settings.user = server.administrator();
    settings.database = server.create_database();
    return db::connect(settings, "", {});
  }
  std::unique_ptr<db::Session> m_session = connect();
  bool m_fresh = false;  ///< no statement has changed the database
};

std::string with_clause(const std::string& sql, std::string_view name, std::string_view value) {
  const bool create = sql.rfind("CREATE", 0) == 0;
  return fmt::format("{}{} {}={}", sql, create ? "" : ",", name, value);
}

std::string weakest_algorithm(Server& server, const std::string& sql) {
  for (const std::string_view algorithm : k_algorithms) {
    if (server.accepts(with_clause(sql, "ALGORITHM", algorithm))) return std::string(algorithm);
  }
  return "none accepted";
}

std::string weakest_lock(Server& server, const std::string& sql, const std::string& algorithm) {
  if (algorithm == "instant") return "-";
  for (const std::string_view lock : k_locks) {
    if (server.accepts(with_clause(with_clause(sql, "ALGORITHM", algorithm), "LOCK", lock))) return std::string(lock);
  }
  return "none accepted";
}

/// The worst of the operations, in the server's words.
std::string model_of(const std::string& sql) {
  const auto parsed = sqlparse::parse(Engine::mariadb, sql, {k_sql_bytes_max});
  const auto operations = review::ddl_operations(parsed.statements.at(0));
  if (operations.empty()) return "unnamed";
  DdlWork work = DdlWork::metadata;
  bool writes_go_on = true;
  for (const review::DdlOperation operation : operations) {
    const review::OnlineDdl ddl = review::online_ddl(operation, Engine::mariadb, {10, 11, 0});
    work = std::max(work, ddl.work);
    writes_go_on = writes_go_on && ddl.writes_go_on;
  }
  const std::string_view lock = work == DdlWork::metadata ? "-" : writes_go_on ? "none" : "shared";
  return fmt::format("{} {}", k_algorithms[static_cast<std::size_t>(work)], lock);
}

TEST(MariadbDdl, TableHoldsOnTheServer) {
  Server server;
  ASSERT_GE(rows().size(), 60u);
  for (const Row& row : rows()) {
    const std::string algorithm = weakest_algorithm(server, row.sql);
    EXPECT_EQ(algorithm, row.algorithm) << row.sql;
    EXPECT_EQ(weakest_lock(server, row.sql, algorithm), row.lock) << row.sql;
  }
}

TEST(MariadbDdl, ModelSaysTheSame) {
  for (const Row& row : rows()) {
    const std::string measured = row.algorithm + " " + row.lock;
    const std::string model = model_of(row.sql);
    EXPECT_EQ(model, row.model == "=" ? measured : row.model) << row.sql << ": measured " << measured;
  }
}

}  // namespace
}  // namespace dbw::test
