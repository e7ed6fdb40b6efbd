#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

bool is_inexact(std::string_view type) {
  for (const std::string_view inexact : {"float", "real", "double", "double precision", "float4", "float8"}) {
    if (type == inexact) return true;
  }
  return false;
}

/// "unit_price", "total": one of its words is an amount.
bool names_an_amount(std::string_view column) {
  for (const std::string& word : split(to_lower(column), '_')) {
    for (const std::string_view amount : {"price", "amount", "cost", "balance", "total", "subtotal", "fee", "salary",
                                          "tax", "money", "revenue", "payment", "discount"}) {
      if (word == amount) return true;
    }
  }
  return false;
}

void check_float_for_money(const RuleInput& in, Findings& out) {
  for_new_columns(in, [&](const sqlparse::ColumnDefinition& column) {
    if (is_inexact(to_lower(column.type)) && names_an_amount(column.name))
      out.add(in.statement.range, "column " + quoted(column.name) + " cannot hold most amounts exactly",
              in.statement.target.text());
  });
}

}  // namespace

constinit const Rule k_rule_float_for_money = {
    .info =
        {
            .id = "float-for-money",
            .category = "type-choice",
            .engines = k_every_engine,
            .severity = model::Severity::info,
            .summary = "A new column of type float, real or double whose name speaks of money.",
            .why = "0.1 has no exact value in binary: sums differ by their order, comparisons with = fail, and cents "
                   "get lost.",
            .instead = "numeric(12, 2), decimal(12, 2), or an integer of cents.",
            .sources =
                "PostgreSQL manual, \"Numeric Types\"; MySQL manual, \"Problems with Floating-Point Values\"; SQLite "
                "documentation, \"Floating Point Numbers\".",
        },
    .on_statement = check_float_for_money,
    .kinds = {StatementKind::create_table, StatementKind::alter_table},
};

}  // namespace dbw::review
