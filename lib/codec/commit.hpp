#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbw::codec {

/// "Bob <bob@example.org> 1763633700 +0100".
struct CommitIdentity {
  std::string name;
  std::string email;
  std::int64_t seconds = 0;
  std::string zone;  ///< "+0100"
  friend bool operator==(const CommitIdentity&, const CommitIdentity&) = default;
};

/// A decision commit in the strict grammar: `tree`, exactly one `parent`, `author`, `committer`, one `gpgsig`, blank
/// line, message.
struct SignedCommit {
  std::string tree;    ///< 40 hex digits
  std::string parent;  ///< 40 hex digits
  CommitIdentity author;
  CommitIdentity committer;
  std::string signature;  ///< the SSHSIG armour, header continuation removed, each line ending in '\n'
  std::string message;    ///< everything behind the blank line
  std::string payload;    ///< the bytes that were signed: the object without its gpgsig header
};

/// Strict: any other header, order or form, NUL, CR or invalid UTF-8, hidden characters are refused. Throws
/// Error{commit_...}; an unsigned commit is Error{commit_unsigned}, one that gpg or gpgsm signed
/// Error{signature_openpgp, signature_x509}.
SignedCommit parse_signed_commit(std::string_view raw);

/// The bytes to sign for a commit (the object without gpgsig).
std::string commit_payload(std::string_view tree, std::string_view parent, const CommitIdentity& who,
                           std::string_view message);
/// Inserts the armour as the gpgsig header, trailing newline stripped: the same bytes that `git commit-tree -S` makes.
std::string insert_signature(std::string_view payload, std::string_view armour);

}  // namespace dbw::codec
