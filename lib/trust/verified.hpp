#pragma once

#include <utility>

namespace dbw::trust {

/// A value that trust has checked. Only the functions of this module can make one (verifier.hpp, which no other module
/// includes), so a parameter of this type is proof that the check ran.
template <typename T>
class Verified {
 public:
  const T& operator*() const { return m_value; }
  const T* operator->() const { return &m_value; }

 private:
  explicit Verified(T value) : m_value(std::move(value)) {}
  friend struct Verifier;
  T m_value;
};

}  // namespace dbw::trust
