#include "crypto/keys.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const dbw::crypto::PublicKey key = dbw::crypto::parse_public_key(line);
    const std::string text = key.text();
    dbw::fuzz::require(line.substr(0, text.size()) == text, "the key is written as it was read");
    dbw::fuzz::require(line.size() == text.size() || line[text.size()] == ' ', "only a comment may follow");
    dbw::fuzz::require(dbw::crypto::parse_public_key(text).id == key.id,
                       "the fingerprint does not depend on the comment");
  });
  return 0;
}
