#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"

namespace dbw::model {

/// A parcel is larger than any request that a policy may allow, in base64.
inline constexpr std::size_t k_parcel_bytes_max = 64 * 1024 * 1024;

/// What somebody without the right to push gives to somebody who has it: a request, decisions on it, or both
/// (docs/format/parcel.md). It carries signed documents and is not signed itself: it adds no authority.
struct Parcel {
  struct File {
    std::string path;  ///< below the request's folder, components [a-z0-9][a-z0-9._-]*
    std::string bytes;
  };
  struct DecisionCommit {
    std::string person;  ///< on whose ref it belongs
    std::string commit;  ///< raw object bytes
  };
  std::string repo_id;
  RequestId request;
  std::vector<File> files;  ///< sorted by path; empty: the parcel holds decisions only
  std::vector<DecisionCommit> decisions;
};

/// Throws Error with a 01xx code.
Parcel parse_parcel(std::string_view bytes, std::string_view source);
/// Canonical JSON.
std::string render_parcel(const Parcel& parcel);

}  // namespace dbw::model
