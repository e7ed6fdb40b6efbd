#include "codec/commit.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view raw = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const dbw::codec::SignedCommit commit = dbw::codec::parse_signed_commit(raw);
    dbw::fuzz::require(dbw::codec::insert_signature(commit.payload, commit.signature) == raw,
                       "payload and signature give the commit again");
    if (commit.author == commit.committer) {
      dbw::fuzz::require(
          dbw::codec::commit_payload(commit.tree, commit.parent, commit.author, commit.message) == commit.payload,
          "the fields give the payload again");
    }
  });
  return 0;
}
