#include "db/postgresql_connect.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "db/postgresql_session.hpp"
#include "db/revocation_lists.hpp"
#include "db/wiped_text.hpp"

namespace dbw::db::postgresql {
namespace {

constexpr int k_server_version_min = 130000;
constexpr const char* k_system_ca_file = "/etc/ssl/certs/ca-certificates.crt";
// libpq looks for files in the home folder wherever a file is not named; /dev/null would make it print a warning.
constexpr const char* k_no_file = "/nonexistent/dbw";

using Settings = std::map<std::string, std::string>;

/// libpq asks the environment for every parameter that has no value, and some (host address, service) cannot be given
/// one.
void remove_postgresql_variables() {
  std::vector<std::string> names;
  for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
    const std::string_view variable(*each);
    if (variable.starts_with("PG")) names.emplace_back(variable.substr(0, variable.find('=')));
  }
  for (const std::string& name : names) ::unsetenv(name.c_str());
}

void require_plain(std::string_view value, std::string_view what) {
  if (value.empty() || value.find('\0') != std::string_view::npos || value.find('\n') != std::string_view::npos) {
    throw Error(ErrorCode::db_settings, fmt::format("the database's {} is missing or not one line", what));
  }
}

bool is_socket(const ConnectionSettings& settings) { return settings.host.starts_with('/'); }

void require_complete(const ConnectionSettings& settings) {
  require_plain(settings.host, "host");
  require_plain(settings.database, "name");
  require_plain(settings.user, "user");
  // libpq reads a comma as a list of servers to try, and @ as an abstract socket.
  if (settings.host.find(',') != std::string::npos || settings.host.starts_with('@')) {
    throw Error(ErrorCode::db_settings,
                fmt::format("the host {} is not one host name, address or folder", printable(settings.host)));
  }
  if (settings.port == 0) throw Error(ErrorCode::db_settings, "the port is 0");
}

std::string tls_mode(const ConnectionSettings& settings) {
  TlsMode mode = settings.tls;
  if (is_socket(settings)) return "disable";
  if (is_local(settings) && mode == TlsMode::automatic) return "prefer";
  if (mode == TlsMode::automatic) mode = TlsMode::verify_full;
  if (mode != TlsMode::verify_full && !is_local(settings) && !settings.allow_weak_tls) {
    throw Error(
        ErrorCode::db_tls_required,
        fmt::format("{} is a remote host, and the configured tls mode does not verify it", printable(settings.host)));
  }
  switch (mode) {
    case TlsMode::verify_ca:
      return "verify-ca";
    case TlsMode::require:
      return "require";
    case TlsMode::disable:
      return "disable";
    default:
      return "verify-full";
  }
}

/// Settings in the start-up message are the session's defaults, so RESET ALL comes back to them and not to the role's.
std::string server_settings(const SessionOptions& options) {
  const Settings settings = {
      {"standard_conforming_strings", "on"},
      {"backslash_quote", "safe_encoding"},
      {"DateStyle", "ISO, YMD"},
      {"IntervalStyle", "postgres"},
      {"TimeZone", "UTC"},
      {"extra_float_digits", "3"},
      {"bytea_output", "hex"},
      {"transform_null_equals", "off"},
      {"row_security", "on"},
      {"check_function_bodies", "on"},
      {"synchronous_commit", "on"},
      {"default_transaction_isolation", "read committed"},
      {"default_transaction_deferrable", "off"},
      {"default_transaction_read_only", options.read_only ? "on" : "off"},
      {"search_path", options.search_path},
      {"statement_timeout", std::to_string(options.statement_timeout.count())},
      {"lock_timeout", std::to_string(options.lock_timeout.count())},
      {"idle_in_transaction_session_timeout", std::to_string(options.idle_in_transaction_timeout.count())},
  };
  std::string out;
  for (const auto& [name, value] : settings) {
    out += fmt::format("-c {}=", name);
    for (const char c : value) {
      if (c == ' ' || c == '\\') out += '\\';
      out += c;
    }
    out += ' ';
  }
  return out;
}

Settings parameters(const ConnectionSettings& settings, const SessionOptions& options, const std::string& mode,
                    const std::string& crl_file) {
  return {
      {"host", settings.host},
      {"port", std::to_string(settings.port)},
      {"dbname", settings.database},
      {"user", settings.user},
      {"passfile", k_no_file},
      {"options", server_settings(options)},
      {"client_encoding", "UTF8"},
      {"application_name", options.application_name.empty() ? "dbw" : options.application_name},
      {"sslmode", mode},
      {"sslrootcert", mode.starts_with("verify") && settings.ca_file.empty() ? k_system_ca_file
                      : settings.ca_file.empty()                             ? k_no_file
                                                                             : settings.ca_file},
      {"sslcert", k_no_file},
      {"sslkey", k_no_file},
      {"sslcrl", crl_file},
      {"sslcompression", "0"},
      {"sslsni", "1"},
      {"ssl_min_protocol_version", "TLSv1.2"},
      {"gssencmode", "disable"},
      {"krbsrvname", "postgres"},
      {"channel_binding", "prefer"},
      {"target_session_attrs", "any"},
      {"keepalives", "1"},
      {"keepalives_idle", "30"},
      {"keepalives_interval", "10"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", "30000"},
  };
}

Connection start_connection(const Settings& settings, std::string_view password) {
  const WipedText secret(password);
  std::vector<const char*> names, values;
  for (const auto& [name, value] : settings) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  if (!password.empty()) {
    names.push_back("password");
    values.push_back(secret.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return Connection(PQconnectStartParams(names.data(), values.data(), 0));
}

/// With PQERRORS_SQLSTATE a server's refusal reads "FATAL:  28P01"; libpq keeps it nowhere else while connecting.
std::string sqlstate_in(std::string_view text) {
  for (std::size_t at = text.find(":  "); at != std::string_view::npos; at = text.find(":  ", at + 1)) {
    const std::string_view state = text.substr(at + 3, 5);
    if (state.size() == 5 &&
        state.find_first_not_of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos) {
      return std::string(state);
    }
  }
  return "";
}

/// By libpq's own words, which it does not translate for us; a server that refused has a SQLSTATE.
bool is_tls_failure(const ServerMessage& message) {
  const std::size_t said = message.message.rfind("failed: ");
  const std::string_view text = std::string_view(message.message).substr(said == std::string::npos ? 0 : said);
  return message.sqlstate.empty() &&
         (text.find("SSL") != std::string_view::npos || text.find("certificate") != std::string_view::npos);
}

[[noreturn]] void fail_to_connect(PGconn* connection, const ConnectionSettings& settings, std::string_view reason) {
  ServerMessage message;
  message.message = connection != nullptr ? PQerrorMessage(connection) : "";
  message.sqlstate = sqlstate_in(message.message);
  const std::string where =
      fmt::format("{} at {}:{}", printable(settings.database), printable(settings.host), settings.port);
  const bool needs_password = connection != nullptr && PQconnectionNeedsPassword(connection) == 1;
  if (needs_password || message.sqlstate.starts_with("28")) {
    throw DatabaseError(ErrorCode::db_authentication_failed,
                        fmt::format("database {} refused user {}", where, printable(settings.user)),
                        std::move(message));
  }
  if (message.sqlstate == "3D000") {
    throw DatabaseError(ErrorCode::db_no_such_database, fmt::format("database {} does not exist", where),
                        std::move(message));
  }
  // The text holds libpq's own words and a SQLSTATE, never the server's: it is safe to show.
  std::string why = reason.empty() ? printable(trim(message.message)) : std::string(reason);
  if (is_tls_failure(message)) {
    // Without verification OpenSSL notes what it would have refused.
    const std::string refusal = tls_mode(settings).starts_with("verify") ? tls_refusal() : "";
    if (!refusal.empty()) why += ": " + refusal;
    throw DatabaseError(ErrorCode::db_tls_required, fmt::format("no verified TLS connection to {}: {}", where, why),
                        std::move(message));
  }
  throw DatabaseError(ErrorCode::db_connect_failed, fmt::format("cannot connect to {}: {}", where, why),
                      std::move(message));
}

void wait_until_connected(PGconn* connection, const ConnectionSettings& settings, Milliseconds timeout) {
  const auto deadline = SteadyClock::now() + timeout;
  PostgresPollingStatusType wanted = PGRES_POLLING_WRITING;
  while (wanted != PGRES_POLLING_OK) {
    if (wanted == PGRES_POLLING_FAILED) fail_to_connect(connection, settings, "");
    const auto left = std::chrono::ceil<Milliseconds>(deadline - SteadyClock::now()).count();
    if (left <= 0) fail_to_connect(connection, settings, "no answer in time");
    pollfd socket{PQsocket(connection), static_cast<short>(wanted == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0};
    const int ready = ::poll(&socket, 1, static_cast<int>(left));
    if (ready < 0 && errno != EINTR) fail_to_connect(connection, settings, "poll failed");
    if (ready > 0) wanted = PQconnectPoll(connection);
  }
}

void require_usable(PGconn* connection, const ConnectionSettings& settings) {
  if (!is_local(settings) && !settings.allow_weak_tls && PQsslInUse(connection) != 1) {
    throw Error(ErrorCode::db_tls_required,
                fmt::format("the connection to {} is not encrypted", printable(settings.host)));
  }
  const int version = PQserverVersion(connection);
  if (version < k_server_version_min) {
    throw Error(ErrorCode::db_server_unsupported,
                fmt::format("the server at {} is PostgreSQL {}", printable(settings.host), version / 10000));
  }
}

/// libpq keeps it for PQreset(), which nobody calls.
void forget_password(PGconn* connection) {
  char* password = PQpass(connection);
  if (password != nullptr) ::explicit_bzero(password, std::strlen(password));
}

}  // namespace

std::unique_ptr<Session> connect_postgresql(const ConnectionSettings& settings, std::string_view password,
                                            const SessionOptions& options) {
  require_complete(settings);
  if (password.find('\0') != std::string_view::npos)
    throw Error(ErrorCode::db_settings, "the password holds a NUL byte");
  const std::string mode = tls_mode(settings);
  const auto revoked = load_revocation_lists(settings, mode.starts_with("verify"));
  const Settings given = parameters(settings, options, mode, revoked ? revoked->path() : k_no_file);
  remove_postgresql_variables();
  forget_tls_refusal();
  Connection connection = start_connection(given, password);
  if (connection == nullptr) fail_to_connect(nullptr, settings, "out of memory");
  if (PQstatus(connection.get()) == CONNECTION_BAD) fail_to_connect(connection.get(), settings, "");
  PQsetErrorVerbosity(connection.get(), PQERRORS_SQLSTATE);
  // Until the session's own receiver is in place, notices would be printed.
  PQsetNoticeReceiver(
      connection.get(), [](void*, const PGresult*) {}, nullptr);
  wait_until_connected(connection.get(), settings, options.connect_timeout);
  require_usable(connection.get(), settings);
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  forget_password(connection.get());
  return std::make_unique<PostgresqlSession>(std::move(connection), options);
}

}  // namespace dbw::db::postgresql
