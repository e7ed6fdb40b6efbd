#include "codec/value.hpp"

#include <gtest/gtest.h>

#include "unit/forms/throws.hpp"

namespace dbw::codec {
namespace {

TEST(Value, ComparesWithoutOrderAndPosition) {
  Value a(Value::Map{{"x", Value("1")}, {"y", Value(std::int64_t{2})}});
  const Value b(Value::Map{{"y", Value(std::int64_t{2})}, {"x", Value("1")}});
  a.position = {3, 4};
  EXPECT_EQ(a, b);
  EXPECT_FALSE(a == Value(Value::Map{{"x", Value("1")}}));
  EXPECT_FALSE(Value("1") == Value(std::int64_t{1}));
  EXPECT_FALSE(Value(true) == Value(std::int64_t{1}));
  EXPECT_FALSE((Value(Value::List{"a", "b"}) == Value(Value::List{"b", "a"})));
}

TEST(Value, SetReplacesAndPushAppends) {
  Value map;
  map.set("a", "1").set("b", "2").set("a", "3");
  ASSERT_EQ(map.entries().size(), 2u);
  EXPECT_EQ(map.find("a")->text(), "3");
  EXPECT_EQ(map.find("c"), nullptr);
  Value list(Value::List{});
  list.push("x").push(Value(true));
  EXPECT_EQ(list.items().size(), 2u);
  EXPECT_EQ(test::code_of([&] { list.set("a", "b"); }), "internal_bug");
  EXPECT_EQ(test::code_of([&] { map.push("b"); }), "internal_bug");
}

}  // namespace
}  // namespace dbw::codec
