#include "base/bytes.hpp"

#include "support/error_of.hpp"

namespace dbw::test {
namespace {

TEST(Hex, RoundTrip) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_EQ(from_hex(to_hex(all)), all);
  EXPECT_EQ(to_hex(std::string_view("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(from_hex(""), "");
}

TEST(Hex, IsStrict) {
  for (const char* text : {"0", "0g", "AB", "0x12", " 00", "00\n", "a\xc3"}) {
    EXPECT_EQ(code_of([&] { from_hex(text); }), ErrorCode::bad_encoding) << text;
  }
}

struct Encoded {
  std::string_view bytes;
  std::string_view text;
};

TEST(Base64, Rfc4648Vectors) {
  for (const Encoded& each : std::vector<Encoded>{{"", ""},
                                                  {"f", "Zg=="},
                                                  {"fo", "Zm8="},
                                                  {"foo", "Zm9v"},
                                                  {"foob", "Zm9vYg=="},
                                                  {"fooba", "Zm9vYmE="},
                                                  {"foobar", "Zm9vYmFy"},
                                                  {"\xfb\xff", "+/8="}}) {
    EXPECT_EQ(to_base64(each.bytes), each.text);
    EXPECT_EQ(from_base64(each.text), each.bytes);
  }
}

TEST(Base64, RefusesWhatIsNotCanonical) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=Zg=", "Zg==Zg==", "Zm9v\n", " Zm9v",
                           "Zm_v", "Zm-v", "Z=g=", "A===", "=", "=="}) {
    EXPECT_EQ(code_of([&] { from_base64(text); }), ErrorCode::bad_encoding) << text;
  }
  EXPECT_EQ(code_of([] { from_base64(std::string_view("Zg\0=", 4)); }), ErrorCode::bad_encoding);
}

TEST(Base64Url, HasNoPadding) {
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
  EXPECT_EQ(from_base64url("-_8"), "\xfb\xff");
  EXPECT_EQ(from_base64url(""), "");
  for (const char* text : {"-_8=", "+/8", "-_9", "A", "AAAAA", "Zg\n"}) {
    EXPECT_EQ(code_of([&] { from_base64url(text); }), ErrorCode::bad_encoding) << text;
  }
}

TEST(Base64, EveryLengthAndTailRoundTrips) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

/// Strictness means one text per value: of all two-character tails only those that encode back are read.
TEST(Base64, OneTextPerValue) {
  int accepted = 0;
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text = {static_cast<char>(a), static_cast<char>(b), '=', '='};
      try {
        EXPECT_EQ(to_base64(from_base64(text)), text);
        ++accepted;
      } catch (const Error&) {
      }
    }
  }
  EXPECT_EQ(accepted, 256);
}

TEST(Digest, TextRoundTrip) {
  const std::string text = "sha256:" + std::string(62, '0') + "ff";
  const Digest digest = Digest::parse(text);
  EXPECT_EQ(digest.text(), text);
  EXPECT_EQ(digest.hex(), text.substr(7));
  EXPECT_EQ(digest.raw().size(), 32u);
  EXPECT_EQ(Digest::from_raw(digest.raw()), digest);
  EXPECT_LT(Digest{}, digest);
}

TEST(Digest, IsStrict) {
  const std::string digits(64, 'a');
  for (const std::string& text : {std::string(), digits, "sha256:" + digits + "a", "sha256:" + digits.substr(1),
                                  "SHA256:" + digits, "sha256:" + std::string(64, 'A'), "sha512:" + digits,
                                  "sha256:" + digits + "\n", " sha256:" + digits, "sha256:" + std::string(64, 'g')}) {
    EXPECT_EQ(code_of([&] { Digest::parse(text); }), ErrorCode::bad_digest) << text;
  }
  EXPECT_EQ(code_of([] { Digest::from_raw(std::string(31, 'x')); }), ErrorCode::bad_digest);
  EXPECT_EQ(code_of([] { Digest::from_raw(std::string(33, 'x')); }), ErrorCode::bad_digest);
}

TEST(Pae, PasetoForm) {
  EXPECT_EQ(to_hex(pae({})), "0000000000000000");
  EXPECT_EQ(to_hex(pae({""})), "01000000000000000000000000000000");
  EXPECT_EQ(to_hex(pae({"test"})), "0100000000000000040000000000000074657374");
  EXPECT_EQ(pae_range(std::vector<std::string>{"a", "bc"}), pae({"a", "bc"}));
}

TEST(Pae, PiecesCannotRunTogether) {
  EXPECT_NE(pae({"ab", "c"}), pae({"a", "bc"}));
  EXPECT_NE(pae({"ab"}), pae({"ab", ""}));
  EXPECT_EQ(to_hex(le64(0x0102030405060708ull)), "0807060504030201");
  EXPECT_EQ(to_hex(le64(~0ull)), "ffffffffffffffff");
}

}  // namespace
}  // namespace dbw::test
