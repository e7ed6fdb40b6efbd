#include "review/migration_tool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbw::review {
namespace {

using testing::Optional;

/// The lines that are left of a text, without those that are blank.
std::string lines_of(const std::string& text) {
  std::string out;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    const std::string line = text.substr(start, end - start);
    if (line.find_first_not_of(' ') != std::string::npos) out += line + "|";
    start = end + 1;
  }
  return out;
}

void expect(MigrationTool tool, const std::string& sql, const std::string& up, const std::string& down,
            bool transactional) {
  SCOPED_TRACE(sql);
  const std::optional<Migration> read = read_migration(tool, sql);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(lines_of(read->up), up);
  EXPECT_EQ(lines_of(read->down.value_or("none")), down);
  EXPECT_EQ(read->transactional, transactional);
  EXPECT_EQ(read->up.size(), sql.size());
  EXPECT_EQ(read->down.value_or(sql).size(), sql.size());
}

TEST(MigrationTool, ReadsGoose) {
  constexpr auto k_tool = MigrationTool::goose;
  expect(k_tool, "-- +goose Up\nA;\n-- +goose StatementBegin\nB;\n-- +goose Down\nC;\n",
         "-- +goose Up|A;|-- +goose StatementBegin|B;|", "-- +goose Down|C;|", true);
  expect(k_tool, "-- +GOOSE NO TRANSACTION\r\n--\t+goose  up \r\nA;\r\n-- +goose down\r\nC;",
         "-- +GOOSE NO TRANSACTION\r|--\t+goose  up \r|A;\r|", "-- +goose down\r|C;|", false);
  expect(k_tool, "-- +goose up\nA;\n  -- +goose down\nB;", "-- +goose up|A;|  -- +goose down|B;|", "none|", true);
  EXPECT_EQ(read_migration(k_tool, "A;\n-- +goose Down\nB;"), std::nullopt);
  EXPECT_EQ(read_migration(k_tool, "-- +goose upwards\n--+goose up\n-- +migrate Up\nA;"), std::nullopt);
}

TEST(MigrationTool, ReadsDbmate) {
  constexpr auto k_tool = MigrationTool::dbmate;
  expect(k_tool, "-- head\n--migrate:up\nA;\n-- migrate:down\nB;", "-- head|--migrate:up|A;|", "-- migrate:down|B;|",
         true);
  expect(k_tool, "-- migrate:up a:b\ttransaction:false\nA;\n-- migrate:down transaction:false\n",
         "-- migrate:up a:b\ttransaction:false|A;|", "-- migrate:down transaction:false|", false);
  EXPECT_EQ(read_migration(k_tool, "-- migrate:update\nA;"), std::nullopt);
}

TEST(MigrationTool, ReadsSqlMigrate) {
  constexpr auto k_tool = MigrationTool::sql_migrate;
  expect(k_tool, "-- +migrate Down\nB;\n-- +migrate Up notransaction\nA;\n-- +migrate Down\nC;\n",
         "-- +migrate Up notransaction|A;|", "-- +migrate Down|B;|-- +migrate Down|C;|", false);
  EXPECT_EQ(read_migration(k_tool, "-- +migrate up\nA;"), std::nullopt) << "it minds case";
}

TEST(MigrationTool, RecognisesWhoseLinesTheyAre) {
  EXPECT_THAT(recognise_migration("-- +goose Up\n-- +goose Down"), Optional(MigrationTool::goose));
  EXPECT_THAT(recognise_migration("-- migrate:up\n-- migrate:down"), Optional(MigrationTool::dbmate));
  EXPECT_THAT(recognise_migration("-- +migrate Up\n-- +migrate Down"), Optional(MigrationTool::sql_migrate));
  EXPECT_EQ(recognise_migration("-- +goose Up\nSELECT '-- +goose Down'"), std::nullopt);
  EXPECT_EQ(read_migration(MigrationTool::golang_migrate, "-- +goose Up\n"), std::nullopt);
  for (const std::string& name : migration_tool_names())
    EXPECT_EQ(migration_tool_name(*parse_migration_tool(name)), name);
  EXPECT_EQ(parse_migration_tool("flyway"), std::nullopt);
}

}  // namespace
}  // namespace dbw::review
