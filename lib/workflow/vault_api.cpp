#include "workflow/vault_api.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "net/http.hpp"

namespace dbw::workflow {
namespace {

constexpr auto k_pause = std::chrono::milliseconds(300);  ///< before the second try; doubled for each other
constexpr std::size_t k_said_bytes_max = 200;
constexpr std::size_t k_user_bytes_max = 256;
constexpr std::size_t k_lease_bytes_max = 1024;
constexpr std::size_t k_vault_token_bytes_max = 8 * 1024;  ///< goes into a header
constexpr std::int64_t k_duration_seconds_max = 10LL * 366 * 86400;

using codec::Value;

const Value* field(const Value& map, std::string_view name, Value::Kind kind) {
  const Value* found = map.kind() == Value::Kind::map ? map.find(name) : nullptr;
  return found != nullptr && found->kind() == kind ? found : nullptr;
}

bool is_name(const std::string& text, std::size_t bytes_max) {
  return !text.empty() && text.size() <= bytes_max && printable(text) == text;
}

/// Overloaded, not ready, or behind something that is.
bool is_passing(int status) {
  return status == 412 || status == 429 || status == 472 || status == 473 || status == 502 || status == 503 ||
         status == 504;
}

}  // namespace

/// An answer that came, of whatever status.
struct VaultApi::Answer {
  int status = 0;
  Value document;
  std::string where;  ///< "GET https://..."
  std::string said;   ///< what to show of its errors; empty where that would show what was sent

  Error failure(ErrorCode code, std::string_view doing) const {
    return {code, fmt::format("{}: {} answered {}{}", doing, where, status, said.empty() ? "" : ": " + said)};
  }
  const Value& part(std::string_view name) const {
    if (const Value* found = field(document, name, Value::Kind::map)) return *found;
    throw malformed(name);
  }
  const std::string& text(const Value& map, std::string_view name) const {
    if (const Value* found = field(map, name, Value::Kind::text)) return found->text();
    throw malformed(name);
  }
  Seconds duration(const Value& map, std::string_view name) const {
    const Value* found = field(map, name, Value::Kind::integer);
    if (found == nullptr || found->integer() < 0 || found->integer() > k_duration_seconds_max) throw malformed(name);
    return Seconds(found->integer());
  }
  bool renewable(const Value& map) const {
    const Value* found = field(map, "renewable", Value::Kind::boolean);
    return found != nullptr && found->boolean();
  }
  Error malformed(std::string_view name) const {
    return {ErrorCode::vault_answer, fmt::format("{}: the answer has no usable `{}`", where, name)};
  }
};

namespace {

/// What the server says is wrong, unless it repeats what must not be shown.
std::string said_by(const Value& document, std::initializer_list<std::string_view> secrets) {
  const Value* errors = field(document, "errors", Value::Kind::list);
  if (errors == nullptr) return "";
  std::vector<std::string> words;
  for (const Value& each : errors->items()) {
    if (each.kind() == Value::Kind::text) words.push_back(each.text());
  }
  const std::string all = join(words, "; ");
  for (const std::string_view secret : secrets) {
    if (!secret.empty() && all.find(secret) != std::string::npos) return "";
  }
  return std::string(truncate_utf8(printable(all), k_said_bytes_max));
}

/// The body of a login is a secret, its answer as well; both are wiped.
struct WipedExchange {
  net::HttpRequest request;
  net::HttpResponse response;
  WipedExchange() = default;
  WipedExchange(const WipedExchange&) = delete;
  WipedExchange& operator=(const WipedExchange&) = delete;
  ~WipedExchange() {
    crypto::wipe(request.body);
    crypto::wipe(response.body);
    for (auto& [name, value] : request.headers) crypto::wipe(value);
  }
};

/// One exchange; nothing where it is worth another try, whose reason is in `why` then.
bool exchange(WipedExchange& each, std::string& why) {
  try {
    each.response = net::http(each.request);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::net_answer) throw Error(ErrorCode::vault_answer, error.message());
    if (error.code() != ErrorCode::net_unreachable) throw;
    why = error.message();
    return false;
  }
  if (!is_passing(each.response.status)) return true;
  why = fmt::format("{} answered {}", each.request.url, each.response.status);
  // A sealed server stays sealed until people come.
  if (each.response.body.find("sealed") == std::string::npos) return false;
  throw Error(ErrorCode::vault_sealed, why);
}

Value parse_answer(const net::HttpResponse& response, const std::string& where) {
  if (trim(response.body).empty()) return {};
  try {
    return codec::parse_json_foreign(response.body, "the answer of Vault", k_vault_answer_bytes_max);
  } catch (const Error& error) {
    // The parser's words may quote the answer, which may hold a password.
    throw Error(ErrorCode::vault_answer, fmt::format("{}: the answer with status {} is not JSON ({})", where,
                                                     response.status, error_info(error.code()).name));
  }
}

}  // namespace

VaultApi::Answer VaultApi::ask(std::string_view method, const std::string& path, const VaultToken* token,
                               const Value& body, std::string_view secret) const {
  WipedExchange each;
  each.request.method = method;
  each.request.url = m_config.url + "/v1/" + path;
  each.request.ca_file = m_config.ca_file;
  each.request.timeout = m_config.timeout;
  each.request.bytes_max = k_vault_answer_bytes_max;
  each.request.headers = {{"X-Vault-Request", "true"}, {"Accept", "application/json"}};
  if (method == "POST") {
    each.request.body = codec::emit_json(body);
    each.request.headers.emplace_back("Content-Type", "application/json");
  }
  if (!m_config.space.empty()) each.request.headers.emplace_back("X-Vault-Namespace", m_config.space);
  if (token != nullptr) each.request.headers.emplace_back("X-Vault-Token", std::string(token->token.reveal()));
  std::string why;
  for (int tries = 0; !exchange(each, why); ++tries) {
    if (tries + 1 == m_tries_max)
      throw Error(ErrorCode::vault_unreachable, fmt::format("{} ({} tries)", why, m_tries_max));
    std::this_thread::sleep_for(k_pause * (1 << tries));
  }
  Answer answer;
  answer.status = each.response.status;
  answer.where = fmt::format("{} {}", method, each.request.url);
  if (answer.status >= 300 && answer.status < 400)
    throw Error(ErrorCode::vault_unreachable,
                fmt::format("{} answered {}: a standby, or another address", each.request.url, answer.status),
                "Redirects are not followed. Name the active server, or an address that forwards to it.");
  answer.document = parse_answer(each.response, answer.where);
  answer.said = said_by(answer.document, {secret, token != nullptr ? token->token.reveal() : std::string_view()});
  if (answer.status >= 500) throw answer.failure(ErrorCode::vault_answer, "Vault failed");
  return answer;
}

VaultToken VaultApi::login(const crypto::SecretBytes& proof) const {
  const bool approle = m_config.method == VaultConfig::Method::approle;
  Value body;
  body.set(approle ? "role_id" : "role", m_config.role).set(approle ? "secret_id" : "jwt", std::string(proof.reveal()));
  const Answer answer = ask("POST", fmt::format("auth/{}/login", m_config.auth_mount), nullptr, body, proof.reveal());
  if (answer.status != 200)
    throw answer.failure(ErrorCode::vault_login_refused,
                         fmt::format("login at {} by {}", m_config.name, approle ? "AppRole" : "JWT"));
  const Value& auth = answer.part("auth");
  const std::string& token = answer.text(auth, "client_token");
  if (!is_name(token, k_vault_token_bytes_max) || token.find(' ') != std::string::npos)
    throw answer.malformed("client_token");
  return {crypto::SecretBytes(token), answer.duration(auth, "lease_duration"), answer.renewable(auth)};
}

VaultLoan VaultApi::lend(const VaultToken& token, const std::string& role, bool static_role) const {
  const Answer answer =
      ask("GET", fmt::format("{}/{}/{}", m_config.mount, static_role ? "static-creds" : "creds", role), &token, {}, "");
  const std::string doing =
      fmt::format("asking {} for a login of {}role {}", m_config.name, static_role ? "static " : "", role);
  if (answer.status == 403) throw answer.failure(ErrorCode::vault_denied, doing);
  if (answer.status != 200) throw answer.failure(ErrorCode::vault_role_unknown, doing);
  const Value& data = answer.part("data");
  VaultLoan loan;
  loan.user = answer.text(data, "username");
  const std::string& password = answer.text(data, "password");
  if (!is_name(loan.user, k_user_bytes_max)) throw answer.malformed("username");
  if (password.empty() || password.size() > k_password_bytes_max) throw answer.malformed("password");
  loan.password = crypto::SecretBytes(password);
  if (static_role) return loan;
  loan.lease = answer.text(answer.document, "lease_id");
  if (!is_name(loan.lease, k_lease_bytes_max)) throw answer.malformed("lease_id");
  loan.duration = answer.duration(answer.document, "lease_duration");
  loan.renewable = answer.renewable(answer.document);
  return loan;
}

VaultExtension VaultApi::renew_lease(const VaultToken& token, const std::string& lease, Seconds wish) const {
  Value body;
  body.set("lease_id", lease).set("increment", static_cast<std::int64_t>(wish.count()));
  const Answer answer = ask("POST", "sys/leases/renew", &token, body, "");
  if (answer.status != 200) throw answer.failure(ErrorCode::vault_renewal_denied, "renewing the lease " + lease);
  return {answer.duration(answer.document, "lease_duration"), answer.renewable(answer.document)};
}

VaultExtension VaultApi::renew_token(const VaultToken& token, Seconds wish) const {
  Value body;
  body.set("increment", fmt::format("{}s", wish.count()));
  const Answer answer = ask("POST", "auth/token/renew-self", &token, body, "");
  if (answer.status != 200) throw answer.failure(ErrorCode::vault_renewal_denied, "renewing the executor's token");
  const Value& auth = answer.part("auth");
  return {answer.duration(auth, "lease_duration"), answer.renewable(auth)};
}

void VaultApi::revoke_lease(const VaultToken& token, const std::string& lease) const {
  Value body;
  body.set("lease_id", lease).set("sync", true);
  const Answer answer = ask("POST", "sys/leases/revoke", &token, body, "");
  if (answer.status != 200 && answer.status != 204)
    throw answer.failure(ErrorCode::vault_revocation_failed, "revoking the lease " + lease);
}

void VaultApi::revoke_token(const VaultToken& token) const {
  const Answer answer = ask("POST", "auth/token/revoke-self", &token, {}, "");
  if (answer.status != 200 && answer.status != 204)
    throw answer.failure(ErrorCode::vault_revocation_failed, "revoking the executor's token");
}

}  // namespace dbw::workflow
