#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "authority.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "trust/difference.hpp"
#include "trust/lint.hpp"
#include "workflow/authority_effects.hpp"
#include "workflow/describe.hpp"
#include "workflow/roster_edit.hpp"

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

struct EditOptions {
  std::vector<std::string> add_keys, remove_keys, machine_keys, seal_keys;
  std::string uses = "request,approve";
};

/// "alice=FILE".
std::pair<std::string, std::string> assignment(const std::string& text, std::string_view option) {
  const auto at = text.find('=');
  if (at == std::string::npos || at == 0 || at + 1 == text.size())
    throw Error(ErrorCode::bad_usage, fmt::format("{} wants NAME=VALUE, not \"{}\"", option, printable(text)));
  return {text.substr(0, at), text.substr(at + 1)};
}

crypto::PublicKey read_public_key(const std::string& file) {
  return crypto::parse_public_key(trim(read_file(file, k_yaml_bytes_max)));
}

workflow::RosterEdits edits_of(const EditOptions& options) {
  workflow::RosterEdits edits;
  edits.uses.clear();
  for (const std::string& use : split(options.uses, ',')) edits.uses.insert(std::string(trim(use)));
  for (const std::string& each : options.add_keys) {
    const auto [person, file] = assignment(each, "--add-key");
    edits.add_keys.emplace_back(person, read_public_key(file));
  }
  for (const std::string& each : options.remove_keys) {
    const auto [person, fingerprint] = assignment(each, "--remove-key");
    edits.remove_keys.emplace_back(person, KeyId(fingerprint));
  }
  for (const std::string& each : options.machine_keys) {
    const auto [machine, file] = assignment(each, "--machine-key");
    edits.machine_keys.emplace_back(machine, read_public_key(file));
  }
  for (const std::string& each : options.seal_keys) {
    const auto [person, recipient] = assignment(each, "--seal-key");
    edits.seal_keys.emplace_back(person, crypto::parse_age_recipient(recipient));
  }
  return edits;
}

ExitStatus edit_keys(const cli::Context& context, const workflow::RosterEdits& edits) {
  // Judged on the newest version before anything is written.
  const DocumentFile newest = workflow::document_files(context.repo, DocumentKind::roster).back();
  workflow::edit_roster(read_file(newest.path, k_yaml_bytes_max), edits, newest.path.string());
  const DocumentFile file = workflow::next_version(context.repo, DocumentKind::roster, context.clock.now());
  const std::string before = read_file(file.path, k_yaml_bytes_max);
  const std::string after = workflow::edit_roster(before, edits, file.path.string());
  write_file_atomic(file.path, after);
  context.out(file.path.string() + "\n");
  for (const std::string& line : trust::describe_changes("roster", before, after)) context.out("  " + line + "\n");
  return ExitStatus::done;
}

ExitStatus edit(const cli::Context& context, DocumentKind kind, const EditOptions& options) {
  const workflow::RosterEdits edits = edits_of(options);
  if (!edits.empty()) return edit_keys(context, edits);
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

ExitStatus sign(const cli::Context& context, DocumentKind kind, const SignOptions& options) {
  const std::optional<workflow::Profile> profile =
      options.key.empty() || options.push ? std::optional(workflow::load_profile(context.repo)) : profile_if(context);
  const DocumentFile file = pick(context.repo, kind, options.version);
  const std::string person = person_of(options, profile);
  // Signed by enough people it would stop everything, so it is stopped here.
  const workflow::DraftLint lint = workflow::lint_draft(context.repo, file, kind, context.clock.now());
  if (!lint.errors.empty()) {
    context.note(cli::format_refusals(lint.errors));
    throw Error(lint.errors.front());
  }
  context.note(workflow::describe_warnings(lint.warnings));
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

std::string difference_text(const cli::Context& context, const DocumentFile& older, const DocumentFile& newer,
                            DocumentKind kind) {
  std::string out;
  for (const std::string& line : workflow::describe_version(context.repo, older, newer, kind))
    out += "  " + printable(line) + "\n";
  return out.empty() ? "  dates only\n" : out;
}

ExitStatus verify(const cli::Context& context, DocumentKind kind) {
  const trust::Authority authority = checkout_authority(context);
  print_authority(context, authority);
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
  const std::vector<DocumentFile> files = workflow::document_files(context.repo, kind);
  const std::int64_t in_force = kind == DocumentKind::root     ? authority.root().version
                                : kind == DocumentKind::roster ? authority.roster().version
                                                               : authority.policy().version;
  if (files.back().version == in_force) return ExitStatus::done;
  context.note(fmt::format("{} version {} is not in force yet: it needs more signatures\n",
                           workflow::document_name(kind), files.back().version));
  for (const DocumentFile& older : files) {
    if (older.version == in_force) context.note(difference_text(context, older, files.back(), kind));
  }
  context.note(
      cli::format_refusals(workflow::lint_draft(context.repo, files.back(), kind, context.clock.now()).errors));
  return ExitStatus::refused;
}

/// What waits for approval or for its run, and would have to be approved again.
void print_stale(const cli::Context& context, const workflow::CheckoutDocuments& documents) {
  const std::optional<workflow::Profile> profile = profile_if(context);
  if (!profile) {
    context.note("no profile: open requests were not looked at\n");
    return;
  }
  const workflow::Workspace workspace(*profile, context.clock.now());
  for (const workflow::StaleRequest& each : workflow::stale_requests(workspace, documents.roster, documents.policy)) {
    context.out(fmt::format("  {} becomes stale, with {} approvals: {}\n", each.id.text(), each.approvals,
                            printable(each.why)));
  }
}

ExitStatus diff(const cli::Context& context, DocumentKind kind) {
  const std::vector<DocumentFile> files = workflow::document_files(context.repo, kind);
  if (files.size() < 2) {
    context.note(fmt::format("there is one {} version only\n", workflow::document_name(kind)));
    return ExitStatus::done;
  }
  const DocumentFile& older = files[files.size() - 2];
  context.out(fmt::format("{} {} -> {}\n", workflow::document_name(kind), older.version, files.back().version));
  context.out(difference_text(context, older, files.back(), kind));
  if (kind != DocumentKind::root) print_stale(context, workflow::newest_documents(context.repo, files.back(), kind));
  return ExitStatus::done;
}

cli::Command edit_command(DocumentKind kind) {
  auto options = std::make_shared<EditOptions>();
  cli::Command command;
  command.name = "edit";
  command.summary = "the same, then open it in $VISUAL or $EDITOR and check it";
  command.examples = {fmt::format("dbw-sign {} edit", workflow::document_name(kind))};
  if (kind == DocumentKind::roster) {
    command.description = "With one of the key options no editor opens: the keys are exchanged, and nothing else.";
    command.examples.emplace_back("dbw-sign roster edit --add-key bob=new.pub --remove-key bob=SHA256:Zk1...");
    command.options = {
        {"--add-key", "PERSON=FILE", "a public key for a person who has one already", &options->add_keys},
        {"--uses", "LIST", "of the added keys; request,approve by default", &options->uses},
        {"--remove-key", "PERSON=FINGERPRINT", "take a key away", &options->remove_keys},
        {"--machine-key", "MACHINE=FILE", "the new public key of a machine", &options->machine_keys},
        {"--seal-key", "PERSON=age1...", "what query results are sealed for (dbw-request seal-key)",
         &options->seal_keys}};
  }
  command.run = [kind, options](const cli::Context& context) { return edit(context, kind, *options); };
  return command;
}

cli::Command renew_command(DocumentKind kind) {
  auto days = std::make_shared<std::int64_t>(0);
  cli::Command command;
  command.name = "renew";
  command.summary = "the next version with other dates and nothing else";
  command.description =
      "Like new, but refuses where the version differs in anything but its dates, so that whoever signs a renewal "
      "need not read it again.";
  command.examples = {fmt::format("dbw-sign {} renew", workflow::document_name(kind))};
  command.options = {
      {"--days", "N", fmt::format("how long it lives; {} by default", workflow::life_days(kind)), days.get()}};
  command.run = [kind, days](const cli::Context& context) {
    const int days_max = kind == DocumentKind::root ? k_root_days_max : k_roster_days_max;
    if (*days < 0 || *days > days_max)
      throw Error(ErrorCode::bad_usage, fmt::format("--days lies between 1 and {}", days_max));
    const DocumentFile file = workflow::renew_version(context.repo, kind, context.clock.now(), static_cast<int>(*days));
    context.out(file.path.string() + "\n");
    return ExitStatus::done;
  };
  return command;
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
      edit_command(kind),
      renew_command(kind),
      sign_command(kind),
      simple("verify", "verify everything in the checkout from the pin onwards, and lint it",
             [kind](const cli::Context& context) { return verify(context, kind); }),
      simple("diff", "say in words what the newest version changes",
             [kind](const cli::Context& context) { return diff(context, kind); })};
  if (kind == DocumentKind::policy) {
    command.subcommands.push_back(explain_command());
    command.subcommands.push_back(coverage_command());
  }
  return command;
}

}  // namespace dbw::tool
