#include "codec/commit.hpp"

#include <gtest/gtest.h>

#include "unit/forms/throws.hpp"

namespace dbw::codec {
namespace {

using test::code_of;

const std::string k_id(40, 'a');
const CommitIdentity k_bob{"Bob", "bob@example.org", 1763633700, "+0100"};
constexpr const char* k_armour = "-----BEGIN SSH SIGNATURE-----\nQUJD\n-----END SSH SIGNATURE-----\n";

std::string good() { return insert_signature(commit_payload(k_id, k_id, k_bob, "subject\n\nbody\n"), k_armour); }

std::string changed(std::string_view from, std::string_view to) {
  std::string text = good();
  const auto at = text.find(from);
  if (at == std::string::npos) throw Error(ErrorCode::internal_bug, "the test looks for text that is not there");
  return text.replace(at, from.size(), to);
}

TEST(Commit, RoundTrip) {
  const SignedCommit commit = parse_signed_commit(good());
  EXPECT_EQ(commit.tree, k_id);
  EXPECT_EQ(commit.author, k_bob);
  EXPECT_EQ(commit.committer, k_bob);
  EXPECT_EQ(commit.signature, k_armour);
  EXPECT_EQ(commit.message, "subject\n\nbody\n");
  EXPECT_EQ(commit.payload, commit_payload(k_id, k_id, k_bob, "subject\n\nbody\n"));
  EXPECT_EQ(insert_signature(commit.payload, commit.signature), good());
}

TEST(Commit, RefusesEveryOtherForm) {
  struct Case {
    std::string raw;
    const char* code;
  };
  const std::string author = "author Bob <bob@example.org> 1763633700 +0100";
  const Case cases[] = {
      {"", "commit_grammar"},
      {commit_payload(k_id, k_id, k_bob, "x"), "commit_unsigned"},
      {changed("subject", "sub\rject"), "commit_bad_bytes"},
      {changed("subject", "sub\tject"), "commit_bad_bytes"},
      {changed("subject", "sub\xFFject"), "commit_bad_bytes"},
      {changed("subject", "sub\xE2\x80\xAEject"), "commit_bad_bytes"},
      {good() + std::string(1, '\0'), "commit_bad_bytes"},
      {good() + std::string(16 * 1024, 'x'), "commit_too_large"},
      {changed("tree a", "tree A"), "commit_grammar"},
      {changed("tree " + k_id, "tree " + std::string(64, 'a')), "commit_grammar"},
      {changed("parent " + k_id + "\n", ""), "commit_grammar"},
      {changed("parent " + k_id + "\n", "parent " + k_id + "\nparent " + k_id + "\n"), "commit_extra_header"},
      {changed("gpgsig -", "encoding latin1\ngpgsig -"), "commit_extra_header"},
      {changed("gpgsig -", "gpgsig-sha256 -"), "commit_extra_header"},
      {changed("author", "mergetag"), "commit_extra_header"},
      {changed(author, author + " "), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org> 01763633700 +0100"), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org> -1 +0100"), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org> 99999999999999999999 +0100"), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org> 1763633700 0100"), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org> 1763633700 +0160"), "commit_grammar"},
      {changed(author, "author  <bob@example.org> 1763633700 +0100"), "commit_grammar"},
      {changed(author, "author Bob <<bob@example.org> 1763633700 +0100"), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org>1763633700 +0100"), "commit_grammar"},
      {changed(author, "author Bob <bob@example.org>> 1763633700 +0100"), "commit_grammar"},
      {changed("BEGIN SSH", "BEGIN PGP"), "signature_openpgp"},
      {changed(" -----END SSH SIGNATURE-----\n", ""), "commit_grammar"},
      {changed("-----END SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\ngpgsig x\n"), "commit_extra_header"},
      {good().substr(0, 100), "commit_grammar"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(code_of([&] { parse_signed_commit(each.raw); }), each.code) << each.raw.substr(0, 400);
  }
}

TEST(Commit, PayloadRefusesIdentitiesThatWouldForgeHeaders) {
  for (const char* name : {"", "Bob\nparent x", "Bob <x>", " Bob", "Bob\x1b"}) {
    CommitIdentity who = k_bob;
    who.name = name;
    EXPECT_EQ(code_of([&] { commit_payload(k_id, k_id, who, "x"); }), "commit_grammar") << name;
  }
  EXPECT_EQ(code_of([] { commit_payload("main", k_id, k_bob, "x"); }), "commit_grammar");
  EXPECT_EQ(code_of([] { commit_payload(k_id, k_id, k_bob, "x\r"); }), "commit_bad_bytes");
  EXPECT_EQ(code_of([] { insert_signature("tree x\n", k_armour); }), "commit_grammar");
}

}  // namespace
}  // namespace dbw::codec
