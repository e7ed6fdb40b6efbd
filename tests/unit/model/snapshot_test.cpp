#include "model/snapshot.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/error_of.hpp"

namespace dbw::model::test {
namespace {

Snapshot sample() {
  Snapshot out;
  out.database = "shop";
  out.environment = "production";
  out.target = "shop-prod-1";
  out.taken_at = Timestamp::parse("2026-11-20T10:20:00Z");
  out.log_size = 7;
  out.catalogue.server_version = "15.4";
  out.catalogue.settings["wal_level"] = "replica";
  schema::Relation table;
  table.name = {"public", "größe"};
  table.owner = "app";
  table.rows = 0;
  schema::Column& id = table.columns.emplace_back();
  id.name = "id";
  id.type = "bigint";
  id.not_null = id.auto_increment = true;
  schema::Column& tags = table.columns.emplace_back();
  tags.name = "tags";
  tags.type = "varchar";
  tags.type_arguments = {"20"};
  tags.array = true;
  table.constraints.push_back(
      {ConstraintKind::foreign_key, "fk", {"id"}, {"public", "other"}, {"id"}, "cascade", "", false, ""});
  table.indexes.push_back({"ix", {"", "id"}, "btree", true, false, ""});
  table.triggers.push_back({"t", "CREATE TRIGGER t ..."});
  out.catalogue.relations.push_back(table);
  schema::Relation view;
  view.kind = schema::Relation::Kind::view;
  view.name = {"public", "v"};
  view.definition = "SELECT id\n FROM x;";
  view.reads.push_back({{"public", "größe"}, {"id"}});
  out.catalogue.relations.push_back(view);
  out.catalogue.routines.push_back({{"public", "f"}, "a integer", "integer", "stable", true, "sql"});
  out.catalogue.sequences.push_back({{"public", "s"}, 9'000'000'000'000'000'000, 9'223'372'036'854'775'807, {}, ""});
  out.catalogue.types.push_back({{"public", "mood"}, "", {"sad", "ok"}, false});
  return out;
}

std::string changed(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("absent: " + std::string(from));
  return text.replace(at, from.size(), to);
}

TEST(SnapshotForm, RoundTrips) {
  const std::string text = emit_snapshot_payload(sample());
  const Snapshot again = parse_snapshot_payload(text);
  EXPECT_EQ(emit_snapshot_payload(again), text);
  const schema::Relation& table = again.catalogue.relations.at(0);
  EXPECT_EQ(table.rows, 0);
  EXPECT_FALSE(table.bytes.has_value());
  EXPECT_EQ(table.indexes.at(0).columns, (std::vector<std::string>{"", "id"}));
  EXPECT_FALSE(table.indexes.at(0).valid);
  EXPECT_FALSE(table.constraints.at(0).validated);
  EXPECT_EQ(again.catalogue.sequences.at(0).last_value, 9'000'000'000'000'000'000);
}

TEST(SnapshotForm, RefusesEveryOtherSpelling) {
  const std::string good = emit_snapshot_payload(sample());
  const struct {
    std::string_view from, to;
    ErrorCode code;
  } k_rows[] = {
      {R"("log_size":7)", R"("log_size":"7")", ErrorCode::envelope_malformed},
      {R"("rows":0)", R"("rows":-1)", ErrorCode::field_value},
      {R"("kind":"table")", R"("kind":"desk")", ErrorCode::field_value},
      {R"("last_value":"9)", R"("last_value":"+9)", ErrorCode::field_value},
      {R"("last_value":"9)", R"("last_value":"99999)", ErrorCode::field_value},
      {R"("owner":"app")", R"("ownes":"app")", ErrorCode::field_unknown},
      {R"("engine":"postgresql")", R"("engine":"oracle")", ErrorCode::field_value},
      {R"("array":true)", R"("array":false)", ErrorCode::envelope_malformed},
  };
  for (const auto& row : k_rows) {
    EXPECT_EQ(dbw::test::code_of([&] { parse_snapshot_payload(changed(good, row.from, row.to)); }), row.code) << row.to;
  }
}

TEST(SnapshotForm, CutAnywhereItIsRefused) {
  const std::string good = emit_snapshot_payload(sample());
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_THROW(parse_snapshot_payload(std::string_view(good).substr(0, size)), Error) << size;
}

}  // namespace
}  // namespace dbw::model::test
