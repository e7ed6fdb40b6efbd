#include "net/wiping_memory.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <malloc.h>

namespace dbw::net {

void* wiping_malloc(std::size_t size) { return std::malloc(size); }

void wiping_free(void* memory) {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

/// Never in place: the C library would free the old block as it is.
void* wiping_realloc(void* memory, std::size_t size) {
  if (memory == nullptr) return std::malloc(size);
  void* longer = std::malloc(size);
  if (longer == nullptr) return nullptr;
  std::memcpy(longer, memory, std::min(size, ::malloc_usable_size(memory)));
  wiping_free(memory);
  return longer;
}

char* wiping_strdup(const char* text) { return ::strdup(text); }

void* wiping_calloc(std::size_t count, std::size_t size) { return std::calloc(count, size); }

}  // namespace dbw::net
