#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/sql_types.hpp"
#include "base/time.hpp"
#include "support/error_of.hpp"

namespace dbw::test {
namespace {

TEST(Timestamp, RoundTrip) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2000-02-29T23:59:59Z", "2026-11-20T10:15:00Z",
                           "2038-01-19T03:14:08Z", "9999-12-31T23:59:59Z"}) {
    EXPECT_EQ(Timestamp::parse(text).text(), text);
  }
  EXPECT_EQ(Timestamp::parse("2001-09-09T01:46:40Z").seconds, 1'000'000'000);
}

TEST(Timestamp, IsStrict) {
  for (const char* text : {"",
                           "2026-11-20T10:15:00",
                           "2026-11-20T10:15:00z",
                           "2026-11-20t10:15:00Z",
                           "2026-11-20 10:15:00Z",
                           "2026-11-20T10:15:00.0Z",
                           "2026-11-20T10:15:00+00:00",
                           "2026-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",
                           "2026-00-01T00:00:00Z",
                           "2026-11-31T00:00:00Z",
                           "2026-11-20T24:00:00Z",
                           "2026-11-20T10:60:00Z",
                           "2016-12-31T23:59:60Z",
                           "1969-12-31T23:59:59Z",
                           "2026-1-20T10:15:000Z",
                           "+026-11-20T10:15:00Z",
                           "2026-11-20T10:15:00Z\n",
                           " 2026-11-20T10:15:00Z",
                           "20a6-11-20T10:15:00Z"}) {
    EXPECT_EQ(code_of([&] { Timestamp::parse(text); }), ErrorCode::bad_time) << text;
  }
}

TEST(Timestamp, Arithmetic) {
  const Timestamp at = Timestamp::parse("2026-12-31T23:59:59Z");
  EXPECT_EQ((at + Seconds(1)).text(), "2027-01-01T00:00:00Z");
  EXPECT_EQ((at - Seconds(1)).text(), "2026-12-31T23:59:58Z");
  EXPECT_EQ((at + Seconds(90)) - at, Seconds(90));
  EXPECT_LT(at, at + Seconds(1));
}

TEST(Duration, Parses) {
  EXPECT_EQ(parse_duration("90s"), Seconds(90));
  EXPECT_EQ(parse_duration("15m"), Seconds(900));
  EXPECT_EQ(parse_duration("8h"), Seconds(28'800));
  EXPECT_EQ(parse_duration("7d"), Seconds(604'800));
  EXPECT_EQ(parse_duration("0s"), Seconds(0));
  EXPECT_EQ(parse_duration("3650d"), Seconds(315'360'000));
}

TEST(Duration, IsStrict) {
  for (const char* text : {"", "s", "5", "5w", "-5s", "+5s", " 5s", "5 s", "5s ", "1h30m", "1.5h", "3651d",
                           "99999999999s", "999999999999d", "18446744073709551617s", "5S", "٥s"}) {
    EXPECT_EQ(code_of([&] { parse_duration(text); }), ErrorCode::bad_time) << text;
  }
}

TEST(Duration, FormatsWithTheLargestUnit) {
  for (const char* text : {"90s", "15m", "1h", "25h", "7d", "0s"})
    EXPECT_EQ(format_duration(parse_duration(text)), text);
  EXPECT_EQ(format_duration(Seconds(3600)), "1h");
  EXPECT_EQ(format_duration(Seconds(86'400)), "1d");
}

TEST(Clocks, FixedAdvancesAndSystemIsSane) {
  FixedClock fixed(Timestamp{100});
  fixed.advance(Seconds(5));
  EXPECT_EQ(fixed.now(), Timestamp{105});
  EXPECT_GT(SystemClock().now(), Timestamp::parse("2020-01-01T00:00:00Z"));
}

TEST(RequestIds, Accepted) {
  for (const char* text : {"REQ-20261120-K7QF", "AB-1", "ABCDEFGH-Z", "OPS-42-7", "RQ--"}) {
    EXPECT_EQ(RequestId(text).text(), text);
  }
}

TEST(RequestIds, Refused) {
  for (const std::string& text :
       {std::string(), std::string("REQ"), std::string("REQ-"), std::string("R-1"), std::string("ABCDEFGHI-1"),
        std::string("req-1"), std::string("REQ-a"), std::string("REQ-1/2"), std::string("REQ-.."),
        std::string("../REQ-1"), std::string("REQ-1\n"), std::string("R3Q-1"), std::string("-REQ-1"),
        "REQ-" + std::string(33, '1'), std::string("REQ-1\0", 6), std::string("RÉQ-1")}) {
    EXPECT_EQ(code_of([&] { RequestId{text}; }), ErrorCode::bad_name) << text;
  }
}

TEST(RequestIds, Folder) {
  EXPECT_EQ(request_folder(RequestId("REQ-20261120-K7QF")), "requests/2026/11/REQ-20261120-K7QF");
  EXPECT_EQ(request_folder(RequestId("OPS-42")), "requests/0000/00/OPS-42");
  EXPECT_EQ(request_folder(RequestId("OPS-2026112-1")), "requests/0000/00/OPS-2026112-1");
}

TEST(KeyIds, AreFingerprints) {
  const std::string digest = "uNiVztksCsDhcc0u9e8BrrkHlXGBzCmMFyIzv4m3fSg";
  EXPECT_EQ(KeyId("SHA256:" + digest).text(), "SHA256:" + digest);
  for (const std::string& text :
       {std::string(), digest, "SHA256:" + digest + "=", "SHA256:" + digest.substr(1), "MD5:" + digest,
        "SHA256:" + digest.substr(1) + "!", "SHA256:" + digest.substr(1) + "\n"}) {
    EXPECT_EQ(code_of([&] { KeyId{text}; }), ErrorCode::bad_name) << text;
  }
}

TEST(Names, Grammar) {
  for (const std::string& text : {std::string("a"), std::string("0"), std::string("a.b_c-d9"), std::string(63, 'a')}) {
    EXPECT_TRUE(is_name(text)) << text;
    EXPECT_EQ(require_name(text, "database"), text);
  }
  for (const std::string& text :
       {std::string(), std::string(64, 'a'), std::string(".a"), std::string("-a"), std::string("_a"), std::string("A"),
        std::string("a b"), std::string("a/b"), std::string("a\n"), std::string("ä"), std::string("a\0b", 3)}) {
    EXPECT_FALSE(is_name(text)) << text;
    EXPECT_EQ(code_of([&] { require_name(text, "database"); }), ErrorCode::bad_name) << text;
  }
}

TEST(SqlTypes, NamesRoundTrip) {
  for (const Engine engine : {Engine::postgresql, Engine::mysql, Engine::mariadb, Engine::sqlite}) {
    EXPECT_EQ(parse_engine(engine_name(engine)), engine);
  }
  for (const char* text : {"", "postgres", "PostgreSQL", "oracle", "?"}) EXPECT_EQ(parse_engine(text), std::nullopt);
  EXPECT_EQ(engine_name(static_cast<Engine>(99)), "?");
}

TEST(SqlTypes, ClassesAreOrderedWeakestFirst) {
  ASSERT_EQ(all_classes().size(), 10u);
  for (std::size_t i = 0; i < all_classes().size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(all_classes()[i]), i);
    EXPECT_EQ(parse_class(class_name(all_classes()[i])), all_classes()[i]);
  }
  for (const char* text : {"", "READ", "write", "?"}) EXPECT_EQ(parse_class(text), std::nullopt);
}

}  // namespace
}  // namespace dbw::test
