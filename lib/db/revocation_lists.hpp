#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/files.hpp"
#include "db/connect.hpp"

/// What OpenSSL knows of a server's certificate and the drivers' libraries do not ask or tell. Inside db only.
namespace dbw::db {

/// Certificate revocation lists as a file that nobody else can change: libpq passes over a file that is missing or
/// broken (PostgreSQL 15, fe-secure-openssl.c), and takes certificates in it for roots.
class RevocationLists {
 public:
  /// `pem`: one list or more, and nothing else. Throws Error{db_settings}; `source` is for its text.
  RevocationLists(std::string_view pem, std::string_view source);
  /// For this process, while the object lives.
  std::string path() const;

 private:
  Fd m_file;
};

/// Of crl_file, read anew; none where none is configured. Throws Error{db_settings} where the file cannot be read or is
/// not what it should be, and where the server's certificate would not be verified.
std::optional<RevocationLists> load_revocation_lists(const ConnectionSettings& settings, bool verified);

/// To be called before a connection is tried, in its thread.
void forget_tls_refusal();
/// Why OpenSSL refused the server's certificate since, in its words ("certificate revoked"); empty where it did not.
std::string tls_refusal();

}  // namespace dbw::db
