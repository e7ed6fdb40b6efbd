#include "workflow/ci_proof.hpp"

#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_note_bytes_max = 64;

/// Drops notes of tokens that have ended: nobody can use those any more.
void forget_ended(const fs::path& folder, Timestamp now) {
  std::error_code ignored;  // what cannot be listed or removed stays, and still counts as used
  std::error_code unreadable;
  fs::directory_iterator at(folder, unreadable);
  for (; !unreadable && at != fs::directory_iterator(); at.increment(unreadable)) {
    try {
      const Timestamp expires_at = Timestamp::parse(read_file(at->path(), k_note_bytes_max));
      if (expires_at + Seconds(2 * k_clock_skew_seconds) < now) fs::remove(at->path(), ignored);
    } catch (const Error&) {
      // Not one of ours, or gone already; it stays where it is.
    }
  }
}

/// Creates `file` with its content in one step; false where it exists.
bool create_once(const fs::path& file, std::string_view bytes) {
  const fs::path draft = file.string() + "." + crypto::random_hex(8);
  write_file_atomic(draft, bytes, 0600);
  std::error_code failed;
  fs::create_hard_link(draft, file, failed);
  std::error_code ignored;
  fs::remove(draft, ignored);
  if (!failed) return true;
  if (failed == std::errc::file_exists) return false;
  throw Error(ErrorCode::file_unwritable, fmt::format("{}: {}", file.string(), failed.message()));
}

}  // namespace

bool looks_like_web_token(std::string_view line) { return line.find('.') != std::string_view::npos; }

model::WebToken CiProof::token_for(const model::CiIdentity& identity) const {
  std::optional<model::WebToken> other;
  Refusal why{ErrorCode::ci_token_missing, fmt::format("the CI identity {} needs a token of {} for \"{}\"",
                                                       identity.name, identity.issuer, identity.audience)};
  for (const std::string& line : m_tokens) {
    try {
      model::WebToken token = model::parse_web_token(line);
      if (trust::is_meant_for(token, identity)) return token;
      if (!other) other = std::move(token);
    } catch (const Error& error) {
      why = error.refusal();  // a bad line must not hide a good one behind it
    }
  }
  // The only one there is tells best what is wrong.
  if (other) return std::move(*other);
  throw Error(why);
}

void CiProof::use_up(const trust::CiRun& run, Timestamp now) {
  const std::string name = crypto::sha256(run.issuer + "\n" + run.jti).hex();
  if (m_used.contains(name)) return;
  const fs::path folder = m_config.state / "ci-tokens";
  make_folders(folder, 0700);
  forget_ended(folder, now);
  if (!create_once(folder / name, run.expires_at.text())) {
    throw Error(ErrorCode::ci_token_used,
                fmt::format("the token {} of {} was used in an earlier run", printable(run.jti), run.issuer));
  }
  m_used.insert(name);
}

trust::CiRun CiProof::require(const model::CiIdentity& identity, Timestamp now) {
  const model::WebToken token = token_for(identity);
  model::WebKeySet keys = m_keys.of(identity.issuer, now);
  if (!keys.contains(token.key_id) && m_keys.renew(identity.issuer, now)) keys = m_keys.of(identity.issuer, now);
  trust::CiRun run = trust::verify_ci_token(identity, token, keys, now);
  use_up(run, now);
  return run;
}

}  // namespace dbw::workflow
