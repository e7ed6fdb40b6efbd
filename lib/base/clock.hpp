#pragma once

#include "base/time.hpp"

namespace dbw {

/// Where "now" comes from. Only `main` functions and tests make one; everything below takes a Timestamp.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;
};

class SystemClock : public Clock {
 public:
  Timestamp now() const override;
};

class FixedClock : public Clock {
 public:
  explicit FixedClock(Timestamp at) : m_at(at) {}
  Timestamp now() const override { return m_at; }
  void advance(Seconds by) { m_at = m_at + by; }

 private:
  Timestamp m_at;
};

}  // namespace dbw
