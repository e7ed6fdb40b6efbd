// Passwords are for moments in memory that no type of ours guards: in parsed answers, request bodies, the copies that a
// growing string leaves behind, and the buffers of libpq, libcurl and OpenSSL. Whatever this program frees is
// overwritten first. Locked memory is what SecretBytes is for.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <malloc.h>

// The sanitizers bring an allocator of their own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

extern "C" {

void __libc_free(void* memory);  // NOLINT: glibc's name for its own

void free(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  __libc_free(memory);
}

/// Never in place: glibc would free the old block as it is.
void* realloc(void* memory, std::size_t size) noexcept {
  if (memory == nullptr) return std::malloc(size);
  if (size == 0) {
    free(memory);
    return nullptr;
  }
  void* other = std::malloc(size);
  if (other == nullptr) return nullptr;
  std::memcpy(other, memory, std::min(size, ::malloc_usable_size(memory)));
  free(memory);
  return other;
}

}  // extern "C"

#endif
