#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#define CRYPTOKI_GNU 1
#include <p11-kit/pkcs11.h>

#include "crypto/secret.hpp"

/// Inside crypto only: a loaded PKCS#11 module, with its return values as errors.
namespace dbw::crypto {

/// Throws Error{pkcs11_gone, pkcs11_pin, pkcs11_key_type, pkcs11_failed} unless `result` is CKR_OK.
void require_ok(std::string_view call, ck_rv_t result);

/// Loaded and initialised once per process and path; finished when its last user goes.
class Pkcs11Module {
 public:
  /// Throws Error{pkcs11_module, file_permissions}.
  static std::shared_ptr<Pkcs11Module> open(const std::filesystem::path& path);
  explicit Pkcs11Module(const std::filesystem::path& path);
  ~Pkcs11Module();
  Pkcs11Module(const Pkcs11Module&) = delete;
  Pkcs11Module& operator=(const Pkcs11Module&) = delete;

  const ck_function_list& call() const { return *m_functions; }
  /// Slots that hold a token.
  std::vector<ck_slot_id_t> slots() const;

 private:
  ck_function_list* m_functions = nullptr;
  bool m_ours = false;
};

/// A read-only session; closing the last one logs out.
class Pkcs11Session {
 public:
  Pkcs11Session(std::shared_ptr<Pkcs11Module> module, ck_slot_id_t slot);
  ~Pkcs11Session();
  Pkcs11Session(const Pkcs11Session&) = delete;
  Pkcs11Session& operator=(const Pkcs11Session&) = delete;

  void login(const SecretBytes& pin);
  /// At most `max` objects that have these attributes.
  std::vector<ck_object_handle_t> find(std::vector<ck_attribute> wanted, unsigned long max) const;
  /// nullopt where the object has no such attribute or does not show it.
  std::optional<std::string> attribute(ck_object_handle_t object, ck_attribute_type_t type) const;
  /// CKM_EDDSA.
  std::string sign(ck_object_handle_t key, std::string_view message) const;

 private:
  std::shared_ptr<Pkcs11Module> m_module;
  ck_session_handle_t m_session = 0;
};

}  // namespace dbw::crypto
