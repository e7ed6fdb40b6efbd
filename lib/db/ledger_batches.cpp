// How far batched steps came.
#include <charconv>

#include "base/error.hpp"
#include "db/ledger.hpp"
#include "db/ledger_sql.hpp"

namespace dbw::db {
namespace {

std::int64_t count_of(const std::optional<std::string>& text) {
  std::int64_t value = -1;
  if (text) std::from_chars(text->data(), text->data() + text->size(), value);
  if (value < 0) throw Error(ErrorCode::db_ledger_damaged, "dbw.batch: bad number");
  return value;
}

}  // namespace

std::optional<BatchProgress> Ledger::batch_progress(const Digest& request_sha256, std::string_view step) {
  const Rows rows = m_guard.own_rows(
      for_engine(
          m_guard,
          "SELECT number, upto, at, (SELECT sum(rows_affected) FROM dbw.batch WHERE request_sha256 = $1 AND step "
          "= $2) FROM dbw.batch WHERE request_sha256 = $1 AND step = $2 ORDER BY number DESC LIMIT 1"),
      {request_sha256.text(), std::string(step)});
  if (rows.empty()) return std::nullopt;
  const OwnedRow& row = rows.front();
  return BatchProgress{count_of(row[0]), row[1].value_or(""), count_of(row[3]), Timestamp::parse(row[2].value_or(""))};
}

std::optional<BatchProgress> Ledger::batch_progress(std::string_view run) {
  std::optional<BatchProgress> out;
  // Every run resumes an older one, so this ends.
  for (std::optional<std::string> at = std::string(run); at;) {
    const std::optional<LedgerRow> found = row(*at);
    if (!found) break;
    const auto progress = batch_progress(found->claim.request_sha256, found->claim.step);
    if (progress && out) {
      out->number += progress->number;
      out->rows += progress->rows;
    } else if (progress) {
      out = progress;
    }
    at = m_guard.own_value(for_engine(m_guard, "SELECT resumed FROM dbw.resumption WHERE run = $1"), {*at});
  }
  return out;
}

BatchCount Ledger::batch_count(std::string_view run) {
  const Rows rows = m_guard.own_rows(
      for_engine(m_guard, "SELECT count(*), COALESCE(sum(rows_affected), 0) FROM dbw.batch WHERE run = $1"),
      {std::string(run)});
  return {count_of(rows.at(0).at(0)), count_of(rows.at(0).at(1))};
}

}  // namespace dbw::db
