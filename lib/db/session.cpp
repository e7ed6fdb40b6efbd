#include "db/session.hpp"

#include <array>
#include <cctype>

#include <fmt/format.h>
#include <sys/random.h>

#include "base/bytes.hpp"
#include "base/limits.hpp"

namespace dbw::db {
namespace {

class CollectingSink : public RowSink {
 public:
  void columns(const std::vector<Column>&) override {}
  bool row(Row row) override {
    if (m_rows.size() >= k_own_rows_max)
      throw Error(ErrorCode::db_catalogue_too_large,
                  fmt::format("one look into it has more than {} rows", k_own_rows_max));
    OwnedRow& kept = m_rows.emplace_back();
    for (const Field& field : row) kept.push_back(field ? std::optional<std::string>(*field) : std::nullopt);
    return true;
  }
  Rows take() { return std::move(m_rows); }

 private:
  Rows m_rows;
};

/// Savepoint names are written into SQL, so only plain identifiers pass.
std::string_view require_identifier(std::string_view name) {
  for (const char c : name) {
    if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) {
      throw Error(ErrorCode::internal_bug, fmt::format("bad savepoint name of {} bytes", name.size()));
    }
  }
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) throw Error(ErrorCode::internal_bug, "bad savepoint name");
  return name;
}

}  // namespace

void Session::execute_all(const std::vector<std::string_view>& statements,
                          const std::function<void(const StatementResult&)>& done) {
  for (const std::string_view statement : statements) done(execute(statement));
}

StatementResult Session::own(std::string_view one_statement, const Parameters& parameters) {
  return run({one_statement, false, &parameters}, nullptr);
}

Rows Session::own_rows(std::string_view one_statement, const Parameters& parameters) {
  CollectingSink sink;
  run({one_statement, false, &parameters}, &sink);
  return sink.take();
}

std::optional<std::string> Session::own_value(std::string_view one_statement, const Parameters& parameters) {
  const Rows rows = own_rows(one_statement, parameters);
  if (rows.empty() || rows.front().empty()) return std::nullopt;
  return rows.front().front();
}

void Session::savepoint(std::string_view name) { own(fmt::format("SAVEPOINT {}", require_identifier(name))); }

void Session::release(std::string_view name) { own(fmt::format("RELEASE SAVEPOINT {}", require_identifier(name))); }

std::string random_name(std::string_view prefix) {
  std::array<char, 16> bytes;
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw Error(ErrorCode::internal_bug, "the system gave no random bytes");
  }
  return std::string(prefix) + to_hex({bytes.data(), bytes.size()});
}

}  // namespace dbw::db
