#include "workflow/credentials.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"

namespace dbw::workflow {
namespace {

constexpr std::size_t k_password_bytes_max = 4096;
constexpr Seconds k_command_timeout{30};

/// The first line, wiped at its source.
crypto::SecretBytes first_line(std::string text) {
  crypto::SecretBytes secret(std::string_view(text).substr(0, text.find('\n')));
  crypto::wipe(text);
  return secret;
}

crypto::SecretBytes from_command(const Credential& credential) {
  ProcessResult result = run_process({.argv = credential.command,
                                      .environment = clean_environment(),
                                      .timeout = k_command_timeout,
                                      .output_bytes_max = k_password_bytes_max});
  if (result.status != 0) {
    crypto::wipe(result.output);
    throw Error(
        ErrorCode::credential_failed,
        fmt::format("the credential command {} ended with status {}", credential.command.front(), result.status),
        "Its output is not shown: it may hold secrets. Run it by hand as the executor's user.");
  }
  return first_line(std::move(result.output));
}

}  // namespace

crypto::SecretBytes load_credential(const Credential& credential, const CredentialSources& sources) {
  switch (credential.source) {
    case Credential::Source::none:
      return {};
    case Credential::Source::file:
      require_private_file(credential.file);
      return first_line(read_file(credential.file, k_password_bytes_max));
    case Credential::Source::command:
      return from_command(credential);
    case Credential::Source::environment:
      break;
  }
  if (!sources.dev) {
    throw Error(ErrorCode::credential_needs_dev,
                fmt::format("a password in the environment variable {} is for development only", credential.variable));
  }
  const auto value = sources.environment.find(credential.variable);
  if (value == sources.environment.end()) {
    throw Error(ErrorCode::credential_failed,
                fmt::format("the environment variable {} is not set", credential.variable));
  }
  return crypto::SecretBytes(value->second);
}

}  // namespace dbw::workflow
