#include "crypto/sshsig.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view armour = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const dbw::crypto::SshSignature signature = dbw::crypto::parse_sshsig(armour);
    dbw::fuzz::require(dbw::crypto::parse_public_key(signature.key.text()) == signature.key,
                       "the claimed key has a text form");
    dbw::fuzz::require(signature.raw.size() >= 64 && !signature.name_space.empty(), "a signature is whole");
    const std::string spaced = std::string(armour) + "\n\n";
    bool refused = false;
    dbw::fuzz::may_refuse([&] {
      refused = true;
      dbw::crypto::parse_sshsig(spaced);
      refused = false;
    });
    dbw::fuzz::require(refused, "nothing may stand behind the armour");
    dbw::crypto::require_sshsig(signature, signature.key, "git", "message");
  });
  return 0;
}
