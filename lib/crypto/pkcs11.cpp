#include "crypto/pkcs11.hpp"

#include <cstring>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "crypto/key_blob.hpp"
#include "crypto/pkcs11_module.hpp"
#include "crypto/pkcs11_uri.hpp"

namespace dbw::crypto {
namespace {

constexpr std::size_t k_pin_bytes_max = 256;

/// A text field of a token's description is padded with blanks.
template <std::size_t Size>
bool fits(const std::optional<std::string>& wanted, const unsigned char (&field)[Size]) {
  return !wanted || trim(std::string_view(reinterpret_cast<const char*>(field), Size)) == trim(*wanted);
}

struct Token {
  ck_slot_id_t slot = 0;
  ck_token_info info{};
};

Token find_token(const Pkcs11Module& module, const Pkcs11Uri& uri) {
  std::optional<Token> found;
  for (const ck_slot_id_t slot : module.slots()) {
    Token token{slot, {}};
    // A card of somebody else in another reader is none of our business.
    if (module.call().C_GetTokenInfo(slot, &token.info) != CKR_OK) continue;
    const bool fitting = (token.info.flags & CKF_TOKEN_INITIALIZED) != 0 && fits(uri.token, token.info.label) &&
                         fits(uri.serial, token.info.serial_number) && fits(uri.model, token.info.model) &&
                         fits(uri.manufacturer, token.info.manufacturer_id);
    if (!fitting) continue;
    if (found) throw Error(ErrorCode::pkcs11_ambiguous, "two tokens fit the key reference");
    found = token;
  }
  if (!found) throw Error(ErrorCode::pkcs11_no_token, fmt::format("{} shows no such token", uri.module.string()));
  return *found;
}

SecretBytes read_pin(const std::filesystem::path& path) {
  require_private_file(path);
  std::string text = read_file(path, k_pin_bytes_max);
  SecretBytes pin(std::string_view(text).substr(0, text.find('\n')));
  wipe(text);
  if (pin.empty()) throw Error(ErrorCode::pkcs11_pin, fmt::format("{} holds no PIN", path.string()));
  return pin;
}

/// Never tries a PIN that could be the one that locks the token: a CI job would do it again and again.
void login(Pkcs11Session& session, const Token& token, const Pkcs11Uri& uri) {
  if (!uri.pin_file) {
    if ((token.info.flags & CKF_LOGIN_REQUIRED) == 0) return;
    throw Error(ErrorCode::pkcs11_pin, "the token needs a PIN",
                "Name a file of mode 0600 that holds it: pin-source=file:/etc/dbw/token.pin.");
  }
  if ((token.info.flags & (CKF_USER_PIN_LOCKED | CKF_USER_PIN_FINAL_TRY)) != 0) {
    throw Error(ErrorCode::pkcs11_pin, "the token's PIN is locked, or one more wrong PIN would lock it",
                "Log in once by hand (pkcs11-tool --login), or unlock it with the security officer's PIN.");
  }
  session.login(read_pin(*uri.pin_file));
}

ck_attribute text_attribute(ck_attribute_type_t type, std::string& value) { return {type, value.data(), value.size()}; }

class Pkcs11Key : public MachineSigner {
 public:
  explicit Pkcs11Key(Pkcs11Uri uri)
      : m_uri(std::move(uri)),
        m_module(Pkcs11Module::open(m_uri.module)),
        m_token(find_token(*m_module, m_uri)),
        m_session(m_module, m_token.slot) {
    login(m_session, m_token, m_uri);
    m_private = find_private();
    m_public = find_public();
  }

  const PublicKey& public_key() const override { return m_public; }

  std::string sign(std::string_view message) const override {
    std::string signature = m_session.sign(m_private, message);
    if (!verify_ed25519(m_public.raw, message, signature)) {
      throw Error(ErrorCode::pkcs11_bad_signature,
                  fmt::format("the token's signature is not by its public key {}", m_public.id.text()));
    }
    return signature;
  }

 private:
  ck_object_handle_t one(const std::vector<ck_object_handle_t>& found, std::string_view what) const {
    if (found.empty()) throw Error(ErrorCode::pkcs11_no_key, fmt::format("the token holds no such {} key", what));
    if (found.size() > 1) throw Error(ErrorCode::pkcs11_ambiguous, fmt::format("two {} keys fit", what));
    return found.front();
  }

  void require_ed25519(ck_object_handle_t key) const {
    const auto type = m_session.attribute(key, CKA_KEY_TYPE);
    ck_key_type_t number = 0;
    if (type && type->size() == sizeof number) std::memcpy(&number, type->data(), sizeof number);
    if (!type || number != CKK_EC_EDWARDS)
      throw Error(ErrorCode::pkcs11_key_type, fmt::format("the key is of PKCS#11 type 0x{:x}", number));
  }

  ck_object_handle_t find_private() {
    ck_object_class_t object_class = CKO_PRIVATE_KEY;
    std::vector<ck_attribute> wanted{{CKA_CLASS, &object_class, sizeof object_class}};
    if (m_uri.object) wanted.push_back(text_attribute(CKA_LABEL, *m_uri.object));
    if (m_uri.id) wanted.push_back(text_attribute(CKA_ID, *m_uri.id));
    const ck_object_handle_t key = one(m_session.find(wanted, 2), "private");
    require_ed25519(key);
    return key;
  }

  PublicKey find_public() {
    ck_object_class_t object_class = CKO_PUBLIC_KEY;
    std::string id = m_session.attribute(m_private, CKA_ID).value_or("");
    if (id.empty()) throw Error(ErrorCode::pkcs11_no_key, "the private key has no id by which to find its public key");
    const ck_object_handle_t key =
        one(m_session.find({{CKA_CLASS, &object_class, sizeof object_class}, text_attribute(CKA_ID, id)}, 2), "public");
    require_ed25519(key);
    // PKCS#11 2.40 wraps the point in an OCTET STRING, 3.1 gives it bare.
    std::string point = m_session.attribute(key, CKA_EC_POINT).value_or("");
    if (point.size() == k_ed25519_key_bytes + 2 && point.substr(0, 2) == "\x04\x20") point.erase(0, 2);
    if (point.size() != k_ed25519_key_bytes)
      throw Error(ErrorCode::pkcs11_key_type, "the public key is not a point of Ed25519");
    return public_key_from_raw(point);
  }

  Pkcs11Uri m_uri;
  std::shared_ptr<Pkcs11Module> m_module;
  Token m_token;
  Pkcs11Session m_session;
  ck_object_handle_t m_private = 0;
  PublicKey m_public;
};

}  // namespace

bool is_pkcs11(std::string_view reference) { return reference.substr(0, k_pkcs11_scheme.size()) == k_pkcs11_scheme; }

std::optional<std::filesystem::path> secret_file_of(const std::string& reference) {
  return is_pkcs11(reference) ? parse_pkcs11_uri(reference).pin_file : std::optional<std::filesystem::path>(reference);
}

std::unique_ptr<MachineSigner> load_machine_signer(const std::string& reference) {
  if (is_pkcs11(reference)) return std::make_unique<Pkcs11Key>(parse_pkcs11_uri(reference));
  return std::make_unique<MachineKey>(MachineKey::load(reference));
}

}  // namespace dbw::crypto
