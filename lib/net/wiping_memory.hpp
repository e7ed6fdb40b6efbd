#pragma once

#include <cstddef>

/// The heap of libcurl, whose buffers hold tokens and passwords: what it frees is overwritten first.
namespace dbw::net {

void* wiping_malloc(std::size_t size);
void wiping_free(void* memory);
void* wiping_realloc(void* memory, std::size_t size);
char* wiping_strdup(const char* text);
void* wiping_calloc(std::size_t count, std::size_t size);

}  // namespace dbw::net
