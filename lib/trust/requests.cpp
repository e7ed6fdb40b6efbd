#include "trust/requests.hpp"

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "trust/person_signature.hpp"
#include "trust/refusals.hpp"
#include "trust/verifier.hpp"

namespace dbw::trust {
namespace {

constexpr std::string_view k_lfs_prefix = "version https://git-lfs.github.com/spec/";

/// Names the document in whatever a check throws.
template <typename Check>
auto about(const SignedRequest& document, Check check) {
  try {
    return check();
  } catch (Error& error) {
    throw Error(error.code(), fmt::format("{}: {}", document.name, error.message()), error.refusal().hint);
  }
}

/// The signer of a request or cancellation, who is `person` and may sign requests.
PersonSignature require_signed_by(const Authority& authority, const SignedRequest& document, std::string_view kind,
                                  std::string_view person) {
  const PersonSignature signature =
      require_person_signature(authority, document.armour, model::name_space_of(kind), document.bytes);
  std::vector<Refusal> refusals = check_signer(authority, signature, "request");
  if (signature.person->name != person) {
    refusals.insert(refusals.begin(), {ErrorCode::trust_requester_mismatch,
                                       fmt::format("it says {}, but {} signed it", person, signature.person->name)});
  }
  if (!refusals.empty()) throw_refusals(refusals);
  return signature;
}

void require_repository(const Authority& authority, std::string_view repo_id) {
  if (repo_id != authority.pin().repo_id) {
    throw Error(ErrorCode::trust_wrong_repository,
                fmt::format("it is for repository {}, not {}", repo_id, authority.pin().repo_id));
  }
}

}  // namespace

VerifiedRequest authenticate_request(const Authority& authority, const SignedRequest& document) {
  if (authority.supposed()) throw Error(ErrorCode::trust_supposed, "a request was to be judged by a draft");
  const model::Request request = model::parse_request(document.bytes, document.name);
  return about(document, [&] {
    require_repository(authority, request.repo_id);
    const PersonSignature signature = require_signed_by(authority, document, "request", request.requester);
    for (const std::string& author : request.authors) {
      if (authority.find_person(author) == nullptr) {
        throw Error(ErrorCode::trust_unknown_person,
                    fmt::format("author {} is not on roster {}", author, authority.roster().version));
      }
    }
    authority.environment(request.database, request.environment);
    return Verifier::vouch(
        AuthenticRequest{request, crypto::sha256(document.bytes), signature.person->human, signature.key->key.id});
  });
}

void require_current(const VerifiedRequest& request, Timestamp now) {
  const model::Request& r = request->request;
  if (r.created_at > now + Seconds(k_clock_skew_seconds)) {
    throw Error(ErrorCode::trust_request_early,
                fmt::format("{}: created at {}, now it is {}", r.id.text(), r.created_at.text(), now.text()));
  }
  if (r.expires_at - r.created_at > Seconds(std::int64_t{k_request_days_max} * 86400)) {
    throw Error(ErrorCode::trust_request_life,
                fmt::format("{}: lives from {} to {}, longer than {} days", r.id.text(), r.created_at.text(),
                            r.expires_at.text(), k_request_days_max));
  }
  if (now >= r.expires_at)
    throw Error(ErrorCode::trust_request_expired, fmt::format("{}: expired at {}", r.id.text(), r.expires_at.text()));
}

VerifiedRequest verify_request(const Authority& authority, const SignedRequest& document, Timestamp now) {
  VerifiedRequest request = authenticate_request(authority, document);
  require_current(request, now);
  return request;
}

Verified<model::Cancellation> verify_cancellation(const Authority& authority, const VerifiedRequest& request,
                                                  const SignedRequest& document) {
  const model::Cancellation cancellation = model::parse_cancellation(document.bytes, document.name);
  return about(document, [&] {
    require_repository(authority, cancellation.repo_id);
    if (cancellation.request != request->request.id || cancellation.request_sha256 != request->sha256) {
      throw Error(ErrorCode::trust_binding_mismatch,
                  fmt::format("it cancels {} ({}), not {} ({})", cancellation.request.text(),
                              cancellation.request_sha256.text(), request->request.id.text(), request->sha256.text()));
    }
    if (cancellation.by != request->request.requester) {
      throw Error(ErrorCode::trust_requester_mismatch,
                  fmt::format("{} requested it, {} cancels it", request->request.requester, cancellation.by));
    }
    require_signed_by(authority, document, "cancellation", cancellation.by);
    return Verifier::vouch(cancellation);
  });
}

void require_file(const model::FileReference& file, std::string_view bytes, std::size_t bytes_max) {
  if (bytes.size() > bytes_max) {
    throw Error(ErrorCode::trust_file_too_large,
                fmt::format("{}: {} bytes, allowed are {}", file.path, bytes.size(), bytes_max));
  }
  if (bytes.substr(0, k_lfs_prefix.size()) == k_lfs_prefix) {
    throw Error(ErrorCode::trust_file_lfs_pointer, fmt::format("{}: is a Git LFS pointer", file.path));
  }
  const Digest found = crypto::sha256(bytes);
  if (found != file.sha256) {
    throw Error(ErrorCode::trust_file_digest,
                fmt::format("{}: its digest is {}, the request names {}", file.path, found.text(), file.sha256.text()));
  }
  std::string what;
  const std::size_t at = find_forbidden_character(bytes, true, &what);
  if (at != std::string_view::npos)
    throw Error(ErrorCode::trust_file_characters, fmt::format("{}: {} at byte {}", file.path, what, at));
}

}  // namespace dbw::trust
