#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "review/review.hpp"

/// What the fixes of fixes/ are made of; for propose_fixes alone.
namespace dbw::review {

/// `text` in place of a range of the file's bytes; an empty range: an insertion.
struct Edit {
  ByteRange range;
  std::string text;
};

/// What becomes of one statement. SQL in it has no semicolon at its end.
struct Rewrite {
  std::vector<Edit> edits;
  bool alone = false;                   ///< the statement itself now runs outside a transaction
  std::optional<model::Batch> batch;    ///< the statement itself now runs in pieces
  bool joins_previous = false;          ///< it becomes a part of the statement before it
  std::vector<std::string> before;      ///< outside a transaction each, before the statement
  std::vector<std::string> behind;      ///< the same, right behind it
  std::vector<std::string> validate;    ///< in a later transaction
  std::vector<std::string> finish;      ///< in a transaction behind that of `validate`
  std::set<std::string_view> brings;    ///< rules that name the same danger where the fix now says it otherwise
  std::vector<std::string> conditions;  ///< FixProposal::conditions

  bool needs_steps() const {
    return alone || batch || !before.empty() || !behind.empty() || !validate.empty() || !finish.empty();
  }
};

/// Names for constraints and indexes that the change does not use yet.
class FreshNames {
 public:
  explicit FreshNames(const ReviewInput& input);
  /// `wanted`, cut to PostgreSQL's 63 bytes, with a number at its end where the name is taken.
  std::string take(const std::string& wanted);

 private:
  std::set<std::string> m_taken;
};

/// One statement for a fix to look at.
struct FixInput {
  const ReviewInput& review;
  const File& file;
  const sqlparse::Statement& statement;
  const sqlparse::Statement* previous;  ///< of the file, or nullptr
  const Lexemes& lexemes;
  FreshNames& names;
  const ChangeFacts& facts;   ///< of the statements before it
  const SchemaState& schema;  ///< that the statement will meet

  std::size_t start(std::size_t lexeme) const;  ///< offset in the file
  std::size_t end(std::size_t lexeme) const;
  Edit insert_behind(std::size_t lexeme, std::string text) const;
  Edit insert_before(std::size_t lexeme, std::string text) const;
  /// The lexemes [first, last), at least one.
  Edit replace(std::size_t first, std::size_t last, std::string text) const;
  /// The lexemes [first, last) as SQL of one line, without comments.
  std::string join(std::size_t first, std::size_t last) const;
  /// A name of the statement as SQL: in quotes where the statement has it so.
  std::string spell(const std::string& name) const;
};

/// ALTER TABLE as lexemes. PostgreSQL only.
struct AlterTable {
  std::size_t name = 0;     ///< where the table's name starts
  std::size_t actions = 0;  ///< behind it
  bool if_exists = false;
  bool only = false;
  std::vector<std::pair<std::size_t, std::size_t>> spans;  ///< first and last + 1 of each action
};
/// nullopt where the lexemes and the parsed actions do not agree.
std::optional<AlterTable> read_alter_table(const FixInput& in);
/// `name` as PostgreSQL reads it, quoted where it must be.
std::string identifier(const std::string& name);

/// Adds to `out` what makes all findings of one rule on the statement go away. Returns why it cannot; then `out` is
/// thrown away.
using Fix = std::optional<std::string> (*)(const FixInput& in, Rewrite& out);
/// nullptr where no fix of the rule is mechanical.
Fix find_fix(std::string_view rule);

std::optional<std::string> fix_create_index(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_drop_index(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_reindex(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_refresh_view(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_detach_partition(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_add_foreign_key(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_add_check(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_set_not_null(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_add_unique(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_add_primary_key(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_online_clauses(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_refuse_copy(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_column_position(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_merge_alter_table(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_timestamp(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_int(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_smallint(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_json(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_strict_table(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_backfill(const FixInput& in, Rewrite& out);
std::optional<std::string> fix_missing_where(const FixInput& in, Rewrite& out);

}  // namespace dbw::review
