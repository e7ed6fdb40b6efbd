#include "authority.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "trust/warnings.hpp"
#include "workflow/describe.hpp"

namespace dbw::tool {
namespace fs = std::filesystem;
using workflow::DocumentFile;
using workflow::DocumentKind;
namespace {

/// The pin of the profile, else the oldest root of the checkout (which is named: nothing vouches for it).
model::Pin pin_for(const cli::Context& context) {
  if (const auto profile = profile_if(context)) return profile->pin;
  const DocumentFile root = workflow::document_files(context.repo, DocumentKind::root).front();
  const std::string bytes = read_file(root.path, k_yaml_bytes_max);
  model::Pin pin;
  pin.repo_id = model::parse_root(bytes, root.path.string()).repo_id;
  pin.root_version = root.version;
  pin.root_sha256 = crypto::sha256(bytes);
  context.note(fmt::format("no profile: taking {} ({}) as it stands\n", root.path.string(), pin.root_sha256.text()));
  return pin;
}

}  // namespace

std::optional<workflow::Profile> profile_if(const cli::Context& context) {
  try {
    return workflow::load_profile(context.repo);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::profile_missing || error.code() == ErrorCode::profile_ambiguous) return std::nullopt;
    throw;
  }
}

bool has_documents(const cli::Context& context) {
  std::error_code ignored;
  return fs::is_directory(fs::path(context.repo) / ".dbw" / "root", ignored);
}

trust::Authority checkout_authority(const cli::Context& context) {
  return trust::verify_authority(pin_for(context), workflow::read_checkout(context.repo), {}, context.clock.now());
}

trust::Authority any_authority(const cli::Context& context) {
  if (has_documents(context)) return checkout_authority(context);
  return workflow::Workspace(workflow::load_profile(context.repo), context.clock.now()).authority();
}

void print_authority(const cli::Context& context, const trust::Authority& authority) {
  const auto line = [&](std::string_view name, const model::VersionedDigest& mark, Timestamp expires_at) {
    context.out(fmt::format("{} {} {} expires {}\n", name, mark.version, mark.sha256.text(), expires_at.text()));
  };
  line("root", authority.marks().root, authority.root().expires_at);
  line("roster", authority.marks().roster, authority.roster().expires_at);
  line("policy", authority.marks().policy, authority.policy().expires_at);
  for (const model::Suspension& each : authority.suspensions())
    context.note(fmt::format("suspension {} of {}: {}\n", each.id(), each.created_at.text(), printable(each.reason)));
  context.note(cli::format_refusals(authority.notes()));
  context.note(workflow::describe_warnings(
      trust::lint_warnings(authority.root(), authority.roster(), authority.policy(), context.clock.now())));
}

void warn_of_expiry(const cli::Context& context, const trust::Authority& authority) {
  const auto warn = [&](std::string_view kind, std::int64_t version, Timestamp expires_at) {
    context.note(workflow::describe_warnings(trust::life_warnings(kind, version, expires_at, context.clock.now())));
  };
  warn("root", authority.root().version, authority.root().expires_at);
  warn("roster", authority.roster().version, authority.roster().expires_at);
  warn("policy", authority.policy().version, authority.policy().expires_at);
}

cli::Command verify_command() {
  cli::Command command;
  command.name = "verify";
  command.summary = "verify root, roster, policy and suspensions from the pin onwards, and lint them";
  command.description =
      "Of the checkout given by -C where it holds trust documents, else of the repository that the profile names.";
  command.examples = {"dbw-sign verify", "dbw-sign verify -C changes"};
  command.run = [](const cli::Context& context) {
    print_authority(context, any_authority(context));
    return ExitStatus::done;
  };
  return command;
}

}  // namespace dbw::tool
