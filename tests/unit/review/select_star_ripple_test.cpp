// What a stored view or trigger makes of a column that is added or dropped: rule examples hold no views.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace dbw::test {
namespace {

using schema::Relation;
using testing::HasSubstr;

std::string ripple(Engine engine, const Relation& stored, std::string_view change) {
  auto snapshot = std::make_shared<model::Snapshot>();
  snapshot->catalogue.engine = engine;
  snapshot->catalogue.relations.push_back(stored);
  review::ReviewInput input = input_of(change, engine);
  input.snapshot = snapshot;
  const model::Review review = review::review_sql(input);
  const model::Finding* found = find(review, "select-star-ripple");
  return found == nullptr ? "" : found->message;
}

Relation view(const std::string& definition, std::vector<schema::Dependency> reads = {}) {
  Relation out;
  out.kind = Relation::Kind::view;
  out.name = {"s", "v"};
  out.definition = definition;
  out.reads = std::move(reads);
  return out;
}

Relation with_trigger(const std::string& definition) {
  Relation out;
  out.name = {"s", "orders"};
  out.triggers = {{"keep", definition}};
  return out;
}

constexpr std::string_view k_add = "ALTER TABLE orders ADD COLUMN note text";
constexpr std::string_view k_drop = "ALTER TABLE orders DROP COLUMN note";

TEST(SelectStarRipple, ViewsOfSqliteKeepTheStar) {
  const Relation star = view("CREATE VIEW v AS SELECT o.* FROM orders o");
  EXPECT_THAT(ripple(Engine::sqlite, star, k_add), HasSubstr("view \"s.v\" takes it with SELECT *"));
  EXPECT_EQ(ripple(Engine::sqlite, star, "ALTER TABLE other ADD COLUMN note text"), "");
  EXPECT_EQ(ripple(Engine::sqlite, view("CREATE VIEW v AS SELECT id FROM orders"), k_add), "");
  EXPECT_EQ(ripple(Engine::postgresql, star, k_add), "") << "it lists columns there";
}

TEST(SelectStarRipple, DroppedColumnsAreNamed) {
  const Relation named = view("select `s`.`orders`.`note` AS `n` from `s`.`orders`");
  EXPECT_THAT(ripple(Engine::mariadb, named, k_drop), HasSubstr("view \"s.v\" names it: column \"note\""));
  EXPECT_EQ(ripple(Engine::mariadb, named, "ALTER TABLE orders DROP COLUMN id"), "");
  EXPECT_EQ(ripple(Engine::mariadb, named, k_add), "");
  const Relation known = view(" SELECT orders.note FROM orders;", {{{"public", "orders"}, {"note"}}});
  EXPECT_THAT(ripple(Engine::postgresql, known, k_drop), HasSubstr("names it"));
  EXPECT_EQ(ripple(Engine::postgresql, view(" SELECT note FROM orders, x;", {{{"public", "x"}, {"note"}}}), k_drop), "")
      << "the catalogue knows whose column it is";
}

TEST(SelectStarRipple, TriggersAreRead) {
  EXPECT_THAT(ripple(Engine::sqlite,
                     with_trigger("CREATE TRIGGER keep AFTER UPDATE ON orders BEGIN INSERT INTO log SELECT * FROM "
                                  "orders WHERE id = NEW.id; END"),
                     k_add),
              HasSubstr("trigger \"keep\" of \"s.orders\" takes it with SELECT *"));
  EXPECT_THAT(
      ripple(Engine::mysql, with_trigger("AFTER UPDATE INSERT INTO orders_log VALUES (NEW.note, orders)"), k_drop),
      HasSubstr("names it"));
}

}  // namespace
}  // namespace dbw::test
