#pragma once

/// Inside crypto only.
namespace dbw::crypto {

/// Makes libsodium ready; cheap after the first call. Throws Error{internal_bug}.
void ensure_sodium();

}  // namespace dbw::crypto
