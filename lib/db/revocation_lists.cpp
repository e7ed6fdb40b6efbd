#include "db/revocation_lists.hpp"

#include <cerrno>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::db {
namespace {

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free(bio); }
};
struct FreeList {
  void operator()(X509_CRL* list) const { X509_CRL_free(list); }
};

/// One block of a PEM file.
struct PemBlock {
  PemBlock() = default;
  PemBlock(const PemBlock&) = delete;
  PemBlock& operator=(const PemBlock&) = delete;
  ~PemBlock() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_free(data);
  }
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
};

[[noreturn]] void refuse_lists(std::string_view source, std::string_view why) {
  ERR_clear_error();
  throw Error(ErrorCode::db_settings, fmt::format("crl_file {} {}", printable(source), why),
              "Name a file with the revocation lists of the server's authorities in PEM.");
}

bool is_list(const PemBlock& block) {
  const unsigned char* at = block.data;
  const std::unique_ptr<X509_CRL, FreeList> list(d2i_X509_CRL(nullptr, &at, block.size));
  return list != nullptr && at == block.data + block.size;
}

Fd memory_file(std::string_view bytes) {
  Fd file(::memfd_create("dbw-crl", MFD_CLOEXEC));
  std::size_t written = 0;
  while (file && written < bytes.size()) {
    const ssize_t count = ::write(file.get(), bytes.data() + written, bytes.size() - written);
    if (count < 0 && errno != EINTR) file.close();
    if (count > 0) written += static_cast<std::size_t>(count);
  }
  if (!file) throw Error(ErrorCode::db_connect_failed, "no memory for the certificate revocation lists");
  return file;
}

// A number alone, so that it outlives whatever OpenSSL frees late.
thread_local long t_verification = X509_V_OK;

void note_verification(void* ssl, void*, CRYPTO_EX_DATA*, int, long, void*) {
  t_verification = SSL_get_verify_result(static_cast<const SSL*>(ssl));
}

}  // namespace

RevocationLists::RevocationLists(std::string_view pem, std::string_view source) {
  const std::unique_ptr<BIO, FreeBio> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const std::unique_ptr<BIO, FreeBio> lists(BIO_new(BIO_s_mem()));
  if (bio == nullptr || lists == nullptr) refuse_lists(source, "does not fit into memory");
  ERR_clear_error();
  while (true) {
    PemBlock block;
    if (PEM_read_bio(bio.get(), &block.name, &block.header, &block.data, &block.size) != 1) {
      if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE) break;
      refuse_lists(source, "is not whole");
    }
    if (std::string_view(block.name) != PEM_STRING_X509_CRL)
      refuse_lists(source, fmt::format("holds a {}, not revocation lists alone", printable(block.name)));
    if (!is_list(block)) refuse_lists(source, "holds a revocation list that cannot be read");
    if (PEM_write_bio(lists.get(), PEM_STRING_X509_CRL, "", block.data, block.size) <= 0)
      refuse_lists(source, "does not fit into memory");
  }
  ERR_clear_error();
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(lists.get(), &bytes);
  if (size <= 0) refuse_lists(source, "holds no certificate revocation list in PEM");
  m_file = memory_file({bytes, static_cast<std::size_t>(size)});
}

std::string RevocationLists::path() const { return fmt::format("/proc/self/fd/{}", m_file.get()); }

std::optional<RevocationLists> load_revocation_lists(const ConnectionSettings& settings, bool verified) {
  if (settings.crl_file.empty()) return std::nullopt;
  if (!verified)
    refuse_lists(settings.crl_file,
                 "has no effect where the server's certificate is not verified; set tls: verify-full");
  std::string pem;
  try {
    pem = read_file(settings.crl_file, k_revocation_lists_bytes_max);
  } catch (const Error& error) {
    refuse_lists(settings.crl_file, "cannot be read: " + error.message());
  }
  return RevocationLists(pem, settings.crl_file);
}

void forget_tls_refusal() {
  // libpq frees its connection to OpenSSL before it tells of a failure, and says only that there was one.
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, note_verification);
  static_cast<void>(index);
  t_verification = X509_V_OK;
}

std::string tls_refusal() { return t_verification == X509_V_OK ? "" : X509_verify_cert_error_string(t_verification); }

}  // namespace dbw::db
