#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

/// The enumerations of SQL that every floor speaks of.
namespace dbw {

enum class Engine { postgresql, mysql, mariadb, sqlite };
std::string_view engine_name(Engine engine);
/// "postgresql", "mysql", "mariadb", "sqlite"; nullopt for anything else.
std::optional<Engine> parse_engine(std::string_view text);

/// What a statement can do, weakest first: the class of a statement, and of a whole request, is the strongest that
/// occurs anywhere in it.
enum class StatementClass {
  read,
  session,
  dml,
  ddl,
  transaction,
  procedural,
  admin,
  privilege,
  file_or_program,
  opaque
};
std::string_view class_name(StatementClass statement_class);
std::optional<StatementClass> parse_class(std::string_view text);
const std::vector<StatementClass>& all_classes();

enum class ConstraintKind { primary_key, unique, check, foreign_key, exclusion, not_null };
std::string_view constraint_kind_name(ConstraintKind kind);  ///< "primary key", "foreign key" ...
std::optional<ConstraintKind> parse_constraint_kind(std::string_view text);

/// Half-open byte range of the signed SQL.
struct ByteRange {
  std::size_t start = 0;
  std::size_t end = 0;
  friend bool operator==(const ByteRange&, const ByteRange&) = default;
};

}  // namespace dbw
