#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "db/session.hpp"

/// The pieces of a batched step: ranges of a key over a whole table, so that every row is in exactly one piece whatever
/// the statement does to it.
namespace dbw::db {

class BatchKey {
 public:
  /// Asks the catalogue. `table`: as the statement writes it (schema and ONLY allowed); `key`: as the catalogue spells
  /// it. Throws Error{batch_key_unsuitable}: no such column, may be NULL, no index begins with it, or a type whose
  /// order is not certain to be the server's.
  BatchKey(Session& change, std::string_view table, std::string_view key);

  /// The last key of the table now; nullopt: it is empty.
  std::optional<std::string> last(Session& change) const;
  /// The key that ends the next piece: at most `size` rows behind `after` (nullopt: from the start), and at most `end`.
  std::string next(Session& change, const std::optional<std::string>& after, std::int64_t size,
                   const std::string& end) const;
  /// The piece as a condition.
  std::string condition(const std::optional<std::string>& after, const std::string& upto) const;
  /// Which part of the keys up to `end` lies before `upto`, 0 to 1; nullopt where keys cannot be subtracted.
  std::optional<double> share(const std::string& first, const std::string& upto, const std::string& end) const;

 private:
  std::string literal(std::string_view value) const;
  std::optional<std::string> ask(Session& change, const std::string& sql) const;

  std::string m_table;
  std::string m_key;  ///< quoted
  bool m_uuid = false;
};

/// How busy the server is, as guard sees it.
/// PostgreSQL: seconds that the slowest replica is behind; 0 without replicas. Throws Error{batch_brake_blind} where
/// the role may not see them.
std::int64_t replica_lag_seconds(Session& guard);
/// Sessions other than this one that run a statement. Throws the same.
std::int64_t busy_sessions(Session& guard);

}  // namespace dbw::db
