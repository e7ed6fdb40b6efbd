#include "workflow/seal_key.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_access.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "workflow/profile.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t k_seal_key_bytes_max = 64 * 1024;

}  // namespace

fs::path seal_key_file() { return home_folder() / "seal-key.txt"; }

crypto::AgeRecipient make_seal_key(const fs::path& file, Timestamp now) {
  const crypto::AgeIdentity key = crypto::AgeIdentity::generate();
  make_folders(file.parent_path(), 0700);
  const crypto::SecretBytes secret = key.text();
  const std::string head = fmt::format("# created: {}\n# public key: {}\n", now.text(), key.recipient().text());
  crypto::Wiped text;
  text.text.reserve(head.size() + secret.size() + 1);
  text.text.append(head).append(secret.reveal()).append("\n");
  // A link is made only where nothing has the name yet, whoever else makes a key at the same moment.
  const fs::path temporary = file.string() + "." + crypto::random_hex(8);
  write_file_atomic(temporary, text.text, 0600);
  std::error_code failed, ignored;
  fs::create_hard_link(temporary, file, failed);
  fs::remove(temporary, ignored);
  if (failed == std::errc::file_exists)
    throw Error(ErrorCode::seal_key_exists, fmt::format("{} exists already", file.string()));
  if (failed)
    throw Error(ErrorCode::file_unwritable, fmt::format("cannot write {}: {}", file.string(), failed.message()));
  return key.recipient();
}

std::vector<crypto::AgeIdentity> load_seal_keys(const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored))
    throw Error(ErrorCode::seal_key_missing, fmt::format("there is no file {}", file.string()));
  require_private_file(file);
  const crypto::Wiped text{read_file(file, k_seal_key_bytes_max)};
  std::vector<crypto::AgeIdentity> keys;
  std::size_t number = 0;
  for (const std::string_view line : split_lines(text.text)) {
    ++number;
    if (trim(line).empty() || line.front() == '#') continue;
    try {
      keys.push_back(crypto::AgeIdentity::parse(trim(line)));
    } catch (const Error& error) {
      throw Error(error.code(), fmt::format("{}:{}: {}", file.string(), number, error.message()));
    }
  }
  if (keys.empty()) throw Error(ErrorCode::seal_key_missing, fmt::format("{} holds no key", file.string()));
  return keys;
}

}  // namespace dbw::workflow
