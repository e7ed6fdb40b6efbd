#include "base/bytes.hpp"
#include "fuzz.hpp"
#include "model/web_token.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const dbw::model::WebToken token = dbw::model::parse_web_token(bytes);
    dbw::fuzz::require(token.signed_part + "." + dbw::to_base64url(token.signature) == bytes,
                       "what is verified is what was read");
  });
  // The same text as claims: base64 would keep the fuzzer out.
  dbw::fuzz::may_refuse([&] {
    dbw::model::parse_web_token(dbw::to_base64url(R"({"alg":"RS256","kid":"k"})") + "." + dbw::to_base64url(bytes) +
                                ".AA");
  });
  dbw::fuzz::may_refuse([&] { dbw::model::parse_web_key_set(bytes, "keys"); });
  return 0;
}
