#include "crypto/note.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "support/paths.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::crypto {
namespace {

using test::code_of;

nlohmann::json json_file(const std::filesystem::path& path) { return nlohmann::json::parse(test::slurp(path)); }
std::string line_of(const std::filesystem::path& path) {
  const std::string text = test::slurp(path);
  return text.substr(0, text.find('\n'));
}

TEST(Dsse, PaeOfTheSpecification) {
  DBW_NEEDS_FOLDER(test::vectors_dir());
  const auto sample = json_file(test::vectors_dir() / "dsse/hello_world.json");
  EXPECT_EQ(dsse_pae(sample.at("payloadType").get<std::string>(), sample.at("payload_utf8").get<std::string>()),
            sample.at("pae_utf8").get<std::string>());
  EXPECT_EQ(dsse_pae("", ""), "DSSEv1 0  0 ");
}

TEST(Note, SignAndVerifyRoundTrip) {
  const MachineKey key = MachineKey::from_seed(std::string(32, 'a'));
  const std::string text = "origin\n\n1\n";
  const std::string bytes = sign_note(text, "dbw.example/log", key);
  const Note note = parse_note(bytes);
  EXPECT_EQ(note.text, text);
  const NoteVerifier verifier = note_verifier("dbw.example/log", key.public_key());
  EXPECT_EQ(parse_note_verifier(verifier.text()).raw_key, verifier.raw_key);
  EXPECT_EQ(require_note(note, {verifier}).size(), 1u);
}

TEST(Note, PublishedExamplesVerify) {
  const auto folder = test::vectors_dir() / "c2sp";
  DBW_NEEDS_FOLDER(folder);
  for (const char* name : {"signed_note_example", "go_note_example"}) {
    const Note note = parse_note(test::slurp(folder / (std::string(name) + ".note")));
    const NoteVerifier verifier = parse_note_verifier(line_of(folder / (std::string(name) + ".vkey")));
    EXPECT_EQ(require_note(note, {verifier}).at(0).name, verifier.name);
    Note changed = note;
    changed.text += "x\n";
    EXPECT_EQ(code_of([&] { require_note(changed, {verifier}); }), "note_bad_signature");
  }
  EXPECT_EQ(parse_note(test::slurp(folder / "cosigned_checkpoint_format_only.note")).signatures.size(), 2u);
}

TEST(Note, LogAndWitnessSignaturesVerify) {
  DBW_NEEDS_FOLDER(test::vectors_dir());
  const std::pair<const char*, const char*> samples[] = {
      {"generated/cosigned_checkpoint.note", "generated/cosigned_checkpoint.keys.json"},
      {"c2sp/sigsum_cosigned_checkpoint.note", "c2sp/sigsum_cosigned_checkpoint.keys.json"}};
  for (const auto& [note_name, keys_name] : samples) {
    const Note note = parse_note(test::slurp(test::vectors_dir() / note_name));
    const auto keys = json_file(test::vectors_dir() / keys_name);
    const NoteVerifier log = parse_note_verifier(keys.at("log_vkey").get<std::string>());
    const NoteVerifier witness = parse_note_verifier(keys.at("witness_vkey").get<std::string>());
    EXPECT_EQ(witness.type, 4);
    EXPECT_EQ(require_note(note, {log, witness}).size(), 2u);
    EXPECT_EQ(require_note(note, {witness}).size(), 1u);
    Note retimed = note;
    retimed.signatures.at(1).signature[7] = static_cast<char>(retimed.signatures.at(1).signature[7] ^ 1);
    EXPECT_EQ(code_of([&] { require_note(retimed, {log, witness}); }), "note_bad_signature");
    EXPECT_EQ(require_note(retimed, {log}).size(), 1u);
  }
}

TEST(Note, KnownKeyWithBadSignatureRefusesTheWholeNote) {
  const MachineKey good = MachineKey::from_seed(std::string(32, 'a'));
  const MachineKey other = MachineKey::from_seed(std::string(32, 'b'));
  Note note = parse_note(sign_note("text\n", "good", good));
  note.signatures.push_back(parse_note(sign_note("another text\n", "other", other)).signatures.at(0));
  EXPECT_EQ(require_note(note, {note_verifier("good", good.public_key())}).size(), 1u);
  EXPECT_EQ(
      code_of([&] {
        require_note(note, {note_verifier("good", good.public_key()), note_verifier("other", other.public_key())});
      }),
      "note_bad_signature");
  EXPECT_EQ(code_of([&] { require_note(note, {}); }), "note_unknown_key");
  EXPECT_EQ(code_of([&] { require_note(note, {note_verifier("good", other.public_key())}); }), "note_unknown_key");
}

TEST(Note, RefusesOtherForms) {
  const std::string good = sign_note("text\n", "name", MachineKey::from_seed(std::string(32, 'a')));
  const auto code = [](const std::string& bytes) { return code_of([&] { parse_note(bytes); }); };
  EXPECT_EQ(code(good), "nothing");
  const std::string signature_line = good.substr(6);
  const std::vector<std::string> others = {
      "",
      "text\n",
      "text\n\n",
      good.substr(0, good.size() - 1),
      good + "\n",
      good + "x\n",
      "te\rxt\n\n" + signature_line,
      "te\xFFxt\n\n" + signature_line,
      "\n" + signature_line,
      "text\n\n- name AAAAAAAA\n",
      "text\n\n\xE2\x80\x94 name\n",
      "text\n\n\xE2\x80\x94 na+me AAAAAAAA\n",
      "text\n\n\xE2\x80\x94 name AAAAAA==\n",
      "text\n\n\xE2\x80\x94 name AAAAAAA\n",
      std::string(70'000, 'x') + good,
  };
  for (const std::string& bytes : others) {
    EXPECT_EQ(code(bytes), "note_malformed") << bytes.substr(0, 80);
  }
  std::string many = "text\n\n";
  for (int i = 0; i < 65; ++i) many += signature_line;
  EXPECT_EQ(code(many), "note_malformed");
}

TEST(NoteVerifierKey, RefusesOtherForms) {
  const MachineKey key = MachineKey::from_seed(std::string(32, 'a'));
  const std::string good = note_verifier("name", key.public_key()).text();
  const auto code = [](const std::string& text) { return code_of([&] { parse_note_verifier(text); }); };
  EXPECT_EQ(code(good), "nothing");
  std::string wrong_hash = good;
  wrong_hash[5] = wrong_hash[5] == '0' ? '1' : '0';
  for (const std::string& text :
       std::vector<std::string>{"", "name", "name+00000000", wrong_hash, "x" + good, good + "AAAA", " " + good}) {
    EXPECT_EQ(code(text), "note_malformed") << text;
  }
  EXPECT_EQ(code("name+00000000+" + to_base64(std::string(1, '\2') + key.public_key().raw)), "key_type_unsupported");
  EXPECT_EQ(code_of([&] { sign_note("no newline", "name", key); }), "note_malformed");
  EXPECT_EQ(code_of([&] { sign_note("text\n", "na me", key); }), "note_malformed");
}

}  // namespace
}  // namespace dbw::crypto
