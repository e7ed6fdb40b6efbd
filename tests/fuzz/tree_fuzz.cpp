#include "fuzz.hpp"
#include "git/tree.hpp"
#include "git/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dbw;
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::may_refuse(
      [&] { fuzz::require(git::emit_tree(git::parse_tree(bytes)) == bytes, "the tree is written as read"); });
  fuzz::may_refuse([&] { git::require_remote({.url = std::string(bytes)}); });
  return 0;
}
