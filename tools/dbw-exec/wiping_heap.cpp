// The executor's strings hold passwords for moments that no type guards: parsed answers, request bodies, copies that a
// growing string leaves behind. Whatever this program frees is overwritten first.
#include <cstdlib>
#include <cstring>
#include <new>

#include <malloc.h>

void* operator new(std::size_t size) {
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
