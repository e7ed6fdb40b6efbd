#pragma once

#include <utility>

#include "trust/verified.hpp"

namespace dbw::trust {

/// The one maker of Verified values. For the sources of trust only.
struct Verifier {
  template <typename T>
  static Verified<T> vouch(T value) {
    return Verified<T>(std::move(value));
  }
};

}  // namespace dbw::trust
