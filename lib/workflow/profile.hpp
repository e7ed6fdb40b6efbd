#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "codec/reader.hpp"
#include "git/transport.hpp"
#include "model/trust_documents.hpp"

/// workflow holds the use cases, one a file: it reads, calls the pure floors below, writes. It prints nothing and
/// parses no arguments.
namespace dbw::workflow {

/// `path` as it stands in a file of `folder`.
std::filesystem::path below(const std::filesystem::path& folder, const std::string& path);

/// What one person keeps about one change repository, in `<home_folder()>/repositories/<repo_id>/`:
/// `profile.yaml, pin.yaml, marks.yaml, mirror.git`.
struct Profile {
  std::filesystem::path folder;
  model::Pin pin;
  git::Remote remote;                ///< the change repository
  std::optional<git::Remote> audit;  ///< where the executors' logs are; absent: in the change repository
  std::string person;                ///< empty: this profile only looks
  std::string email;                 ///< written into decision commits; must be on the roster
  std::filesystem::path key;         ///< the person's SSH key file
  std::string signing_program = "ssh-keygen";
  std::filesystem::path mirror() const { return folder / "mirror.git"; }
  std::filesystem::path marks() const { return folder / "marks.yaml"; }
  std::filesystem::path suspensions() const { return folder / "suspensions"; }  ///< seen before; they stay
};

/// $DBW_HOME, else $XDG_CONFIG_HOME/dbw, else ~/.config/dbw. Throws Error{profile_missing} where none of the variables
/// is set.
std::filesystem::path home_folder();
/// Where a profile for this repository lives.
std::filesystem::path profile_folder(std::string_view repo_id);

/// The profile to use: the only one there is, else the one whose URL a remote of the Git checkout at `where` has.
/// Throws Error{profile_missing, profile_ambiguous} naming the command that makes one.
Profile load_profile(const std::filesystem::path& where);

/// Writes profile.yaml and pin.yaml. Throws Error{profile_exists} where another root is pinned for that repository.
void save_profile(const Profile& profile);

/// Reads `url` and the optional keys ssh_key, known_hosts, token_file, ca_file, proxy, allow_http, timeout. Relative
/// paths start at `folder`; the token file's text becomes the HTTP header.
git::Remote read_remote(codec::Reader& reader, const std::filesystem::path& folder);

}  // namespace dbw::workflow
