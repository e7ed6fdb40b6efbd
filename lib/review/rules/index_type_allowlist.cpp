#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_listed_method(std::string_view method) {
  for (const std::string_view listed : {"btree", "gin", "gist", "brin"}) {
    if (method == listed) return true;
  }
  return false;
}

void check_index_type_allowlist(const RuleInput& in, Findings& out) {
  const auto report = [&](const std::string& method) {
    out.add(in.statement.range, "an index of type " + method, table_of(in.statement).text());
  };
  for (const sqlparse::IndexDefinition& index : in.statement.indexes) {
    if (!index.kind.empty()) report(index.kind);
  }
  for (const AlterAction& action : in.statement.actions) {
    if (action.kind == AlterAction::Kind::add_index && !action.index.kind.empty()) report(action.index.kind);
  }
  if (in.statement.kind != StatementKind::create_index) return;
  const std::size_t method = in.lexemes.find(0, {"using"}) + 1;
  if (in.lexemes.is_name(method) && !is_listed_method(in.lexemes.name(method))) report(in.lexemes.name(method));
}

}  // namespace

constinit const Rule k_rule_index_type_allowlist = {
    .info =
        {
            .id = "index-type-allowlist",
            .category = "hygiene",
            .engines = k_postgresql | k_mysql,
            .severity = model::Severity::off,
            .summary = "An index of another method than btree, gin, gist and brin: hash, spgist, FULLTEXT, SPATIAL.",
            .why = "They serve few kinds of queries, and FULLTEXT and SPATIAL indexes shut out writes while they are "
                   "built.",
            .instead = "CREATE INDEX without USING; for searches in texts an engine made for them.",
            .sources = "PostgreSQL manual, \"Index Types\"; MySQL manual, \"Online DDL Operations\"; MariaDB manual, "
                       "\"Getting Started with Indexes\".",
        },
    .on_statement = check_index_type_allowlist,
    .kinds = {StatementKind::create_table, StatementKind::create_index, StatementKind::alter_table},
};

}  // namespace dbw::review
