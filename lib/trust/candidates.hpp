#pragma once

#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "crypto/hash.hpp"
#include "trust/signed_document.hpp"

namespace dbw::trust {

/// A document that could be read, with its digest. Nothing is verified yet.
template <typename Document>
struct Parsed {
  const SignedDocument* source;
  Document value;
  Digest digest;
};

/// Every document that can be read and belongs to the repository; the others become notes.
template <typename Document>
std::vector<Parsed<Document>> parse_all(const std::vector<SignedDocument>& documents,
                                        Document (*parse)(std::string_view, std::string_view), std::string_view repo_id,
                                        std::vector<Refusal>& notes) {
  std::vector<Parsed<Document>> out;
  for (const SignedDocument& document : documents) {
    try {
      Document value = parse(document.bytes, document.name);
      if (value.repo_id != repo_id) {
        notes.push_back(
            {ErrorCode::trust_wrong_repository, document.name + ": belongs to repository " + value.repo_id});
        continue;
      }
      out.push_back({&document, std::move(value), crypto::sha256(document.bytes)});
    } catch (const Error& error) {
      notes.push_back({error.code(), error.message()});
    }
  }
  return out;
}

}  // namespace dbw::trust
