#include "crypto/pkcs11_module.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <map>
#include <mutex>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/text.hpp"

namespace dbw::crypto {
namespace {

constexpr std::size_t k_attribute_bytes_max = 4096;
constexpr unsigned long k_signature_bytes_max = 1024;

struct Meaning {
  ck_rv_t value;
  std::string_view name;
  ErrorCode code;
};
constexpr Meaning k_meanings[] = {
    {CKR_DEVICE_REMOVED, "CKR_DEVICE_REMOVED", ErrorCode::pkcs11_gone},
    {CKR_TOKEN_NOT_PRESENT, "CKR_TOKEN_NOT_PRESENT", ErrorCode::pkcs11_gone},
    {CKR_SESSION_HANDLE_INVALID, "CKR_SESSION_HANDLE_INVALID", ErrorCode::pkcs11_gone},
    {CKR_SESSION_CLOSED, "CKR_SESSION_CLOSED", ErrorCode::pkcs11_gone},
    {CKR_PIN_INCORRECT, "CKR_PIN_INCORRECT", ErrorCode::pkcs11_pin},
    {CKR_PIN_INVALID, "CKR_PIN_INVALID", ErrorCode::pkcs11_pin},
    {CKR_PIN_LEN_RANGE, "CKR_PIN_LEN_RANGE", ErrorCode::pkcs11_pin},
    {CKR_PIN_EXPIRED, "CKR_PIN_EXPIRED", ErrorCode::pkcs11_pin},
    {CKR_PIN_LOCKED, "CKR_PIN_LOCKED", ErrorCode::pkcs11_pin},
    {CKR_USER_PIN_NOT_INITIALIZED, "CKR_USER_PIN_NOT_INITIALIZED", ErrorCode::pkcs11_pin},
    {CKR_USER_NOT_LOGGED_IN, "CKR_USER_NOT_LOGGED_IN", ErrorCode::pkcs11_pin},
    {CKR_MECHANISM_INVALID, "CKR_MECHANISM_INVALID", ErrorCode::pkcs11_key_type},
    {CKR_KEY_TYPE_INCONSISTENT, "CKR_KEY_TYPE_INCONSISTENT", ErrorCode::pkcs11_key_type},
    {CKR_KEY_FUNCTION_NOT_PERMITTED, "CKR_KEY_FUNCTION_NOT_PERMITTED", ErrorCode::pkcs11_key_type},
    {CKR_DEVICE_ERROR, "CKR_DEVICE_ERROR", ErrorCode::pkcs11_failed},
    {CKR_GENERAL_ERROR, "CKR_GENERAL_ERROR", ErrorCode::pkcs11_failed},
};

[[noreturn]] void no_module(const std::filesystem::path& path, std::string_view why) {
  throw Error(ErrorCode::pkcs11_module, fmt::format("{}: {}", path.string(), printable(why)));
}

/// PKCS#11 takes what it only reads through pointers to non-const.
unsigned char* input(std::string_view bytes) {
  return reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
}

}  // namespace

void require_ok(std::string_view call, ck_rv_t result) {
  if (result == CKR_OK) return;
  const auto* known =
      std::find_if(std::begin(k_meanings), std::end(k_meanings), [&](const Meaning& m) { return m.value == result; });
  if (known != std::end(k_meanings)) throw Error(known->code, fmt::format("{}: {}", call, known->name));
  throw Error(ErrorCode::pkcs11_failed, fmt::format("{}: return value 0x{:x}", call, result));
}

std::shared_ptr<Pkcs11Module> Pkcs11Module::open(const std::filesystem::path& path) {
  static std::mutex k_mutex;
  static std::map<std::filesystem::path, std::weak_ptr<Pkcs11Module>> k_modules;
  const std::lock_guard lock(k_mutex);
  std::shared_ptr<Pkcs11Module> module = k_modules[path].lock();
  if (!module) {
    module = std::make_shared<Pkcs11Module>(path);
    k_modules[path] = module;
  }
  return module;
}

Pkcs11Module::Pkcs11Module(const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) no_module(path, "no such file");
  require_not_writable_by_others(path);
  // Never unloaded: modules leave threads and exit handlers behind.
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) no_module(path, ::dlerror());
  const auto get = reinterpret_cast<CK_C_GetFunctionList>(::dlsym(library, "C_GetFunctionList"));
  if (get == nullptr) no_module(path, "it is no PKCS#11 module");
  if (get(&m_functions) != CKR_OK || m_functions == nullptr) no_module(path, "it gives no list of functions");
  ck_c_initialize_args arguments{};
  arguments.flags = CKF_OS_LOCKING_OK;
  const ck_rv_t result = m_functions->C_Initialize(&arguments);
  m_ours = result == CKR_OK;
  if (!m_ours && result != CKR_CRYPTOKI_ALREADY_INITIALIZED)
    no_module(path, fmt::format("C_Initialize returned 0x{:x}", result));
}

Pkcs11Module::~Pkcs11Module() {
  if (m_ours) m_functions->C_Finalize(nullptr);
}

std::vector<ck_slot_id_t> Pkcs11Module::slots() const {
  unsigned long count = 0;
  require_ok("C_GetSlotList", m_functions->C_GetSlotList(1, nullptr, &count));
  std::vector<ck_slot_id_t> out(count);
  if (count != 0) require_ok("C_GetSlotList", m_functions->C_GetSlotList(1, out.data(), &count));
  out.resize(std::min<std::size_t>(count, out.size()));
  return out;
}

Pkcs11Session::Pkcs11Session(std::shared_ptr<Pkcs11Module> module, ck_slot_id_t slot) : m_module(std::move(module)) {
  require_ok("C_OpenSession", m_module->call().C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &m_session));
}

Pkcs11Session::~Pkcs11Session() { m_module->call().C_CloseSession(m_session); }

void Pkcs11Session::login(const SecretBytes& pin) {
  const ck_rv_t result = m_module->call().C_Login(m_session, CKU_USER, input(pin.reveal()), pin.size());
  if (result != CKR_USER_ALREADY_LOGGED_IN) require_ok("C_Login", result);
}

std::vector<ck_object_handle_t> Pkcs11Session::find(std::vector<ck_attribute> wanted, unsigned long max) const {
  const ck_function_list& call = m_module->call();
  require_ok("C_FindObjectsInit", call.C_FindObjectsInit(m_session, wanted.data(), wanted.size()));
  std::vector<ck_object_handle_t> out(max);
  unsigned long count = 0;
  const ck_rv_t result = call.C_FindObjects(m_session, out.data(), max, &count);
  call.C_FindObjectsFinal(m_session);
  require_ok("C_FindObjects", result);
  out.resize(std::min(count, max));
  return out;
}

std::optional<std::string> Pkcs11Session::attribute(ck_object_handle_t object, ck_attribute_type_t type) const {
  std::string value(k_attribute_bytes_max, '\0');
  ck_attribute wanted{type, value.data(), value.size()};
  const ck_rv_t result = m_module->call().C_GetAttributeValue(m_session, object, &wanted, 1);
  if (result == CKR_ATTRIBUTE_TYPE_INVALID || result == CKR_ATTRIBUTE_SENSITIVE) return std::nullopt;
  require_ok("C_GetAttributeValue", result);
  if (wanted.value_len > value.size()) return std::nullopt;
  value.resize(wanted.value_len);
  return value;
}

std::string Pkcs11Session::sign(ck_object_handle_t key, std::string_view message) const {
  const ck_function_list& call = m_module->call();
  ck_mechanism mechanism{CKM_EDDSA, nullptr, 0};
  require_ok("C_SignInit", call.C_SignInit(m_session, &mechanism, key));
  std::string signature(k_signature_bytes_max, '\0');
  unsigned long size = signature.size();
  require_ok("C_Sign", call.C_Sign(m_session, input(message), message.size(), input(signature), &size));
  signature.resize(std::min(size, k_signature_bytes_max));
  return signature;
}

}  // namespace dbw::crypto
