#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "commands.hpp"
#include "crypto/keys.hpp"
#include "crypto/pkcs11.hpp"

namespace dbw::tool {
namespace fs = std::filesystem;
namespace {

struct Options {
  std::string file, comment, token_key;
  bool machine = false;
  bool security_key = false;
};

void require_free(const fs::path& file) {
  std::error_code ignored;
  if (fs::exists(file, ignored))
    throw Error(ErrorCode::file_unwritable, fmt::format("{} exists already", file.string()),
                "Keys are never overwritten.");
}

ExitStatus make_machine_key(const cli::Context& context, const fs::path& file) {
  const crypto::MachineKey key = crypto::MachineKey::generate();
  write_file_atomic(file, key.pem().reveal(), 0600);
  write_file_atomic(file.string() + ".pub", key.public_key().text() + "\n");
  context.out(fmt::format("{} {}\n", key.public_key().id.text(), file.string()));
  return ExitStatus::done;
}

/// The public half of a key that a token made; it signs once, so that a key that cannot is found now.
ExitStatus show_token_key(const cli::Context& context, const Options& options) {
  if (!options.machine || options.security_key || !options.file.empty()) {
    throw Error(ErrorCode::bad_usage, "--pkcs11 goes with --machine, and without FILE",
                "dbw-sign keygen --machine --pkcs11 'pkcs11:...' > executor.pub");
  }
  if (!crypto::is_pkcs11(options.token_key))
    throw Error(ErrorCode::pkcs11_uri, "--pkcs11 takes a reference that begins with pkcs11:");
  const auto signer = crypto::load_machine_signer(options.token_key);
  signer->sign("dbw: does this key sign?");
  context.out(signer->public_key().text() + "\n");
  return ExitStatus::done;
}

ExitStatus make_person_key(const cli::Context& context, const Options& options) {
  const ProcessResult result =
      run_process({.argv = {"ssh-keygen", "-q", "-t", options.security_key ? "ed25519-sk" : "ed25519", "-C",
                            options.comment, "-f", options.file},
                   .environment = clean_environment(true),
                   .timeout = Seconds(180),
                   .terminal = context.interactive()});
  if (result.status != 0)
    throw Error(ErrorCode::process_failed, fmt::format("ssh-keygen: {}", printable(trim(result.errors))));
  const crypto::PublicKey key = crypto::parse_public_key(trim(read_file(options.file + ".pub", 16 * 1024)));
  context.out(fmt::format("{} {}\n", key.id.text(), options.file));
  return ExitStatus::done;
}

}  // namespace

cli::Command keygen_command() {
  auto options = std::make_shared<Options>();
  cli::Command command;
  command.name = "keygen";
  command.summary = "make a key for a person or a machine";
  command.description =
      "A person's key is an ordinary SSH key, made by ssh-keygen (which asks for a passphrase on a terminal); with "
      "--security-key it lives in a FIDO2 token. A machine's key "
      "is an Ed25519 key in PKCS#8 PEM of mode 0600. FILE.pub is what the roster lists. With --pkcs11 the "
      "machine's key is in a token, which made it; the command prints its public half.";
  command.examples = {
      "dbw-sign keygen ~/.ssh/id_dbw --security-key", "dbw-sign keygen --machine /etc/dbw/executor.pem",
      "dbw-sign keygen --machine --pkcs11 "
      "'pkcs11:token=dbw;object=executor?module-path=/usr/lib/softhsm/libsofthsm2.so&pin-source=file:/etc/"
      "dbw/token.pin'"};
  command.options = {{"--machine", "", "for an executor or issuer", &options->machine},
                     {"--pkcs11", "URI", "print the public half of this key in a PKCS#11 token", &options->token_key},
                     {"--security-key", "", "in a FIDO2 token; every signature needs a touch", &options->security_key},
                     {"--comment", "TEXT", "of the SSH key", &options->comment}};
  command.positionals = {{"FILE", "where the private key goes", &options->file, false}};
  command.run = [options](const cli::Context& context) {
    if (!options->token_key.empty()) return show_token_key(context, *options);
    if (options->file.empty())
      throw Error(ErrorCode::bad_usage, "nothing says where the private key goes", "Name a FILE.");
    require_free(options->file);
    return options->machine ? make_machine_key(context, options->file) : make_person_key(context, *options);
  };
  return command;
}

}  // namespace dbw::tool
