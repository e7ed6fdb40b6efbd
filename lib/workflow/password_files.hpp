#pragma once

#include <optional>
#include <string_view>

#include "crypto/secret.hpp"

/// The password files of the database vendors, read here and never by their drivers: which line counts must not depend
/// on a library, an environment or a home folder. Pure.
namespace dbw::workflow {

/// Whom the password is for.
struct PasswordQuery {
  std::string_view host, port, database, user;
};

/// PostgreSQL's .pgpass ("The Password File" of its manual): host:port:database:user:password, '*' for anything as a
/// whole field, '\' before ':' and '\', the first line that matches counts, lines that begin with '#' do not.
/// "localhost" also stands for a socket in libpq's usual folders. Nullopt where no line matches.
std::optional<crypto::SecretBytes> find_in_pgpass(std::string_view text, const PasswordQuery& query);

/// One group of an option file of MySQL and MariaDB: quotes, escapes, comments, the last of equal options counts. What
/// the group says of host, port, socket and user must be what is asked for. Nullopt where it holds no password. Throws
/// Error{credential_entry_missing}: no such group, another user or host; !include, whose files are not read.
std::optional<crypto::SecretBytes> find_in_my_cnf(std::string_view text, std::string_view group,
                                                  const PasswordQuery& query);

}  // namespace dbw::workflow
