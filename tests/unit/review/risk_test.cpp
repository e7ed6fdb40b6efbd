#include "review/risk.hpp"

#include "review/cast_table.hpp"
#include "support.hpp"

namespace dbw::review {
namespace {

using model::Risk;

struct Row {
  const char* sql;
  bool production;
  bool rollback;
  Risk risk;
};

class RiskLevels : public testing::TestWithParam<Row> {};

TEST_P(RiskLevels, AreAsWritten) {
  ReviewInput input = test::input_of(GetParam().sql);
  input.production = GetParam().production;
  input.has_rollback = GetParam().rollback;
  const model::Review review = review_sql(input);
  std::string factors;
  for (const model::RiskFactor& it : review.factors)
    factors += it.name + " " + std::to_string(it.weight) + " (" + it.source + ")\n";
  EXPECT_EQ(model::risk_name(review.risk), model::risk_name(GetParam().risk)) << GetParam().sql << "\n" << factors;
}

INSTANTIATE_TEST_SUITE_P(
    All, RiskLevels,
    testing::Values(Row{"SELECT id FROM orders WHERE id = 7", true, false, Risk::low},
                    Row{"UPDATE orders SET a = 1 WHERE id = 7", false, true, Risk::low},
                    Row{"UPDATE orders SET a = 1 WHERE id = 7", true, true, Risk::medium},
                    Row{"ALTER TABLE orders ADD COLUMN note text", true, true, Risk::medium},
                    Row{"ALTER TABLE orders ADD COLUMN note text NOT NULL", true, false, Risk::high},
                    Row{"UPDATE orders SET a = 1", true, true, Risk::critical},
                    Row{"DROP TABLE orders", true, false, Risk::critical},
                    Row{"GRANT SELECT ON orders TO bob", true, true, Risk::high},
                    Row{"COPY orders TO PROGRAM 'sh'", false, true, Risk::critical},
                    Row{"SELEC 1", false, true, Risk::unknown}, Row{"SELECT 1; SELEC 2", false, true, Risk::unknown},
                    Row{"", false, true, Risk::unknown}, Row{"-- nothing", false, true, Risk::unknown}));

TEST(Risk, SumOfFactorsGivesTheLevel) {
  ReviewInput input = test::input_of("DELETE FROM orders");
  input.production = true;
  const model::Review review = review_sql(input);
  int sum = 0;
  for (const model::RiskFactor& it : review.factors) {
    sum += it.weight;
    EXPECT_FALSE(it.source.empty()) << it.name;
  }
  EXPECT_GE(sum, k_risk_critical_min);
  EXPECT_EQ(review.risk, Risk::critical);
}

TEST(Risk, ManySmallFindingsStayBounded) {
  ReviewInput input = test::input_of("SELECT 1");
  std::vector<std::string> rules;  // findings hold views of their names
  for (int i = 0; i < 50; ++i) rules.push_back("r" + std::to_string(i));
  std::vector<model::Finding> findings;
  for (const std::string& rule : rules) {
    model::Finding& finding = findings.emplace_back();
    finding.rule = rule;
    finding.severity = model::Severity::warning;
  }
  int sum = 0;
  for (const model::RiskFactor& it : risk_factors(input, findings)) sum += it.weight;
  EXPECT_LT(sum, k_risk_medium_min);
}

struct Cast {
  const char* from;
  const char* to;
  bool catalogue_only;
};

sqlparse::ColumnDefinition column(const std::string& type) {
  const auto parsed = sqlparse::parse(Engine::postgresql, "CREATE TABLE t (c " + type + ")", {.bytes_max = 1000});
  return parsed.statements.front().columns.front();
}

class Casts : public testing::TestWithParam<Cast> {};
TEST_P(Casts, AsMeasured) {
  EXPECT_EQ(changes_catalogue_only(column(GetParam().from), column(GetParam().to)), GetParam().catalogue_only)
      << GetParam().from << " -> " << GetParam().to;
}

INSTANTIATE_TEST_SUITE_P(PostgreSql, Casts,
                         testing::Values(Cast{"varchar(10)", "varchar(20)", true},
                                         Cast{"varchar(10)", "varchar(5)", false}, Cast{"varchar(10)", "varchar", true},
                                         Cast{"varchar(10)", "text", true}, Cast{"varchar", "varchar(10)", false},
                                         Cast{"text", "varchar", true}, Cast{"text", "varchar(10)", false},
                                         Cast{"int", "bigint", false}, Cast{"numeric(10,2)", "numeric(12,2)", true},
                                         Cast{"numeric(10,2)", "numeric(12,3)", false},
                                         Cast{"numeric(10,2)", "numeric", true},
                                         Cast{"numeric", "numeric(10,2)", false}, Cast{"cidr", "inet", true},
                                         Cast{"inet", "cidr", false}, Cast{"char(5)", "char(9)", false},
                                         Cast{"json", "jsonb", false}, Cast{"text[]", "varchar[]", false},
                                         Cast{"timestamp", "timestamptz", false}, Cast{"xml", "text", true}));

}  // namespace
}  // namespace dbw::review
