#pragma once

#include <filesystem>
#include <vector>

#include "base/time.hpp"
#include "crypto/age.hpp"

/// A person's seal key in a file as age-keygen writes it, so that `age -d -i FILE` takes it too. Agents and security
/// keys cannot open what is sealed, so it is a key of its own.
namespace dbw::workflow {

/// "<home_folder()>/seal-key.txt".
std::filesystem::path seal_key_file();
/// Makes a key in a file of mode 0600; returns its public half. Throws Error{seal_key_exists, file_unwritable}.
crypto::AgeRecipient make_seal_key(const std::filesystem::path& file, Timestamp now);
/// The keys of the file, one a line; lines that begin with # are comments. Throws Error{seal_key_missing,
/// file_permissions, age_identity}.
std::vector<crypto::AgeIdentity> load_seal_keys(const std::filesystem::path& file);

}  // namespace dbw::workflow
