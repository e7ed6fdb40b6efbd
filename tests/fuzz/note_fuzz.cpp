#include "base/bytes.hpp"
#include "crypto/note.hpp"
#include "fuzz.hpp"

namespace {

std::string emit(const dbw::crypto::Note& note) {
  std::string out = note.text + "\n";
  for (const auto& each : note.signatures)
    out += "\xE2\x80\x94 " + each.name + " " + dbw::to_base64(each.key_hash + each.signature) + "\n";
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const dbw::crypto::Note note = dbw::crypto::parse_note(bytes);
    dbw::fuzz::require(emit(note) == bytes, "a note is written as it was read");
    std::vector<dbw::crypto::NoteVerifier> known;
    for (const auto& each : note.signatures) known.push_back({each.name, each.key_hash, 4, std::string(32, 'k')});
    dbw::crypto::require_note(note, known);
  });
  dbw::fuzz::may_refuse([&] {
    dbw::fuzz::require(dbw::crypto::parse_note_verifier(bytes).text() == bytes,
                       "a verifier key is written as it was read");
  });
  return 0;
}
