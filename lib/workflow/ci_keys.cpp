#include "workflow/ci_keys.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "crypto/hash.hpp"
#include "net/http.hpp"
#include "net/url.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

/// Room for the key set as a JSON text.
constexpr std::size_t k_key_cache_bytes_max = 2 * k_web_key_set_bytes_max + 4096;

struct CachedKeys {
  Timestamp fetched_at;
  std::string key_set;
};

CiKeySource source_of(const HostConfig& config, const std::string& issuer) {
  const auto found = config.ci_keys.find(issuer);
  return found == config.ci_keys.end() ? CiKeySource{} : found->second;
}

fs::path cache_file(const fs::path& folder, const std::string& issuer) {
  return folder / (crypto::sha256(issuer).hex() + ".json");
}

/// Nullopt for what is not there or not ours to read: it is fetched again.
std::optional<CachedKeys> read_cache(const fs::path& file, const std::string& issuer) {
  if (std::error_code ignored; !fs::exists(file, ignored)) return std::nullopt;
  try {
    const codec::Value value =
        codec::parse_json(read_file(file, k_key_cache_bytes_max), file.string(), k_key_cache_bytes_max);
    codec::Reader reader(value, file.string());
    CachedKeys cached{reader.time("fetched_at"), reader.text("key_set")};
    if (reader.text("issuer") != issuer) return std::nullopt;
    return cached;
  } catch (const Error& error) {
    if (error.status() == ExitStatus::environment) throw;
    return std::nullopt;
  }
}

bool is_fresh(const CachedKeys& cached, const CiKeySource& source, Timestamp now) {
  return cached.fetched_at <= now + Seconds(k_clock_skew_seconds) && now - cached.fetched_at <= source.max_age;
}

std::string get(const std::string& url, const CiKeySource& source) {
  net::HttpRequest request;
  request.url = url;
  request.ca_file = source.ca_file;
  request.headers = {{"Accept", "application/json"}};
  request.bytes_max = k_web_key_set_bytes_max;
  return net::fetch_body(request);
}

/// Discovery must not lead away from the issuer that policy names.
std::string key_set_address(const std::string& issuer, const std::string& document) {
  const codec::Value value =
      codec::parse_json_foreign(document, "the issuer's openid-configuration", k_web_key_set_bytes_max);
  const auto text = [&](std::string_view name) {
    const codec::Value* found = value.kind() == codec::Value::Kind::map ? value.find(name) : nullptr;
    return found != nullptr && found->kind() == codec::Value::Kind::text ? found->text() : std::string();
  };
  const std::string address = text("jwks_uri");
  if (text("issuer") != issuer || address.empty())
    throw Error(ErrorCode::ci_keys_malformed,
                fmt::format("the openid-configuration of {} names another issuer, or no jwks_uri", issuer));
  if (net::origin_of(address) != net::origin_of(issuer))
    throw Error(ErrorCode::ci_keys_malformed,
                fmt::format("the keys of {} are said to be at another server: {}", issuer, printable(address)));
  return address;
}

}  // namespace

std::string CiKeys::fetch(const std::string& issuer, Timestamp now) {
  const CiKeySource source = source_of(m_config, issuer);
  const std::string base = issuer.ends_with('/') ? issuer.substr(0, issuer.size() - 1) : issuer;
  std::string key_set;
  try {
    key_set = get(key_set_address(issuer, get(base + "/.well-known/openid-configuration", source)), source);
  } catch (const Error& error) {
    if (error.status() != ExitStatus::environment && error.code() != ErrorCode::net_bad_url) throw;
    throw Error(ErrorCode::ci_keys_unavailable,
                fmt::format("the keys of {} cannot be fetched: {}", issuer, error.message()));
  }
  model::parse_web_key_set(key_set, issuer);  // only what can be used replaces what is there
  codec::Value value;
  value.set("issuer", issuer).set("fetched_at", now.text()).set("key_set", key_set);
  make_folders(m_folder, 0700);
  write_file_atomic(cache_file(m_folder, issuer), codec::emit_json(value), 0600);
  m_fetched.insert(issuer);
  return key_set;
}

model::WebKeySet CiKeys::of(const std::string& issuer, Timestamp now) {
  const CiKeySource source = source_of(m_config, issuer);
  if (!source.file.empty()) {
    require_not_writable_by_others(source.file);
    return model::parse_web_key_set(read_file(source.file, k_web_key_set_bytes_max), source.file.string());
  }
  const auto cached = read_cache(cache_file(m_folder, issuer), issuer);
  if (cached && is_fresh(*cached, source, now)) return model::parse_web_key_set(cached->key_set, issuer);
  try {
    return model::parse_web_key_set(fetch(issuer, now), issuer);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::ci_keys_unavailable || !cached) throw;
    throw Error(error.code(), fmt::format("{}; those in the cache are of {} and count for {}", error.message(),
                                          cached->fetched_at.text(), format_duration(source.max_age)));
  }
}

bool CiKeys::renew(const std::string& issuer, Timestamp now) {
  if (!source_of(m_config, issuer).file.empty() || !m_fetched.insert(issuer).second) return false;
  fetch(issuer, now);
  return true;
}

}  // namespace dbw::workflow
