#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.hpp"

namespace dbw::crypto {

/// DSSE v1 pre-authentication encoding: "DSSEv1 <len> <type> <len> <payload>".
std::string dsse_pae(std::string_view payload_type, std::string_view payload);

/// C2SP signed-note.md.
struct NoteSignature {
  std::string name;
  std::string key_hash;   ///< 4 bytes
  std::string signature;  ///< behind the key hash
};
struct Note {
  std::string text;  ///< ends in '\n'
  std::vector<NoteSignature> signatures;
};
/// "name+hash+base64(type byte, key)".
struct NoteVerifier {
  std::string name;
  std::string key_hash;   ///< 4 bytes
  std::uint8_t type = 1;  ///< 1 Ed25519, 4 cosignature/v1
  std::string raw_key;    ///< 32 bytes
  std::string text() const;
};
NoteVerifier parse_note_verifier(std::string_view vkey);                  ///< throws Error{note_malformed}
NoteVerifier note_verifier(std::string_view name, const PublicKey& key);  ///< Ed25519, type 1
Note parse_note(std::string_view bytes);                                  ///< strict; throws Error{note_malformed}
/// The verifiers whose signature is good. A known key with a bad signature refuses the note whole
/// (Error{note_bad_signature}); none known is Error{note_unknown_key}. For type 4 the timestamped cosignature message
/// is checked.
std::vector<NoteVerifier> require_note(const Note& note, const std::vector<NoteVerifier>& known);
/// text (ending in '\n') plus blank line plus the signature line.
std::string sign_note(std::string_view text, std::string_view name, const MachineSigner& key);

}  // namespace dbw::crypto
