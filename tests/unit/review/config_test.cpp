#include "review/config.hpp"

#include "codec/yaml.hpp"
#include "review/combine.hpp"
#include "unit/forms/examples.hpp"

namespace dbw::review {
namespace {

const std::string k_kind = "review-config";

std::string error_name(const std::string& text) {
  try {
    parse_config(text, "dbw-review.yaml");
  } catch (const Error& error) {
    return std::string(error_info(error.code()).name);
  }
  return "none";
}

TEST(ReviewConfig, InvalidExamplesGiveTheErrorTheyName) {
  const auto files = test::files_in(test::examples() / k_kind / "invalid");
  EXPECT_GE(files.size(), 12u);
  for (const auto& file : files) {
    const std::string bytes = test::slurp(file);
    EXPECT_EQ(error_name(bytes), test::expected_error(file, bytes)) << file;
  }
}

TEST(ReviewConfig, ValidExamplesAgreeWithTheSchema) {
  for (const auto& file : test::files_in(test::examples() / k_kind / "valid")) {
    const std::string bytes = test::slurp(file);
    EXPECT_EQ(error_name(bytes), "none") << file;
    test::expect_described(test::schema_of(k_kind), codec::parse_yaml(bytes, "example"), k_kind);
    EXPECT_EQ(error_name(bytes + "zz_unknown: x\n"), "field_unknown") << file;
  }
}

TEST(ReviewConfig, TheSchemaPromisesOnlyFieldsThatAreKnown) {
  const auto schema = test::schema_of(k_kind);
  for (const auto& [field, type] : schema.at("properties").items()) {
    if (field == "dbw") continue;
    EXPECT_NE(error_name("dbw: review-config/v1\n" + field + ": x\n"), "field_unknown") << field;
  }
}

TEST(ReviewConfig, ErrorsNameThePlace) {
  try {
    parse_config("dbw: review-config/v1\nseverities:\n  drop-tables: off\n", "dbw-review.yaml");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message().substr(0, 20), "dbw-review.yaml:3:16") << error.message();
  }
}

TEST(ReviewConfig, TheFirstMatchingEntryThatHasASettingGivesIt) {
  const Config config = parse_config(
      "dbw: review-config/v1\nengine: postgresql\nin_transaction: true\npaths:\n"
      "  - files: [my/manual/**]\n    in_transaction: false\n"
      "  - files: [\"my/**\"]\n    engine: mysql\n    in_transaction: true\n",
      "dbw-review.yaml");
  const FileSettings manual = config.settings_of("my/manual/a.sql");
  EXPECT_EQ(manual.engine, Engine::mysql);
  EXPECT_EQ(manual.in_transaction, false);
  EXPECT_EQ(config.settings_of("my/a.sql").in_transaction, true);
  EXPECT_EQ(config.settings_of("pg/a.sql").engine, Engine::postgresql);
  EXPECT_EQ(config.settings_of("").engine, Engine::postgresql);
  EXPECT_FALSE(config.settings_of("pg/a.sql").server_version.has_value());
}

TEST(ReviewConfig, IgnoresByPattern) {
  const Config config = parse_config("dbw: review-config/v1\nignore: [\"**/fixtures/**\", a.sql]\n", "dbw-review.yaml");
  EXPECT_TRUE(config.ignores("db/fixtures/x.sql"));
  EXPECT_TRUE(config.ignores("a.sql"));
  EXPECT_FALSE(config.ignores("db/a.sql"));
  EXPECT_FALSE(parse_config("dbw: review-config/v1\nignore: [\"**\"]\n", "x").ignores(""));
}

model::Review part(const std::string& file, model::Risk risk) {
  model::Review review;
  review.statements.push_back({file, {0, 1}, StatementClass::ddl, false});
  model::Finding finding;
  finding.file = file;
  review.findings = {finding, finding};
  review.risk = risk;
  return review;
}

TEST(Combine, KeepsEverythingAndTheHighestRisk) {
  const model::Review review = combine({part("b.sql", model::Risk::high), part("a.sql", model::Risk::low)});
  EXPECT_EQ(review.risk, model::Risk::high);
  EXPECT_EQ(review.statements.size(), 2u);
  ASSERT_EQ(review.findings.size(), 4u);
  EXPECT_EQ(review.findings.front().file, "a.sql");
  EXPECT_EQ(combine({part("a.sql", model::Risk::unknown), part("b.sql", model::Risk::low)}).risk, model::Risk::unknown);
  EXPECT_EQ(combine({}).risk, model::Risk::unknown);
}

}  // namespace
}  // namespace dbw::review
