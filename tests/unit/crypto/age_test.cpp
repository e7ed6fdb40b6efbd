#include "crypto/age.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "crypto/age_header.hpp"
#include "crypto/age_keys.hpp"
#include "unit/forms/throws.hpp"

namespace dbw::crypto {
namespace {

using test::code_of;
using testing::HasSubstr;

constexpr std::size_t k_chunk = 64 * 1024;
/// From the specification, section "The X25519 recipient type".
constexpr std::string_view k_spec_identity =
    "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr std::string_view k_spec_recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

std::vector<AgeIdentity> identities(const std::vector<std::string_view>& texts) {
  std::vector<AgeIdentity> out;
  for (const std::string_view text : texts) out.push_back(AgeIdentity::parse(text));
  return out;
}

std::vector<AgeIdentity> spec_identity() { return identities({k_spec_identity}); }
AgeRecipient spec_recipient() { return parse_age_recipient(k_spec_recipient); }

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

/// Bytes in which no chunk is like another.
std::string plain_of(std::size_t size) {
  std::string out(size, '\0');
  std::uint32_t state = 1;
  for (char& c : out) c = static_cast<char>((state = state * 1664525u + 1013904223u) >> 24);
  return out;
}

/// The program age and its keys, as a user without our code has them.
class AgeProgram : public testing::Test {
 protected:
  std::string must(std::vector<std::string> argv, const std::string& input = {}) const {
    const ProcessResult result = run(std::move(argv), input);
    EXPECT_EQ(result.status, 0) << result.errors;
    return result.output;
  }
  ProcessResult run(std::vector<std::string> argv, const std::string& input = {}) const {
    ProcessRequest request;
    request.argv = std::move(argv);
    request.environment = clean_environment();
    request.input = input;
    return run_process(request);
  }
  std::string file(const std::string& name, std::string_view bytes) const {
    const auto path = m_folder.path() / name;
    write_file_atomic(path, bytes, 0600);
    return path.string();
  }
  std::string read(const std::string& name) const { return read_file(m_folder.path() / name, 1u << 30); }
  std::string path(const std::string& name) const { return (m_folder.path() / name).string(); }
  /// The identity in a file that age-keygen made.
  AgeIdentity keygen(const std::string& name) const {
    must({"age-keygen", "-o", path(name)});
    const std::string text = read(name);
    return AgeIdentity::parse(trim(text.substr(text.find("AGE-SECRET-KEY-"))));
  }

 private:
  TemporaryFolder m_folder;
};

TEST(AgeKeys, AreThoseOfTheSpecification) {
  const AgeIdentity identity = AgeIdentity::parse(k_spec_identity);
  EXPECT_EQ(identity.recipient().text(), k_spec_recipient);
  EXPECT_EQ(identity.text().reveal(), k_spec_identity);
  EXPECT_EQ(parse_age_recipient(k_spec_recipient), identity.recipient());
}

TEST(AgeKeys, HaveOneTextEach) {
  const std::string recipient(k_spec_recipient), identity(k_spec_identity);
  std::vector<std::string> recipients = {"",
                                         "age1",
                                         upper(recipient),
                                         "age1" + upper(recipient.substr(4)),
                                         recipient + "q",
                                         recipient.substr(0, recipient.size() - 1),
                                         " " + recipient,
                                         recipient + "\n",
                                         "bge1" + recipient.substr(4),
                                         identity,
                                         "age1pq" + recipient.substr(4)};
  std::vector<std::string> secrets = {"", to_lower(identity), identity + "Q", identity + "\n", recipient};
  for (std::size_t i = 4; i < recipient.size(); i += 7) {
    recipients.push_back(recipient);
    recipients.back()[i] = recipients.back()[i] == 'q' ? 'p' : 'q';
    secrets.push_back(identity);
    secrets.back()[i + 12] = secrets.back()[i + 12] == 'Q' ? 'P' : 'Q';
  }
  for (const std::string& wrong : recipients)
    EXPECT_EQ(code_of([&] { parse_age_recipient(wrong); }), "age_recipient") << wrong;
  for (const std::string& wrong : secrets) {
    std::string message;
    EXPECT_EQ(code_of([&] { AgeIdentity::parse(wrong); }, &message), "age_identity") << wrong;
    EXPECT_TRUE(wrong.empty() || message.find(wrong) == std::string::npos) << "an error shows no key";
  }
}

/// Every point of low order (RFC 7748, section 7; the list of the Curve25519 page), and numbers that are not reduced.
TEST(AgeKeys, WeakPointsAreRefused) {
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                          "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"}) {
    const std::string text = AgeRecipient{from_hex(hex)}.text();
    EXPECT_EQ(code_of([&] { parse_age_recipient(text); }), "age_weak_point") << hex;
  }
  for (const char* hex : {"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "0900000000000000000000000000000000000000000000000000000000000080"}) {
    const std::string text = AgeRecipient{from_hex(hex)}.text();
    EXPECT_EQ(code_of([&] { parse_age_recipient(text); }), "age_recipient") << hex;
  }
}

TEST(AgeKeys, AreNewEachTime) {
  const AgeIdentity one = AgeIdentity::generate(), other = AgeIdentity::generate();
  EXPECT_NE(one.recipient(), other.recipient());
  EXPECT_EQ(AgeIdentity::parse(one.text().reveal()).recipient(), one.recipient());
}

TEST(AgeFile, ComesBackInEverySize) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, k_chunk - 1, k_chunk, k_chunk + 1, 3 * k_chunk, 3 * k_chunk + 17}) {
    const std::string plain = plain_of(size);
    const std::string sealed = age_seal({spec_recipient()}, plain);
    EXPECT_EQ(age_open(spec_identity(), sealed), plain) << size;
    const std::size_t chunks = size == 0 ? 1 : (size + k_chunk - 1) / k_chunk;
    EXPECT_EQ(sealed.size() - parse_age_header(sealed)->size, 16 + size + 16 * chunks) << size;
  }
}

/// However the bytes arrive, the same comes out, and never more than a chunk at once.
TEST(AgeFile, StreamsInPieces) {
  const std::string plain = plain_of(2 * k_chunk + 5);
  for (const std::size_t piece : {std::size_t{1000}, k_chunk, k_chunk + 16, 5 * k_chunk}) {
    std::string sealed, opened;
    AgeWriter writer({spec_recipient()}, [&](std::string_view bytes) {
      EXPECT_LE(bytes.size(), k_chunk + 16);
      sealed += bytes;
    });
    for (std::size_t at = 0; at < plain.size(); at += piece) writer.write(std::string_view(plain).substr(at, piece));
    writer.finish();
    const std::vector<AgeIdentity> known = spec_identity();
    AgeReader reader(known, [&](std::string_view bytes) {
      EXPECT_LE(bytes.size(), k_chunk);
      opened += bytes;
    });
    for (std::size_t at = 0; at < sealed.size(); at += piece) reader.write(std::string_view(sealed).substr(at, piece));
    reader.finish();
    EXPECT_EQ(opened, plain) << piece;
  }
}

TEST(AgeFile, OpensByteForByte) {
  const std::string sealed = age_seal({spec_recipient()}, "rows");
  std::string opened;
  const std::vector<AgeIdentity> known = spec_identity();
  AgeReader reader(known, [&](std::string_view bytes) { opened += bytes; });
  for (const char byte : sealed) reader.write({&byte, 1});
  EXPECT_EQ(opened, "") << "the only chunk is the last one";
  reader.finish();
  EXPECT_EQ(opened, "rows");
}

TEST(AgeFile, IsForEachOfItsRecipientsAndNobodyElse) {
  const AgeIdentity bob = AgeIdentity::generate(), mallory = AgeIdentity::generate();
  const std::string sealed = age_seal({spec_recipient(), bob.recipient()}, "rows");
  EXPECT_EQ(age_open(identities({k_spec_identity}), sealed), "rows");
  EXPECT_EQ(age_open(identities({bob.text().reveal()}), sealed), "rows");
  EXPECT_EQ(age_open(identities({mallory.text().reveal(), bob.text().reveal()}), sealed), "rows");
  EXPECT_EQ(code_of([&] { age_open(identities({mallory.text().reveal()}), sealed); }), "age_no_key");
  EXPECT_EQ(code_of([&] { age_open({}, sealed); }), "age_no_key");
  EXPECT_NE(age_seal({bob.recipient()}, "rows"), age_seal({bob.recipient()}, "rows")) << "every file has its own keys";
}

/// Every bit counts: of the header, the nonce, each chunk and each tag.
TEST(AgeTampering, AnyChangedByteIsRefused) {
  const std::string plain = plain_of(200);
  const std::string sealed = age_seal({spec_recipient()}, plain);
  for (std::size_t at = 0; at < sealed.size(); ++at) {
    for (const char flip : {'\x01', '\x80'}) {
      std::string changed = sealed;
      changed[at] = static_cast<char>(changed[at] ^ flip);
      EXPECT_NE(code_of([&] { age_open(spec_identity(), changed); }), "nothing") << at;
    }
  }
}

TEST(AgeTampering, AnyLengthButTheRightOneIsRefused) {
  const std::string sealed = age_seal({spec_recipient()}, "rows");
  for (std::size_t size = 0; size < sealed.size(); ++size)
    EXPECT_NE(code_of([&] { age_open(spec_identity(), sealed.substr(0, size)); }), "nothing") << size;
  for (const std::string& more : {std::string("\n"), std::string(1, '\0'), std::string(16, '\0'), sealed})
    EXPECT_EQ(code_of([&] { age_open(spec_identity(), sealed + more); }), "age_payload") << more.size();
}

/// The payload of `sealed` as header with nonce, and chunks.
std::pair<std::string, std::vector<std::string>> chunks_of(const std::string& sealed) {
  const std::size_t start = parse_age_header(sealed)->size + 16;
  std::vector<std::string> chunks;
  for (std::size_t at = start; at < sealed.size(); at += k_chunk + 16)
    chunks.push_back(sealed.substr(at, k_chunk + 16));
  return {sealed.substr(0, start), chunks};
}

TEST(AgeTampering, ChunksKeepTheirPlaces) {
  const std::string sealed = age_seal({spec_recipient()}, plain_of(3 * k_chunk));
  const auto [head, chunks] = chunks_of(sealed);
  ASSERT_EQ(chunks.size(), 3u);
  EXPECT_EQ(head + chunks[0] + chunks[1] + chunks[2], sealed);
  for (const std::string& payload :
       {chunks[1] + chunks[0] + chunks[2], chunks[0] + chunks[2], chunks[0] + chunks[1], chunks[2],
        chunks[0] + chunks[0] + chunks[1] + chunks[2], chunks[0] + chunks[1] + chunks[2] + chunks[2], std::string()})
    EXPECT_EQ(code_of([&] { age_open(spec_identity(), head + payload); }), "age_payload") << payload.size();
  const auto [other_head, other] = chunks_of(age_seal({spec_recipient()}, plain_of(3 * k_chunk)));
  EXPECT_EQ(code_of([&] { age_open(spec_identity(), head + chunks[0] + other[1] + chunks[2]); }), "age_payload");
  EXPECT_EQ(code_of([&] { age_open(spec_identity(), other_head + chunks[0] + chunks[1] + chunks[2]); }), "age_payload");
}

/// What a forger with the file key could write who is no honest sealer.
std::string forged(const std::vector<AgeStanza>& stanzas, const FileKey& key, const std::string& payload) {
  const std::string header = emit_age_header(stanzas);
  return header + emit_age_mac(age_header_mac(key, header)) + payload;
}

/// An empty payload's bytes: nonce and one tag.
std::string empty_payload_of(const std::string& sealed) { return sealed.substr(parse_age_header(sealed)->size); }

TEST(AgeTampering, HeadersOfUnknownKindsAreReadAndOddOnesAreRefused) {
  const FileKey key = random_file_key();
  const AgeStanza ours = wrap_file_key(key, spec_recipient());
  // Header and payload keys both come from the file key, so an honest payload is made by hand here.
  const auto code = [&](const std::vector<AgeStanza>& stanzas) {
    return code_of([&] { age_open(spec_identity(), forged(stanzas, key, std::string(32, 'x'))); });
  };
  EXPECT_EQ(code({ours}), "age_payload") << "as far as its payload, which is noise";
  EXPECT_EQ(code({{{"grease", "!"}, "any"}, ours}), "age_payload");
  EXPECT_EQ(code({{{"grease"}, std::string(48, 'x')}, ours}), "age_payload") << "a full line and an empty one";
  EXPECT_EQ(code({{{"scrypt", "c2FsdHNhbHRzYWx0c2FsdA", "10"}, std::string(32, 'x')}, ours}), "age_header");
  EXPECT_EQ(code({{{"X25519"}, ours.body}}), "age_header");
  EXPECT_EQ(code({{{"X25519", ours.arguments[1], "more"}, ours.body}}), "age_header");
  EXPECT_EQ(code({ours, {{"X25519", ours.arguments[1].substr(1)}, ours.body}}), "age_header");
  EXPECT_EQ(code({{{"X25519", ours.arguments[1] + "="}, ours.body}}), "age_header");
  EXPECT_EQ(code({{ours.arguments, ours.body + "x"}}), "age_header");
  EXPECT_EQ(code({{ours.arguments, ours.body.substr(1)}}), "age_header");
  EXPECT_EQ(code({{{"X25519", to_raw_base64(std::string(32, '\0'))}, ours.body}}), "age_weak_point");
  EXPECT_EQ(code({{{"X25519", to_raw_base64(std::string(1, '\x01') + std::string(31, '\0'))}, ours.body}}),
            "age_weak_point");
  EXPECT_EQ(code({{{"x25519", ours.arguments[1]}, ours.body}}), "age_no_key");
}

TEST(AgeTampering, TheHeaderIsInOneForm) {
  const std::string sealed = age_seal({spec_recipient()}, "");
  const std::string payload = empty_payload_of(sealed);
  const std::string head = sealed.substr(0, sealed.size() - payload.size());
  const auto replaced = [&](const std::string& from, const std::string& to) {
    const auto at = head.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return head.substr(0, at) + to + head.substr(at + from.size()) + payload;
  };
  const std::string body_line = head.substr(head.find('\n', head.find("-> ")) + 1, 44);
  const std::string mac = head.substr(head.find("--- ") + 4, 43);
  const std::vector<std::string> wrong = {
      replaced("/v1\n", "/v2\n"),
      replaced("/v1\n", "/v1 \n"),
      replaced("/v1\n", "/v1\r\n"),
      replaced("/v1\n", "/v1"),
      replaced("-> X", "->X"),
      replaced("-> X", "->  X"),
      replaced("-> X", "- X"),
      replaced("X25519 ", "X25519  "),
      replaced("X25519 ", "X25519\t"),
      replaced("X25519 ", "X25519 \x7f "),
      replaced(body_line, "\n"),
      replaced(body_line, body_line + "\n"),
      replaced(body_line, body_line.substr(0, 43)),
      replaced(body_line, body_line.substr(0, 43) + "=\n"),
      replaced(body_line, body_line.substr(0, 43) + "\r\n"),
      replaced(body_line, std::string(65, 'A') + "\n"),
      replaced("--- ", "---"),
      replaced("--- ", "---  "),
      replaced("--- ", "-- "),
      replaced(mac, mac + "="),
      replaced(mac, mac.substr(1)),
      replaced(mac + "\n", mac),
      replaced(mac, mac + " "),
      "\xEF\xBB\xBF" + sealed,
      "\n" + sealed,
      "age-encryption.org/v1\n--- " + mac + "\n" + payload,
      "-----BEGIN AGE ENCRYPTED FILE-----\n" + to_base64(sealed) + "\n-----END AGE ENCRYPTED FILE-----\n"};
  for (const std::string& bytes : wrong)
    EXPECT_NE(code_of([&] { age_open(spec_identity(), bytes); }), "nothing") << printable(bytes);
  EXPECT_EQ(code_of([&] { age_open(spec_identity(), replaced(mac, to_raw_base64(std::string(32, '\0')))); }),
            "age_header_mac");
}

TEST(AgeTampering, BytesThatAreNoAgeFileAreSaidSoAtOnce) {
  const std::vector<AgeIdentity> known = spec_identity();
  AgeReader reader(known, [](std::string_view) { FAIL() << "nothing was opened"; });
  EXPECT_EQ(code_of([&] { reader.write("PK\x03\x04"); }), "age_header");
  AgeReader endless(known, [](std::string_view) { FAIL() << "nothing was opened"; });
  endless.write("age-encryption.org/v1\n");
  EXPECT_EQ(code_of([&] {
              for (std::size_t i = 0; i < 2 * k_age_header_bytes_max; i += 1000) endless.write(std::string(1000, 'x'));
            }),
            "age_header");
}

TEST_F(AgeProgram, OpensOurFiles) {
  const AgeIdentity alice = keygen("alice.txt"), bob = keygen("bob.txt");
  keygen("mallory.txt");
  EXPECT_EQ(trim(must({"age-keygen", "-y", path("alice.txt")})), alice.recipient().text());
  for (const std::size_t size : {std::size_t{0}, k_chunk - 1, k_chunk, k_chunk + 1, 2 * k_chunk, 40 * k_chunk + 3}) {
    const std::string plain = plain_of(size);
    const std::string sealed = file("sealed.age", age_seal({alice.recipient(), bob.recipient()}, plain));
    for (const char* key : {"alice.txt", "bob.txt"}) {
      EXPECT_TRUE(must({"age", "-d", "-i", path(key), sealed}) == plain) << key << " " << size;
    }
    EXPECT_NE(run({"age", "-d", "-i", path("mallory.txt"), sealed}).status, 0);
  }
}

TEST_F(AgeProgram, WritesFilesThatWeOpen) {
  const AgeIdentity ours = AgeIdentity::generate();
  const AgeIdentity other = keygen("other.txt");
  const std::vector<AgeIdentity> known = identities({ours.text().reveal()});
  for (const std::size_t size : {std::size_t{0}, k_chunk - 1, k_chunk, k_chunk + 1, 2 * k_chunk, 40 * k_chunk + 3}) {
    const std::string plain = plain_of(size);
    const std::string input = file("input", plain);
    must({"age", "-r", other.recipient().text(), "-r", ours.recipient().text(), "-o", path("sealed.age"), input});
    EXPECT_TRUE(age_open(known, read("sealed.age")) == plain) << size;
    must({"age", "-r", other.recipient().text(), "-o", path("theirs.age"), input});
    EXPECT_EQ(code_of([&] { age_open(known, read("theirs.age")); }), "age_no_key");
  }
  must({"age", "-a", "-r", ours.recipient().text(), "-o", path("armoured.age"), file("input", "rows")});
  EXPECT_EQ(code_of([&] { age_open(known, read("armoured.age")); }), "age_header") << "the armour is not read";
}

}  // namespace
}  // namespace dbw::crypto
