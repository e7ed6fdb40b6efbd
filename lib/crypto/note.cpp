#include "crypto/note.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "crypto/key_blob.hpp"

namespace dbw::crypto {
namespace {

constexpr std::string_view k_signature_prefix = "\xE2\x80\x94 ";  // em dash, blank
constexpr std::size_t k_note_bytes_max = 64 * 1024;
constexpr std::size_t k_signatures_max = 64;
constexpr std::size_t k_key_hash_bytes = 4;
constexpr std::size_t k_cosignature_time_bytes = 8;
constexpr std::uint8_t k_type_ed25519_note = 1;
constexpr std::uint8_t k_type_cosignature = 4;

[[noreturn]] void bad_note(std::string_view why) {
  throw Error(ErrorCode::note_malformed, fmt::format("not a signed note: {}", why));
}

std::string decode(std::string_view text) {
  try {
    return from_base64(text);
  } catch (const Error& error) {
    bad_note(error.message());
  }
}

/// Stricter than C2SP: printable ASCII without `+`, so that two names that look alike are alike.
bool is_key_name(std::string_view name) {
  return !name.empty() &&
         std::all_of(name.begin(), name.end(), [](char c) { return c > 0x20 && c < 0x7F && c != '+'; });
}

std::string key_hash(std::string_view name, std::uint8_t type, std::string_view raw_key) {
  const std::string preimage = std::string(name) + '\n' + static_cast<char>(type) + std::string(raw_key);
  return sha256(preimage).raw().substr(0, k_key_hash_bytes);
}

NoteSignature parse_signature_line(std::string_view line) {
  if (line.substr(0, k_signature_prefix.size()) != k_signature_prefix)
    bad_note("a signature line does not begin with an em dash and a blank");
  line.remove_prefix(k_signature_prefix.size());
  const auto blank = line.find(' ');
  const std::string_view name = line.substr(0, blank);
  if (blank == std::string_view::npos || !is_key_name(name)) bad_note("a signature line is not `name base64`");
  const std::string bytes = decode(line.substr(blank + 1));
  if (bytes.size() <= k_key_hash_bytes) bad_note("a signature is too short");
  return {std::string(name), bytes.substr(0, k_key_hash_bytes), bytes.substr(k_key_hash_bytes)};
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char c : bytes) number = (number << 8) | static_cast<std::uint8_t>(c);
  return number;
}

bool is_good(const Note& note, const NoteSignature& signature, const NoteVerifier& verifier) {
  if (verifier.type == k_type_ed25519_note) return verify_ed25519(verifier.raw_key, note.text, signature.signature);
  if (signature.signature.size() != k_cosignature_time_bytes + k_ed25519_signature_bytes) return false;
  const std::uint64_t time = big_endian(std::string_view(signature.signature).substr(0, k_cosignature_time_bytes));
  const std::string message = fmt::format("cosignature/v1\ntime {}\n{}", time, note.text);
  return verify_ed25519(verifier.raw_key, message,
                        std::string_view(signature.signature).substr(k_cosignature_time_bytes));
}

void require_note_text(std::string_view text) {
  if (text.empty() || text.back() != '\n') bad_note("its text does not end in a line break");
  std::string what;
  if (find_forbidden_character(text, false, &what) != std::string_view::npos) bad_note(what);
}

}  // namespace

std::string dsse_pae(std::string_view payload_type, std::string_view payload) {
  std::string out = fmt::format("DSSEv1 {} {} {} ", payload_type.size(), payload_type, payload.size());
  return out.append(payload);
}

std::string NoteVerifier::text() const {
  return fmt::format("{}+{}+{}", name, to_hex(key_hash), to_base64(std::string(1, static_cast<char>(type)) + raw_key));
}

NoteVerifier parse_note_verifier(std::string_view vkey) {
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  if (second == std::string_view::npos) bad_note("a verifier key is `name+hash+base64`");
  const std::string key = decode(vkey.substr(second + 1));
  if (key.size() != 1 + k_ed25519_key_bytes) bad_note("a verifier key has a type byte and 32 bytes");
  NoteVerifier out;
  out.name = vkey.substr(0, first);
  out.type = static_cast<std::uint8_t>(key[0]);
  out.raw_key = key.substr(1);
  if (!is_key_name(out.name)) bad_note("a key name is printable ASCII without `+`");
  if (out.type != k_type_ed25519_note && out.type != k_type_cosignature) {
    throw Error(ErrorCode::key_type_unsupported, fmt::format("verifier keys of type {} are not supported", out.type),
                "Use type 1 (Ed25519) or 4 (cosignature/v1).");
  }
  out.key_hash = key_hash(out.name, out.type, out.raw_key);
  if (out.text() != vkey) bad_note("the key's hash does not match its name and bytes");
  return out;
}

NoteVerifier note_verifier(std::string_view name, const PublicKey& key) {
  if (!is_key_name(name)) bad_note("a key name is printable ASCII without `+`");
  return {std::string(name), key_hash(name, k_type_ed25519_note, key.raw), k_type_ed25519_note, key.raw};
}

Note parse_note(std::string_view bytes) {
  if (bytes.size() > k_note_bytes_max) bad_note("it is too long");
  const auto split_at = bytes.rfind("\n\n");
  if (split_at == std::string_view::npos || bytes.back() != '\n') bad_note("it has no signatures behind a blank line");
  Note note;
  note.text = bytes.substr(0, split_at + 1);
  require_note_text(note.text);
  for (const std::string_view line : split_lines(bytes.substr(split_at + 2))) {
    if (note.signatures.size() == k_signatures_max) bad_note(fmt::format("more than {} signatures", k_signatures_max));
    note.signatures.push_back(parse_signature_line(line));
  }
  if (note.signatures.empty()) bad_note("it has no signatures");
  return note;
}

std::vector<NoteVerifier> require_note(const Note& note, const std::vector<NoteVerifier>& known) {
  std::vector<NoteVerifier> good;
  for (const NoteVerifier& verifier : known) {
    bool seen = false;
    for (const NoteSignature& signature : note.signatures) {
      if (signature.name != verifier.name || signature.key_hash != verifier.key_hash) continue;
      if (!is_good(note, signature, verifier)) {
        throw Error(ErrorCode::note_bad_signature,
                    fmt::format("the signature of {} on the note is bad", printable(verifier.name)));
      }
      seen = true;
    }
    if (seen) good.push_back(verifier);
  }
  if (good.empty()) throw Error(ErrorCode::note_unknown_key, "none of the note's signatures is by a known key");
  return good;
}

std::string sign_note(std::string_view text, std::string_view name, const MachineSigner& key) {
  require_note_text(text);
  const NoteVerifier verifier = note_verifier(name, key.public_key());
  return fmt::format("{}\n{}{} {}\n", text, k_signature_prefix, name, to_base64(verifier.key_hash + key.sign(text)));
}

}  // namespace dbw::crypto
