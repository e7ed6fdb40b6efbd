/// A PKCS#11 module with one token, one Ed25519 key pair and the misbehaviour that the variable DBW_FAKE_PKCS11 names:
/// what real tokens do rarely and SoftHSM never.
#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>
#include <sodium.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace {

bool is(std::string_view mode) {
  const char* value = std::getenv("DBW_FAKE_PKCS11");
  return value != nullptr && mode == value;
}

struct KeyPair {
  std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<unsigned char, crypto_sign_SECRETKEYBYTES> secret{};
  explicit KeyPair(char seed) {
    const std::string bytes(crypto_sign_SEEDBYTES, seed);
    crypto_sign_seed_keypair(open.data(), secret.data(), reinterpret_cast<const unsigned char*>(bytes.data()));
  }
};

/// Object handles are the object classes; one class is looked for at a time.
unsigned long looked_for = 0;
bool found = false;

ck_rv_t initialize(void*) { return is("no-init") ? CKR_GENERAL_ERROR : CKR_OK; }
ck_rv_t finalize(void*) { return CKR_OK; }
ck_rv_t get_slot_list(unsigned char, ck_slot_id_t* slots, unsigned long* count) {
  *count = is("no-token") ? 0 : 1;
  if (slots != nullptr && *count == 1) slots[0] = 7;
  return CKR_OK;
}
ck_rv_t get_token_info(ck_slot_id_t, ck_token_info* info) {
  std::memset(info, ' ', sizeof *info);
  std::memcpy(info->label, "fake", 4);
  info->flags = CKF_TOKEN_INITIALIZED | CKF_LOGIN_REQUIRED;
  if (is("no-login")) info->flags = CKF_TOKEN_INITIALIZED;
  if (is("final-try")) info->flags |= CKF_USER_PIN_FINAL_TRY;
  return CKR_OK;
}
ck_rv_t open_session(ck_slot_id_t, ck_flags_t, void*, ck_notify_t, ck_session_handle_t* session) {
  *session = 1;
  return is("gone-at-open") ? CKR_TOKEN_NOT_PRESENT : CKR_OK;
}
ck_rv_t close_session(ck_session_handle_t) { return CKR_OK; }
ck_rv_t log_in(ck_session_handle_t, ck_user_type_t, unsigned char*, unsigned long) {
  return is("expired") ? CKR_PIN_EXPIRED : CKR_OK;
}
ck_rv_t find_objects_init(ck_session_handle_t, ck_attribute* wanted, unsigned long count) {
  found = false;
  for (unsigned long i = 0; i < count; ++i) {
    if (wanted[i].type == CKA_CLASS) std::memcpy(&looked_for, wanted[i].value, sizeof looked_for);
  }
  return CKR_OK;
}
ck_rv_t find_objects(ck_session_handle_t, ck_object_handle_t* objects, unsigned long, unsigned long* count) {
  *count = found || (looked_for == CKO_PUBLIC_KEY && is("no-public-half")) ? 0 : 1;
  objects[0] = looked_for;
  found = true;
  return CKR_OK;
}
ck_rv_t find_objects_final(ck_session_handle_t) { return CKR_OK; }
ck_rv_t get_attribute_value(ck_session_handle_t, ck_object_handle_t, ck_attribute* wanted, unsigned long) {
  const KeyPair pair('p');
  const ck_key_type_t type = CKK_EC_EDWARDS;
  std::string value;
  if (wanted->type == CKA_KEY_TYPE) value.assign(reinterpret_cast<const char*>(&type), sizeof type);
  if (wanted->type == CKA_ID && !is("no-id")) value = "1";
  if (wanted->type == CKA_EC_POINT) value.assign(reinterpret_cast<const char*>(pair.open.data()), pair.open.size());
  if (wanted->type == CKA_EC_POINT && is("ed448")) value.assign(57, 'x');
  if (wanted->value_len < value.size()) return CKR_BUFFER_TOO_SMALL;
  std::memcpy(wanted->value, value.data(), value.size());
  wanted->value_len = value.size();
  return CKR_OK;
}
ck_rv_t sign_init(ck_session_handle_t, ck_mechanism* mechanism, ck_object_handle_t) {
  if (is("gone-at-sign")) return CKR_DEVICE_REMOVED;
  return mechanism->mechanism == CKM_EDDSA && !is("no-eddsa") ? CKR_OK : CKR_MECHANISM_INVALID;
}
ck_rv_t sign(ck_session_handle_t, unsigned char* data, unsigned long size, unsigned char* signature,
             unsigned long* signature_size) {
  if (is("session-lost")) return CKR_SESSION_HANDLE_INVALID;
  if (is("device-error")) return CKR_DEVICE_ERROR;
  if (is("vendor-error")) return CKR_VENDOR_DEFINED + 5;
  const KeyPair pair(is("other-key") ? 'q' : 'p');
  crypto_sign_detached(signature, nullptr, data, size, pair.secret.data());
  *signature_size = is("short") ? 32 : crypto_sign_BYTES;
  return CKR_OK;
}

}  // namespace

extern "C" ck_rv_t C_GetFunctionList(ck_function_list** list) {
  static ck_function_list functions{};
  functions.C_Initialize = initialize;
  functions.C_Finalize = finalize;
  functions.C_GetSlotList = get_slot_list;
  functions.C_GetTokenInfo = get_token_info;
  functions.C_OpenSession = open_session;
  functions.C_CloseSession = close_session;
  functions.C_Login = log_in;
  functions.C_FindObjectsInit = find_objects_init;
  functions.C_FindObjects = find_objects;
  functions.C_FindObjectsFinal = find_objects_final;
  functions.C_GetAttributeValue = get_attribute_value;
  functions.C_SignInit = sign_init;
  functions.C_Sign = sign;
  *list = &functions;
  return CKR_OK;
}
