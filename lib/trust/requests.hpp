#pragma once

#include <string_view>

#include "model/request.hpp"
#include "trust/authority.hpp"
#include "trust/verified.hpp"

namespace dbw::trust {

/// A request whose signature is its requester's.
struct AuthenticRequest {
  model::Request request;
  Digest sha256;      ///< of the file's bytes: what everything binds
  std::string human;  ///< of the requester
  KeyId key;          ///< that signed
};
using VerifiedRequest = Verified<AuthenticRequest>;

/// Signature by a key with use request of an active, unsuspended person who is the requester; repo_id; authors on the
/// roster; database and environment in policy. Not its times, so that `show` can name an expired request. Throws
/// Error{trust_requester_mismatch, trust_wrong_usage, trust_unknown_key, trust_inactive_person, trust_suspended,
/// trust_wrong_repository, trust_unknown_database, trust_unknown_person, sshsig_..., field_...}.
VerifiedRequest authenticate_request(const Authority& authority, const SignedRequest& document);

/// Throws Error{trust_request_expired, trust_request_life, trust_request_early}: expires_at <= now; a life above
/// k_request_days_max; created in the future.
void require_current(const VerifiedRequest& request, Timestamp now);

/// Both of the above.
VerifiedRequest verify_request(const Authority& authority, const SignedRequest& document, Timestamp now);

/// A withdrawal signed by the requester of that very request. Throws as authenticate_request, and
/// Error{trust_binding_mismatch} for another request's.
Verified<model::Cancellation> verify_cancellation(const Authority& authority, const VerifiedRequest& request,
                                                  const SignedRequest& document);

/// The bytes of a file that a request names: size, digest, no characters that signed text must not hold, no Git LFS
/// pointer. Throws Error{trust_file_too_large, trust_file_digest, trust_file_lfs_pointer, trust_file_characters}.
void require_file(const model::FileReference& file, std::string_view bytes, std::size_t bytes_max);

}  // namespace dbw::trust
