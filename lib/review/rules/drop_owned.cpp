#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// Behind OWNED BY.
std::vector<std::string> owners(const Lexemes& lexemes) {
  constexpr std::size_t k_first = 3;
  std::vector<std::string> out;
  for (std::size_t i = k_first; i < lexemes.size() && !lexemes.is_any(i, {"to", "cascade", "restrict"}); ++i)
    out.push_back(lexemes.name(i));
  return out;
}

/// REASSIGN OWNED of the same roles stands right before it: they own nothing any more.
bool owns_nothing(const RuleInput& in) {
  const Statement* before = in.facts.previous();
  if (before == nullptr || !at_top_level(in)) return false;
  const ByteRange& range = before->range;
  const Lexemes lexemes(in.review.engine,
                        std::string_view(in.file.parsed.sql).substr(range.start, range.end - range.start));
  return lexemes.is(0, "reassign") && lexemes.is(1, "owned") && owners(lexemes) == owners(in.lexemes);
}

void check_drop_owned(const RuleInput& in, Findings& out) {
  if (!in.lexemes.is(0, "drop") || !in.lexemes.is(1, "owned") || owns_nothing(in)) return;
  out.add(in.statement.range, "every object of these roles in this database is destroyed, whatever that is today");
}

}  // namespace

constinit const Rule k_rule_drop_owned = {
    .info =
        {
            .id = "drop-owned",
            .category = "destructive",
            .engines = k_postgresql,
            .severity = model::Severity::block,
            .summary = "DROP OWNED BY.",
            .why =
                "Tables go with their rows, and no name of them stands in the statement: what a role owns depends on "
                "the day it runs. Its privileges in this database are revoked as well.",
            .instead = "REASSIGN OWNED BY role TO another one right before it; then DROP OWNED revokes privileges "
                       "alone. Drop what is "
                       "no longer needed by name.",
            .sources = "PostgreSQL manual, DROP OWNED and REASSIGN OWNED; measured on PostgreSQL 15.",
        },
    .on_statement = check_drop_owned,
    .kinds = {StatementKind::role},
};

}  // namespace dbw::review
