#include "crypto/age.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <sodium.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "crypto/age_keys.hpp"
#include "crypto/hash.hpp"

namespace dbw::crypto {
namespace {

constexpr std::size_t k_chunk_bytes = 64 * 1024;
constexpr std::size_t k_tag_bytes = crypto_aead_chacha20poly1305_ietf_ABYTES;
constexpr std::size_t k_payload_nonce_bytes = 16;
constexpr std::string_view k_payload_info = "payload";

}  // namespace

struct AgeWriter::Impl {
  ByteSink sink;
  DerivedKey key;
  ChunkNonce nonce;
  Wiped pending;
  std::string sealed;

  void put(bool last) {
    sealed.resize(pending.text.size() + k_tag_bytes);
    crypto_aead_chacha20poly1305_ietf_encrypt(octets(sealed), nullptr, octets(pending.text), pending.text.size(),
                                              nullptr, 0, nullptr, nonce.next(last), key.bytes.data());
    sink(sealed);
    pending.text.clear();
  }
};

AgeWriter::AgeWriter(const std::vector<AgeRecipient>& recipients, ByteSink sink) : m_impl(std::make_unique<Impl>()) {
  if (recipients.empty()) throw Error(ErrorCode::internal_bug, "sealed for nobody");
  m_impl->sink = std::move(sink);
  m_impl->pending.text.reserve(k_chunk_bytes);
  const FileKey key = random_file_key();
  std::vector<AgeStanza> stanzas;
  for (const AgeRecipient& recipient : recipients) stanzas.push_back(wrap_file_key(key, recipient));
  const std::string header = emit_age_header(stanzas);
  const std::string nonce = random_bytes(k_payload_nonce_bytes);
  m_impl->key = age_derive(key.view(), nonce, k_payload_info);
  m_impl->sink(header + emit_age_mac(age_header_mac(key, header)) + nonce);
}

AgeWriter::~AgeWriter() = default;

void AgeWriter::write(std::string_view plain) {
  while (!plain.empty()) {
    // A full chunk is held back until more follows: it may be the last one.
    if (m_impl->pending.text.size() == k_chunk_bytes) m_impl->put(false);
    const std::size_t taken = std::min(plain.size(), k_chunk_bytes - m_impl->pending.text.size());
    m_impl->pending.text += plain.substr(0, taken);
    plain.remove_prefix(taken);
  }
}

void AgeWriter::finish() { m_impl->put(true); }

struct AgeReader::Impl {
  const std::vector<AgeIdentity>& identities;
  ByteSink sink;
  bool in_payload = false;
  DerivedKey key;
  ChunkNonce nonce;
  std::string pending;  ///< the header so far; then the chunk so far
  Wiped opened;

  FileKey find_key(const AgeHeader& header) const {
    std::optional<FileKey> found;
    for (const AgeStanza& stanza : header.stanzas) {
      // A passphrase stands alone: otherwise whoever knows it could pass for the sealer.
      if (stanza.arguments.front() == "scrypt" && header.stanzas.size() > 1)
        throw Error(ErrorCode::age_header, "it mixes a passphrase with other recipients");
      for (const AgeIdentity& identity : identities) {
        const auto unwrapped = unwrap_file_key(stanza, identity);
        if (unwrapped && !found) found = unwrapped;
      }
    }
    if (!found)
      throw Error(ErrorCode::age_no_key, fmt::format("none of its {} recipients is yours", header.stanzas.size()));
    return *found;
  }

  /// False: more bytes are needed.
  bool open_header() {
    const auto header = parse_age_header(pending);
    if (!header || pending.size() < header->size + k_payload_nonce_bytes) return false;
    const FileKey file_key = find_key(*header);
    if (sodium_memcmp(age_header_mac(file_key, header->signed_part).data(), header->mac.data(), header->mac.size()) !=
        0)
      throw Error(ErrorCode::age_header_mac, "its header does not match its own seal");
    key = age_derive(file_key.view(), pending.substr(header->size, k_payload_nonce_bytes), k_payload_info);
    pending.erase(0, header->size + k_payload_nonce_bytes);
    in_payload = true;
    return true;
  }

  void open_chunk(std::string_view chunk, bool last) {
    if (chunk.size() < k_tag_bytes) throw Error(ErrorCode::age_payload, "it ends before its last chunk");
    // Not even the place of an empty last chunk is left open: a file has one form.
    if (last && chunk.size() == k_tag_bytes && !nonce.at_start())
      throw Error(ErrorCode::age_payload, "its last chunk is empty");
    opened.text.resize(chunk.size() - k_tag_bytes);
    const int status =
        crypto_aead_chacha20poly1305_ietf_decrypt(octets(opened.text), nullptr, nullptr, octets(chunk), chunk.size(),
                                                  nullptr, 0, nonce.next(last), key.bytes.data());
    if (status != 0) throw Error(ErrorCode::age_payload, "a chunk was changed, moved, added or cut off");
    sink(opened.text);
  }

  void take(std::string_view sealed) {
    constexpr std::size_t k_full = k_chunk_bytes + k_tag_bytes;
    while (!sealed.empty()) {
      if (pending.size() == k_full) {
        open_chunk(pending, false);
        pending.clear();
      }
      const std::size_t taken = std::min(sealed.size(), k_full - pending.size());
      pending += sealed.substr(0, taken);
      sealed.remove_prefix(taken);
    }
  }
};

AgeReader::AgeReader(const std::vector<AgeIdentity>& identities, ByteSink sink)
    : m_impl(new Impl{.identities = identities,
                      .sink = std::move(sink),
                      .in_payload = false,
                      .key = {},
                      .nonce = {},
                      .pending = {},
                      .opened = {}}) {}

AgeReader::~AgeReader() = default;

void AgeReader::write(std::string_view sealed) {
  if (m_impl->in_payload) return m_impl->take(sealed);
  // At most the header's limit is looked at as a header, however much comes at once.
  while (!m_impl->in_payload && !sealed.empty()) {
    const std::size_t taken = std::min(sealed.size(), k_age_header_bytes_max);
    m_impl->pending += sealed.substr(0, taken);
    sealed.remove_prefix(taken);
    if (m_impl->open_header()) {
      const std::string rest = std::move(m_impl->pending);
      m_impl->pending.clear();
      m_impl->take(rest);
    }
  }
  m_impl->take(sealed);
}

void AgeReader::finish() {
  if (!m_impl->in_payload) throw Error(ErrorCode::age_header, "it ends inside its header");
  m_impl->open_chunk(m_impl->pending, true);
}

std::string age_seal(const std::vector<AgeRecipient>& recipients, std::string_view plain) {
  std::string out;
  AgeWriter writer(recipients, [&](std::string_view piece) { out += piece; });
  writer.write(plain);
  writer.finish();
  return out;
}

std::string age_open(const std::vector<AgeIdentity>& identities, std::string_view sealed) {
  std::string out;
  AgeReader reader(identities, [&](std::string_view piece) { out += piece; });
  reader.write(sealed);
  reader.finish();
  return out;
}

}  // namespace dbw::crypto
