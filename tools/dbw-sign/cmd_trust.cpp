#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "workflow/profile.hpp"
#include "workflow/workspace.hpp"

namespace dbw::tool {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::string url, digest, person, key, email, ssh_key, known_hosts, ca_file, audit_url, pin_out;
};

/// The root document with that digest, fetched into a throw-away mirror.
model::Root find_root(const git::Remote& remote, const Digest& digest) {
  const TemporaryFolder scratch;
  workflow::ChangeRepository repository(scratch.path() / "mirror.git", remote, model::Pin{}.trust_ref);
  repository.fetch();
  const workflow::View view = repository.view();
  for (const trust::SignedDocument& document : workflow::read_trust(repository.objects(), view).roots) {
    if (crypto::sha256(document.bytes) == digest) return model::parse_root(document.bytes, document.name);
  }
  throw Error(ErrorCode::trust_pin_missing, fmt::format("{} has no root with the digest {}", remote.url, digest.text()),
              "Check the digest with whoever gave it to you; do not take it from the repository itself.");
}

/// Saves the profile, and takes that back unless all that it says proves true: a pin that does not work would stand in
/// the way of every other command.
void adopt_profile(const cli::Context& context, const workflow::Profile& profile) {
  const fs::path file = profile.folder / "profile.yaml";
  std::error_code ignored;
  const bool known = fs::exists(file, ignored);
  const std::string before = known ? read_file(file, k_yaml_bytes_max) : std::string();
  workflow::save_profile(profile);
  try {
    const workflow::Workspace workspace(profile, context.clock.now());
    const trust::Authority& authority = workspace.authority();
    const auto signer = profile.person.empty() ? nullptr : workspace.signer();
    context.out(fmt::format("pinned {} in {}\n  root {} roster {} policy {}\n", profile.pin.repo_id,
                            profile.folder.string(), authority.root().version, authority.roster().version,
                            authority.policy().version));
    if (signer)
      context.out(fmt::format("  you are {} with the key {}\n", profile.person, signer->public_key().id.text()));
  } catch (const Error&) {
    if (known) {
      write_file_atomic(file, before, 0600);
    } else {
      fs::remove_all(profile.folder, ignored);
    }
    throw;
  }
}

ExitStatus run(const cli::Context& context, const Options& options) {
  workflow::Profile profile;
  profile.remote.url = fs::exists(options.url) ? fs::absolute(options.url).string() : options.url;
  profile.remote.ssh_key = options.ssh_key;
  profile.remote.known_hosts = options.known_hosts;
  profile.remote.ca_file = options.ca_file;
  profile.person = options.person;
  profile.email = options.email;
  if (!options.key.empty()) profile.key = fs::absolute(options.key);
  if (!options.audit_url.empty()) {
    profile.audit = profile.remote;
    profile.audit->url = fs::exists(options.audit_url) ? fs::absolute(options.audit_url).string() : options.audit_url;
  }
  const Digest digest = Digest::parse(options.digest);
  const model::Root root = find_root(profile.remote, digest);
  profile.pin.repo_id = root.repo_id;
  profile.pin.root_version = root.version;
  profile.pin.root_sha256 = digest;
  if (!options.pin_out.empty()) {
    write_file_atomic(options.pin_out, model::render_pin(profile.pin));
    context.out(fmt::format("wrote {}\n", options.pin_out));
    return ExitStatus::done;
  }
  profile.folder = workflow::profile_folder(root.repo_id);
  adopt_profile(context, profile);
  return ExitStatus::done;
}

}  // namespace

cli::Command trust_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "trust";
  command.summary = "pin a change repository, once";
  command.description =
      "Fetches the repository, finds the root with the digest that somebody gave you by another way, verifies "
      "everything from there, and remembers it. With --pin-out it "
      "only writes the pin, for an executor, issuer or auditor.";
  command.examples = {
      "dbw-sign trust git@git.example.org:db/changes.git sha256:3b0c... --as bob --key ~/.ssh/id_ed25519",
      "dbw-sign trust /srv/changes.git sha256:3b0c... --pin-out pin.yaml"};
  command.options = {
      {"--as", "NAME", "who you are on the roster", &options->person},
      {"--key", "FILE", "your SSH key (private file, or public file of a key in the agent)", &options->key},
      {"--email", "ADDRESS", "for decision commits; the roster's first by default", &options->email},
      {"--audit", "URL", "where the executors' logs are, for dbw-request wait", &options->audit_url},
      {"--ssh-key", "FILE", "key to reach the repository with", &options->ssh_key},
      {"--known-hosts", "FILE", "host keys to accept", &options->known_hosts},
      {"--ca-file", "FILE", "TLS roots to accept", &options->ca_file},
      {"--pin-out", "FILE", "write the pin here instead of making a profile", &options->pin_out}};
  command.positionals = {{"URL", "the change repository", &options->url},
                         {"DIGEST", "sha256: of the root document", &options->digest}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
