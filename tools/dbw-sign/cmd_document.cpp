#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "trust/lint.hpp"

namespace dbw::tool {
namespace fs = std::filesystem;
using workflow::DocumentFile;
using workflow::DocumentKind;
namespace {

struct SignOptions {
  std::string person, key, program;
  std::int64_t version = 0;
  bool push = false;
};

DocumentFile pick(const fs::path& checkout, DocumentKind kind, std::int64_t version) {
  const std::vector<DocumentFile> files = workflow::document_files(checkout, kind);
  if (version == 0) return files.back();
  for (const DocumentFile& file : files) {
    if (file.version == version) return file;
  }
  throw Error(ErrorCode::authority_no_document,
              fmt::format("there is no {} version {}", workflow::document_name(kind), version));
}

ExitStatus make_new(const cli::Context& context, DocumentKind kind) {
  const DocumentFile file = workflow::next_version(context.repo, kind, context.clock.now());
  context.out(file.path.string() + "\n");
  return ExitStatus::done;
}

ExitStatus edit(const cli::Context& context, DocumentKind kind) {
  const DocumentFile file = workflow::next_version(context.repo, kind, context.clock.now());
  const char* visual = std::getenv("VISUAL");
  const char* editor = visual != nullptr ? visual : std::getenv("EDITOR");
  if (!context.interactive()) {
    throw Error(ErrorCode::bad_usage, "edit needs a terminal",
                fmt::format("Edit {} with any program, then run verify.", file.path.string()));
  }
  // The editor's command line may hold arguments ("code --wait"); a person's own variable is split at blanks, never
  // given to a shell.
  std::vector<std::string> argv = split(editor != nullptr ? editor : "vi", ' ');
  argv.push_back(file.path.string());
  if (run_interactive(argv) != 0)
    throw Error(ErrorCode::process_failed, fmt::format("{} did not end well", argv.front()));
  workflow::check_document(file, kind);
  context.out(file.path.string() + "\n");
  return ExitStatus::done;
}

std::string person_of(const SignOptions& options, const std::optional<workflow::Profile>& profile) {
  if (!options.person.empty()) return options.person;
  if (profile && !profile->person.empty()) return profile->person;
  throw Error(ErrorCode::bad_usage, "who signs? --as is missing and no profile says it");
}

std::optional<workflow::Profile> profile_if(const cli::Context& context) {
  try {
    return workflow::load_profile(context.repo);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::profile_missing || error.code() == ErrorCode::profile_ambiguous) return std::nullopt;
    throw;
  }
}

ExitStatus sign(const cli::Context& context, DocumentKind kind, const SignOptions& options) {
  const std::optional<workflow::Profile> profile =
      options.key.empty() || options.push ? std::optional(workflow::load_profile(context.repo)) : profile_if(context);
  const DocumentFile file = pick(context.repo, kind, options.version);
  const std::string person = person_of(options, profile);
  crypto::SshKeygenSigner signer(options.key.empty() ? profile->key : fs::path(options.key),
                                 options.program.empty() ? "ssh-keygen" : options.program);
  const fs::path signature = workflow::sign_document(file, kind, person, signer);
  context.out(
      fmt::format("{} {}\n", crypto::sha256(read_file(file.path, k_yaml_bytes_max)).text(), signature.string()));
  if (options.push) {
    workflow::Workspace workspace(*profile, context.clock.now());
    workflow::push_signature(workspace, file, kind, signature);
    context.note(fmt::format("published on dbw/trust/{}-{}; merge it when enough have signed\n",
                             workflow::document_name(kind), file.version));
  }
  return ExitStatus::done;
}

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

ExitStatus verify(const cli::Context& context, DocumentKind kind) {
  const trust::Authority authority =
      trust::verify_authority(pin_for(context), workflow::read_checkout(context.repo), {}, context.clock.now());
  const auto line = [&](std::string_view name, const model::VersionedDigest& mark, Timestamp expires_at) {
    context.out(fmt::format("{} {} {} expires {}\n", name, mark.version, mark.sha256.text(), expires_at.text()));
  };
  line("root", authority.marks().root, authority.root().expires_at);
  line("roster", authority.marks().roster, authority.roster().expires_at);
  line("policy", authority.marks().policy, authority.policy().expires_at);
  context.note(cli::format_refusals(authority.notes()));
  if (kind == DocumentKind::policy) {
    for (const std::string& warning : trust::warn_policy(authority.policy(), context.clock.now()))
      context.note(fmt::format("  warning: {}\n", printable(warning)));
    for (const trust::CoverageRow& row : trust::coverage(authority.policy())) {
      if (row.workflows.empty()) {
        context.note(fmt::format("  no workflow: {} on {} in {} (refused)\n", class_name(row.statement_class),
                                 row.database, row.environment));
      }
    }
  }
  const DocumentFile newest = workflow::document_files(context.repo, kind).back();
  const std::int64_t in_force = kind == DocumentKind::root     ? authority.root().version
                                : kind == DocumentKind::roster ? authority.roster().version
                                                               : authority.policy().version;
  if (newest.version == in_force) return ExitStatus::done;
  context.note(fmt::format("{} version {} is not in force yet: it needs more signatures\n",
                           workflow::document_name(kind), newest.version));
  return ExitStatus::refused;
}

ExitStatus diff(const cli::Context& context, DocumentKind kind) {
  const std::vector<DocumentFile> files = workflow::document_files(context.repo, kind);
  if (files.size() < 2) {
    context.note(fmt::format("there is one {} version only\n", workflow::document_name(kind)));
    return ExitStatus::done;
  }
  const DocumentFile& older = files[files.size() - 2];
  const DocumentFile& newer = files.back();
  const std::vector<std::string> lines = workflow::describe_difference(kind, read_file(older.path, k_yaml_bytes_max),
                                                                       read_file(newer.path, k_yaml_bytes_max));
  context.out(fmt::format("{} {} -> {}\n", workflow::document_name(kind), older.version, newer.version));
  for (const std::string& each : lines) context.out("  " + printable(each) + "\n");
  if (lines.empty()) context.out("  dates and comments only\n");
  return ExitStatus::done;
}

cli::Command simple(std::string name, std::string summary, std::function<ExitStatus(const cli::Context&)> run) {
  cli::Command command;
  command.name = std::move(name);
  command.summary = std::move(summary);
  command.run = std::move(run);
  return command;
}

cli::Command sign_command(DocumentKind kind) {
  auto options = std::make_shared<SignOptions>();
  cli::Command command;
  command.name = "sign";
  command.summary = "sign the newest version with my key";
  command.description =
      "Writes one signature file of your own beside the document, so several people sign without colliding. With "
      "--push it goes to the relay branch "
      "dbw/trust/<kind>-<version>, where the others' signatures are kept.";
  command.examples = {fmt::format("dbw-sign {} sign --push", workflow::document_name(kind))};
  command.options = {{"--as", "NAME", "who signs; your profile says it by default", &options->person},
                     {"--key", "FILE", "SSH key; your profile's by default", &options->key},
                     {"--signing-program", "PROGRAM", "a program with ssh-keygen's -Y interface", &options->program},
                     {"--document-version", "N", "another version than the newest", &options->version},
                     {"--push", "", "publish the signature", &options->push}};
  command.run = [options, kind](const cli::Context& context) { return sign(context, kind, *options); };
  return command;
}

}  // namespace

cli::Command document_command(DocumentKind kind) {
  const std::string name(workflow::document_name(kind));
  cli::Command command;
  command.name = name;
  command.summary = fmt::format("make, sign and check versions of the {} in a checkout (-C)", name);
  command.subcommands = {
      simple("new",
             fmt::format("start the next version of the {}: numbers, prev and dates filled in, comments kept", name),
             [kind](const cli::Context& context) { return make_new(context, kind); }),
      simple("edit", "the same, then open it in $VISUAL or $EDITOR and check it",
             [kind](const cli::Context& context) { return edit(context, kind); }),
      sign_command(kind),
      simple("verify", "verify everything in the checkout from the pin onwards, and lint it",
             [kind](const cli::Context& context) { return verify(context, kind); }),
      simple("diff", "say in words what the newest version changes",
             [kind](const cli::Context& context) { return diff(context, kind); })};
  return command;
}

}  // namespace dbw::tool
