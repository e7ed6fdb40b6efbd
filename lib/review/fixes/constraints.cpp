#include "base/text.hpp"
#include "review/fix_rewrite.hpp"

/// Constraints that hold for new rows at once and are proven for old ones later, without a lock that anybody waits for.
namespace dbw::review {
namespace {

using sqlparse::AlterAction;
using sqlparse::Constraint;
using sqlparse::ConstraintKind;

constexpr std::string_view k_unexpected = "the statement is not written as expected";

std::string suffixed(const FixInput& in, const std::vector<std::string>& columns, std::string_view suffix) {
  std::string out = in.statement.target.name;
  for (const std::string& column : columns) out += "_" + column;
  return out + "_" + std::string(suffix);
}

bool holds_inline(const AlterAction& action, ConstraintKind kind) {
  if (action.kind != AlterAction::Kind::add_column) return false;
  for (const Constraint& constraint : action.column.constraints) {
    if (constraint.kind == kind) return true;
  }
  return false;
}

bool adds(const AlterAction& action, ConstraintKind kind) {
  return action.kind == AlterAction::Kind::add_constraint && action.constraint.kind == kind;
}

/// The constraint's name as SQL. One without a name is given `wanted` where its definition starts.
std::string name_of(const FixInput& in, std::size_t add, const Constraint& constraint, const std::string& wanted,
                    Rewrite& out) {
  if (!constraint.name.empty()) return in.spell(constraint.name);
  const std::string name = identifier(in.names.take(wanted));
  out.edits.push_back(in.insert_behind(add, " CONSTRAINT " + name));
  return name;
}

std::optional<std::string> add_not_valid(const FixInput& in, Rewrite& out, ConstraintKind kind,
                                         std::string_view suffix) {
  const std::optional<AlterTable> alter = read_alter_table(in);
  if (!alter) return std::string(k_unexpected);
  const std::string head = in.join(0, alter->actions);
  for (std::size_t i = 0; i < alter->spans.size(); ++i) {
    const AlterAction& action = in.statement.actions[i];
    const bool no_scan =
        kind == ConstraintKind::foreign_key && (!action.column.has_default || action.column.default_null);
    if (holds_inline(action, kind) && !no_scan) return "the constraint is part of a new column's definition";
    if (!adds(action, kind) || action.constraint.not_valid) continue;
    const auto [first, last] = alter->spans[i];
    const std::string name =
        name_of(in, first, action.constraint, suffixed(in, action.constraint.columns, suffix), out);
    out.edits.push_back(in.insert_behind(last - 1, " NOT VALID"));
    out.validate.push_back(head + " VALIDATE CONSTRAINT " + name);
  }
  return std::nullopt;
}

/// "UNIQUE (a, b)" in an action: the key words, and the parenthesis behind them.
struct KeyWords {
  std::size_t first = 0;
  std::size_t open = 0;
  std::size_t behind = 0;  ///< of the closing one
};

/// Plain columns only: WITH, INCLUDE, NULLS NOT DISTINCT and USING INDEX TABLESPACE belong to the index.
std::optional<KeyWords> plain_key(const FixInput& in, std::pair<std::size_t, std::size_t> span, const Keyword& word) {
  KeyWords out;
  for (out.first = span.first; out.first < span.second && !in.lexemes.is(out.first, word); ++out.first) {
  }
  out.open = out.first + (word.text == "primary" ? 2 : 1);
  if (out.open >= span.second || !in.lexemes.is(out.open, "(")) return std::nullopt;
  out.behind = in.lexemes.behind_group(out.open);
  const bool plain = out.behind == span.second || in.lexemes.is_any(out.behind, {"deferrable", "not", "initially"});
  return plain ? std::optional(out) : std::nullopt;
}

bool adds_one_of(const FixInput& in, const std::vector<std::string>& columns) {
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind != AlterAction::Kind::add_column) continue;
    for (const std::string& column : columns) {
      if (column == action.column.name) return true;
    }
  }
  return false;
}

std::optional<std::string> why_no_index_before(const FixInput& in, const AlterTable& alter,
                                               const std::vector<std::string>& columns) {
  if (alter.if_exists) return "CREATE INDEX has no IF EXISTS for its table";
  if (alter.only) return "ALTER TABLE ONLY may name a partitioned table, whose index cannot be built concurrently";
  if (adds_one_of(in, columns)) return "the statement itself adds a column of the key";
  return std::nullopt;
}

std::string create_unique_index(const FixInput& in, const AlterTable& alter, const KeyWords& key,
                                const std::string& name) {
  std::size_t name_end = alter.actions;
  if (in.lexemes.is(name_end - 1, "*")) --name_end;
  return "CREATE UNIQUE INDEX CONCURRENTLY " + name + " ON " + in.join(alter.name, name_end) + " " +
         in.join(key.open, key.behind);
}

/// CHECK (column IS NOT NULL), which saves the scan of SET NOT NULL once it is validated.
struct NotNullProof {
  std::string column;
  std::string name;
  std::string add() const { return "ADD CONSTRAINT " + name + " CHECK (" + column + " IS NOT NULL) NOT VALID"; }
};

NotNullProof prove_not_null(const FixInput& in, const std::string& column) {
  return {in.spell(column), identifier(in.names.take(suffixed(in, {column}, "not_null")))};
}

}  // namespace

std::optional<std::string> fix_add_foreign_key(const FixInput& in, Rewrite& out) {
  return add_not_valid(in, out, ConstraintKind::foreign_key, "fkey");
}

std::optional<std::string> fix_add_check(const FixInput& in, Rewrite& out) {
  return add_not_valid(in, out, ConstraintKind::check, "check");
}

std::optional<std::string> fix_set_not_null(const FixInput& in, Rewrite& out) {
  const std::optional<AlterTable> alter = read_alter_table(in);
  if (!alter) return std::string(k_unexpected);
  const std::string head = in.join(0, alter->actions) + " ";
  for (std::size_t i = 0; i < alter->spans.size(); ++i) {
    const AlterAction& action = in.statement.actions[i];
    if (action.kind != AlterAction::Kind::set_not_null) continue;
    if (adds_one_of(in, {action.name})) return "the statement itself adds the column";
    const NotNullProof proof = prove_not_null(in, action.name);
    const auto [first, last] = alter->spans[i];
    out.edits.push_back(in.replace(first, last, proof.add()));
    out.validate.push_back(head + "VALIDATE CONSTRAINT " + proof.name);
    out.finish.push_back(head + "ALTER COLUMN " + proof.column + " SET NOT NULL");
    // A statement of its own: together with SET NOT NULL the server would drop it first, and scan.
    out.finish.push_back(head + "DROP CONSTRAINT " + proof.name);
  }
  return std::nullopt;
}

std::optional<std::string> fix_add_unique(const FixInput& in, Rewrite& out) {
  const std::optional<AlterTable> alter = read_alter_table(in);
  if (!alter) return std::string(k_unexpected);
  for (std::size_t i = 0; i < alter->spans.size(); ++i) {
    const AlterAction& action = in.statement.actions[i];
    if (holds_inline(action, ConstraintKind::unique)) return "the constraint is part of a new column's definition";
    if (!adds(action, ConstraintKind::unique) || !action.constraint.using_index.empty()) continue;
    if (const auto why = why_no_index_before(in, *alter, action.constraint.columns)) return why;
    const std::optional<KeyWords> key = plain_key(in, alter->spans[i], "unique");
    if (!key) return "its index has options";
    const std::string wanted = suffixed(in, action.constraint.columns, "key");
    const std::string name = name_of(in, alter->spans[i].first, action.constraint, wanted, out);
    out.before.push_back(create_unique_index(in, *alter, *key, name));
    out.edits.push_back(in.replace(key->open, key->behind, "USING INDEX " + name));
  }
  return std::nullopt;
}

std::optional<std::string> fix_add_primary_key(const FixInput& in, Rewrite& out) {
  const std::optional<AlterTable> alter = read_alter_table(in);
  if (!alter) return std::string(k_unexpected);
  if (alter->spans.size() != 1) return "the statement does more than adding the key";
  const AlterAction& action = in.statement.actions[0];
  if (!adds(action, ConstraintKind::primary_key)) return "the constraint is part of a new column's definition";
  if (const auto why = why_no_index_before(in, *alter, {})) return why;
  const std::optional<KeyWords> key = plain_key(in, alter->spans[0], "primary");
  if (!key) return "its index has options";
  const std::string& named = action.constraint.name;
  const std::string name = named.empty() ? identifier(in.names.take(suffixed(in, {}, "pkey"))) : in.spell(named);
  const std::string head = in.join(0, alter->actions) + " ";
  std::vector<std::string> proofs, drops;
  for (const std::string& column : action.constraint.columns) {
    const NotNullProof proof = prove_not_null(in, column);
    proofs.push_back(proof.add());
    out.validate.push_back(head + "VALIDATE CONSTRAINT " + proof.name);
    out.finish.push_back(head + "ALTER COLUMN " + proof.column + " SET NOT NULL");
    drops.push_back(head + "DROP CONSTRAINT " + proof.name);
  }
  const std::string rest = in.join(key->behind, in.lexemes.size());
  out.before.push_back(create_unique_index(in, *alter, *key, name));
  out.edits.push_back(in.replace(alter->actions, in.lexemes.size(), join(proofs, ", ")));
  out.finish.push_back(head + "ADD CONSTRAINT " + name + " PRIMARY KEY USING INDEX " + name +
                       (rest.empty() ? "" : " " + rest));
  out.finish.insert(out.finish.end(), drops.begin(), drops.end());
  // The same rows made ADD PRIMARY KEY fail; no rule of PostgreSQL says so.
  out.brings.insert("add-unique-may-fail");
  return std::nullopt;
}

}  // namespace dbw::review
