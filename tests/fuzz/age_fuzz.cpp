#include <optional>
#include <vector>

#include "crypto/age.hpp"
#include "crypto/age_header.hpp"
#include "fuzz.hpp"

namespace {

/// The specification's example; the corpus is sealed for it.
const std::vector<dbw::crypto::AgeIdentity>& known() {
  static const std::vector<dbw::crypto::AgeIdentity> k_known = [] {
    std::vector<dbw::crypto::AgeIdentity> out;
    out.push_back(
        dbw::crypto::AgeIdentity::parse("AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"));
    return out;
  }();
  return k_known;
}

/// What comes out of `sealed` where it arrives in two pieces; nullopt: refused.
std::optional<std::string> open_split(std::string_view sealed, std::size_t at) {
  std::optional<std::string> opened;
  dbw::fuzz::may_refuse([&] {
    std::string plain;
    dbw::crypto::AgeReader reader(known(), [&](std::string_view piece) { plain += piece; });
    reader.write(sealed.substr(0, at));
    reader.write(sealed.substr(at));
    reader.finish();
    opened = plain;
  });
  return opened;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const auto header = dbw::crypto::parse_age_header(bytes);
    if (!header) return;
    const std::string emitted = dbw::crypto::emit_age_header(header->stanzas) + dbw::crypto::emit_age_mac(header->mac);
    dbw::fuzz::require(emitted == bytes.substr(0, header->size), "a header is written as it was read");
  });
  const auto whole = open_split(bytes, 0);
  for (const std::size_t at : {size / 3, size / 2, size}) {
    dbw::fuzz::require(open_split(bytes, at) == whole, "it does not matter how the bytes arrive");
  }
  dbw::fuzz::require(!whole || !open_split(std::string(bytes) + "x", 0), "nothing may stand behind the last chunk");
  dbw::fuzz::may_refuse(
      [&] { dbw::fuzz::require(dbw::crypto::parse_age_recipient(bytes).text() == bytes, "a recipient has one text"); });
  dbw::fuzz::may_refuse([&] {
    dbw::fuzz::require(dbw::crypto::AgeIdentity::parse(bytes).text().reveal() == bytes, "an identity has one text");
  });
  return 0;
}
