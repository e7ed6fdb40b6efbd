#include "codec/commit.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace dbw::codec {
namespace {

constexpr std::string_view k_armour_begin = "-----BEGIN SSH SIGNATURE-----";
/// What `gpg.format` openpgp and x509 write.
constexpr std::string_view k_pgp_begin = "-----BEGIN PGP ";
constexpr std::string_view k_cms_begin = "-----BEGIN SIGNED MESSAGE-----";
constexpr std::string_view k_armour_end = "-----END SSH SIGNATURE-----";

[[noreturn]] void bad(ErrorCode code, std::string message) { throw Error(code, std::move(message)); }

bool is_object_id(std::string_view text) {
  return text.size() == 40 &&
         std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// A name or e-mail as Git can write it: no brackets, no line break, no blanks at the ends.
bool is_clean(std::string_view text) {
  std::string ignored;
  return !text.empty() && text.find_first_of("<>\n") == std::string_view::npos && text.front() != ' ' &&
         text.back() != ' ' && find_forbidden_character(text, false, &ignored) == std::string_view::npos;
}

bool is_zone(std::string_view zone) {
  if (zone.size() != 5 || (zone[0] != '+' && zone[0] != '-') || !all_digits(zone.substr(1))) return false;
  return zone.substr(1, 2) <= "14" && zone.substr(3, 2) <= "59";
}

std::string identity_text(const CommitIdentity& who) {
  return fmt::format("{} <{}> {} {}", who.name, who.email, who.seconds, who.zone);
}

void require_identity(const CommitIdentity& who, std::string_view header) {
  constexpr std::int64_t k_seconds_max = 253'402'300'799;  // 9999-12-31T23:59:59Z
  const bool ok = is_clean(who.name) && is_clean(who.email) && who.email.find(' ') == std::string::npos &&
                  who.seconds >= 0 && who.seconds <= k_seconds_max && is_zone(who.zone);
  if (!ok) bad(ErrorCode::commit_grammar, fmt::format("the {} line is not `Name <email> seconds +zone`", header));
}

CommitIdentity parse_identity(std::string_view text, std::string_view header) {
  CommitIdentity who;
  const auto open = text.find(" <");
  const auto close = text.find("> ", open == std::string_view::npos ? 0 : open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    who.name = text.substr(0, open);
    who.email = text.substr(open + 2, close - open - 2);
    const std::string_view when = text.substr(close + 2);
    const auto blank = when.find(' ');
    if (blank != std::string_view::npos) {
      std::from_chars(when.data(), when.data() + blank, who.seconds);
      who.zone = when.substr(blank + 1);
    }
  }
  require_identity(who, header);
  if (identity_text(who) != text)
    bad(ErrorCode::commit_grammar, fmt::format("the {} line is not in canonical form", header));
  return who;
}

/// Takes the object's header lines one after another.
class Lines {
 public:
  explicit Lines(std::string_view raw) : m_rest(raw) {}

  std::string_view peek() const { return m_rest.substr(0, m_rest.find('\n')); }
  bool at_end() const { return m_rest.find('\n') == std::string_view::npos; }
  std::string_view take() {
    const std::string_view line = peek();
    if (at_end()) bad(ErrorCode::commit_grammar, "the commit ends inside its header");
    m_rest.remove_prefix(line.size() + 1);
    return line;
  }
  /// The value of the header that must stand here.
  std::string_view take_header(std::string_view name) {
    const std::string_view line = peek();
    if (line.substr(0, name.size()) != name || line.substr(name.size(), 1) != " ") {
      bad(is_known_header(line) ? ErrorCode::commit_grammar : ErrorCode::commit_extra_header,
          fmt::format("expected the header `{}`, found \"{}\"", name, printable(line.substr(0, 60))));
    }
    return take().substr(name.size() + 1);
  }
  std::string_view rest() const { return m_rest; }

 private:
  static bool is_known_header(std::string_view line) {
    if (line.empty()) return true;
    const std::string_view name = line.substr(0, line.find(' '));
    constexpr std::string_view known[] = {"tree", "parent", "author", "committer", "gpgsig"};
    return std::find(std::begin(known), std::end(known), name) != std::end(known);
  }

  std::string_view m_rest;
};

std::string take_object_id(Lines& lines, std::string_view header) {
  const std::string_view id = lines.take_header(header);
  if (!is_object_id(id)) bad(ErrorCode::commit_grammar, fmt::format("the {} line does not name an object", header));
  return std::string(id);
}

/// The gpgsig header with its continuation lines, up to the armour's last line.
std::string take_signature(Lines& lines) {
  if (lines.peek().empty()) bad(ErrorCode::commit_unsigned, "the commit carries no signature");
  std::string armour(lines.take_header("gpgsig"));
  if (armour.substr(0, k_pgp_begin.size()) == k_pgp_begin)
    bad(ErrorCode::signature_openpgp, "the commit is signed with OpenPGP");
  if (armour == k_cms_begin) bad(ErrorCode::signature_x509, "the commit is signed with X.509");
  if (armour != k_armour_begin) bad(ErrorCode::commit_grammar, "the signature is not an SSH signature");
  armour += '\n';
  while (lines.peek().substr(0, 1) == " ") {
    armour += lines.take().substr(1);
    armour += '\n';
  }
  const std::string end = fmt::format("\n{}\n", k_armour_end);
  if (armour.size() < end.size() || armour.substr(armour.size() - end.size()) != end)
    bad(ErrorCode::commit_grammar, "the signature has no last line");
  if (!lines.peek().empty())
    bad(ErrorCode::commit_extra_header,
        fmt::format("a header behind the signature: \"{}\"", printable(lines.peek().substr(0, 60))));
  return armour;
}

void require_clean_bytes(std::string_view raw) {
  if (raw.size() > k_commit_bytes_max)
    bad(ErrorCode::commit_too_large,
        fmt::format("the commit has {} bytes, at most {} are allowed", raw.size(), k_commit_bytes_max));
  std::string what;
  const std::size_t offset = find_forbidden_character(raw, false, &what);
  if (offset != std::string_view::npos)
    bad(ErrorCode::commit_bad_bytes, fmt::format("{} at byte {} of the commit", what, offset));
}

}  // namespace

SignedCommit parse_signed_commit(std::string_view raw) {
  require_clean_bytes(raw);
  SignedCommit commit;
  Lines lines(raw);
  commit.tree = take_object_id(lines, "tree");
  commit.parent = take_object_id(lines, "parent");
  if (lines.peek().substr(0, 7) == "parent ") bad(ErrorCode::commit_extra_header, "a second parent");
  commit.author = parse_identity(lines.take_header("author"), "author");
  commit.committer = parse_identity(lines.take_header("committer"), "committer");
  const std::size_t headers = raw.size() - lines.rest().size();
  commit.signature = take_signature(lines);
  commit.payload = std::string(raw.substr(0, headers)) + std::string(lines.rest());
  lines.take();
  commit.message = lines.rest();
  return commit;
}

std::string commit_payload(std::string_view tree, std::string_view parent, const CommitIdentity& who,
                           std::string_view message) {
  if (!is_object_id(tree) || !is_object_id(parent))
    bad(ErrorCode::commit_grammar, "tree and parent are 40 lower-case hexadecimal digits");
  require_identity(who, "author");
  std::string payload = fmt::format("tree {}\nparent {}\nauthor {}\ncommitter {}\n\n{}", tree, parent,
                                    identity_text(who), identity_text(who), message);
  require_clean_bytes(payload);
  return payload;
}

std::string insert_signature(std::string_view payload, std::string_view armour) {
  const auto blank_line = payload.find("\n\n");
  if (blank_line == std::string_view::npos)
    bad(ErrorCode::commit_grammar, "the payload has no blank line behind its header");
  std::string header = "gpgsig";
  for (const std::string_view line : split_lines(armour)) {
    header += ' ';
    header += line;
    header += '\n';
  }
  return std::string(payload.substr(0, blank_line + 1)) + header + std::string(payload.substr(blank_line + 1));
}

}  // namespace dbw::codec
