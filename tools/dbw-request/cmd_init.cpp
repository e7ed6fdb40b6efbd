#include <algorithm>
#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "crypto/hash.hpp"
#include "workflow/scaffold.hpp"

namespace dbw::tool {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::string folder, profile;
  std::vector<std::string> people, executors, issuers, databases, environments;
};

crypto::PublicKey read_key(const std::string& file) {
  const std::string bytes = read_file(file, k_yaml_bytes_max);
  try {
    return crypto::parse_public_key(trim(bytes));
  } catch (Error& error) {
    throw error.at(file);
  }
}

Error bad(std::string_view option, const std::string& value, std::string_view form) {
  return Error(ErrorCode::bad_usage, fmt::format("{}: {}", option, printable(value)),
               fmt::format("Write {} {}.", option, form));
}

/// NAME:EMAIL:KEY.pub[:GROUP,GROUP]; the same name again adds a key.
std::vector<workflow::ScaffoldPerson> people_of(const std::vector<std::string>& texts) {
  std::vector<workflow::ScaffoldPerson> people;
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() < 3 || parts.size() > 4) throw bad("--person", text, "NAME:EMAIL:KEY.pub[:GROUP,GROUP]");
    const std::string name = require_name(parts[0], "person");
    const auto known =
        std::find_if(people.begin(), people.end(), [&](const auto& person) { return person.name == name; });
    if (known != people.end()) {
      known->keys.push_back(read_key(parts[2]));
      continue;
    }
    people.push_back(
        {name, parts[1], parts.size() == 4 ? split(parts[3], ',') : std::vector<std::string>{}, {read_key(parts[2])}});
  }
  return people;
}

void add_machines(std::vector<workflow::ScaffoldMachine>& machines, const std::vector<std::string>& texts,
                  std::string_view option, std::string_view use) {
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() != 2) throw bad(option, text, "NAME:KEY.pub");
    machines.push_back({require_name(parts[0], "machine"), std::string(use), read_key(parts[1])});
  }
}

/// NAME:ENGINE[:VERSION].
std::vector<workflow::ScaffoldDatabase> databases_of(const std::vector<std::string>& texts) {
  std::vector<workflow::ScaffoldDatabase> databases;
  for (const std::string& text : texts) {
    const std::vector<std::string> parts = split(text, ':');
    const auto engine = parts.size() < 2 ? std::nullopt : parse_engine(parts[1]);
    if (!engine || parts.size() > 3)
      throw bad("--database", text, "NAME:ENGINE[:VERSION], for example shop:postgresql:15");
    databases.push_back({require_name(parts[0], "database"), *engine, parts.size() == 3 ? parts[2] : std::string()});
  }
  return databases;
}

ExitStatus run(const cli::Context& context, const Options& options) {
  workflow::ScaffoldOptions wanted;
  wanted.profile = options.profile.empty() ? "team" : options.profile;
  wanted.people = people_of(options.people);
  add_machines(wanted.machines, options.executors, "--executor", "execute");
  add_machines(wanted.machines, options.issuers, "--issuer", "token");
  wanted.databases = databases_of(options.databases);
  wanted.environments = options.environments.empty() ? std::vector<std::string>{"production"} : options.environments;
  wanted.now = context.clock.now();
  const std::vector<workflow::ScaffoldFile> files = workflow::scaffold(wanted);
  const fs::path folder = options.folder;
  for (const workflow::ScaffoldFile& file : files) {
    std::error_code ignored;
    if (file.path.starts_with(".dbw/") && fs::exists(folder / file.path, ignored)) {
      throw Error(ErrorCode::file_unwritable, fmt::format("{} exists already", (folder / file.path).string()),
                  "dbw-request init makes new repositories only.");
    }
  }
  for (const workflow::ScaffoldFile& file : files) {
    make_folders((folder / file.path).parent_path());
    std::error_code ignored;
    if (!fs::exists(folder / file.path, ignored)) write_file_atomic(folder / file.path, file.bytes);
    context.note(fmt::format("wrote {}\n", (folder / file.path).string()));
  }
  context.out(fmt::format("root {}\n", crypto::sha256(files.front().bytes).text()));
  context.note(
      "next: read and adjust the three files, then every holder signs them:\n"
      "  dbw-sign root sign --as NAME --key KEY; dbw-sign roster sign ...; dbw-sign policy sign ...\n"
      "commit and push, and give everybody the root digest:\n  dbw-sign trust URL sha256:DIGEST --as NAME --key KEY\n");
  return ExitStatus::done;
}

}  // namespace

cli::Command init_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "init";
  command.summary = "scaffold a change repository";
  command.description =
      "Writes a commented root, roster and policy, unsigned. Profiles: solo (one human, a second key approves), small "
      "(three people, two of three), team (team leads and "
      "database administrators approve, an issuer is usual).";
  command.examples = {
      "dbw-request init changes --profile team --person alice:alice@example.org:alice.pub:dev --person "
      "bob:bob@example.org:bob.pub:dev,team-leads "
      "--person carol:carol@example.org:carol.pub:dba --executor exec-prod:exec.pub --issuer ci:ci.pub --database "
      "shop:postgresql:15 --environment production"};
  command.options = {
      {"--profile", "solo|small|team", "team by default", &options->profile},
      {"--person", "NAME:EMAIL:KEY.pub[:GROUPS]", "somebody, with their SSH public key (repeat)", &options->people},
      {"--executor", "NAME:KEY.pub", "an executor's machine key (repeat)", &options->executors},
      {"--issuer", "NAME:KEY.pub", "a token issuer's machine key (repeat)", &options->issuers},
      {"--database", "NAME:ENGINE[:VERSION]", "a database (repeat)", &options->databases},
      {"--environment", "NAME", "production by default (repeat)", &options->environments}};
  command.positionals = {{"FOLDER", "where to write; made where absent", &options->folder}};
  command.run = [options](const cli::Context& context) { return run(context, *options); };
  return command;
}

}  // namespace dbw::tool
