#pragma once

#include <map>
#include <string>
#include <string_view>

#include "codec/value.hpp"
#include "crypto/web_key.hpp"

/// JSON Web Tokens (RFC 7519) in the compact form of RFC 7515, and key sets (RFC 7517): CI hosts vouch for their jobs
/// with them. Forms only; trust/ci_identity.hpp judges.
namespace dbw::model {

struct WebToken {
  std::string algorithm;  ///< of the header; untrusted like everything here
  std::string key_id;
  codec::Value claims;
  std::string signed_part;  ///< the bytes that the signature is over
  std::string signature;
};
/// Strict: three parts of unpadded base64url, a header and claims that are JSON objects without duplicate keys, no
/// critical extensions. Key material in the header (jwk, jku, x5c, x5u) is not looked at. Throws
/// Error{ci_token_malformed}; the message never holds the token.
WebToken parse_web_token(std::string_view compact);

/// The signing keys of one issuer, by key id.
using WebKeySet = std::map<std::string, crypto::WebKey>;
/// Keys of other types, curves, algorithms or uses, and keys without an id, are left out. Throws
/// Error{ci_keys_malformed}: two keys with one id, a key that is damaged or too weak, not JSON, no key left.
WebKeySet parse_web_key_set(std::string_view json, std::string_view source);

}  // namespace dbw::model
