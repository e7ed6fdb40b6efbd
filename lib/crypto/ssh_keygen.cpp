#include <unistd.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "crypto/sshsig.hpp"

namespace dbw::crypto {
namespace fs = std::filesystem;
namespace {

/// Time for a person to find the key, touch it and type a PIN.
constexpr Seconds k_patience{180};
constexpr std::size_t k_key_file_bytes_max = 64 * 1024;

ProcessResult run_keygen(std::vector<std::string> argv, std::string_view input, std::string_view failure) {
  ProcessRequest request{std::move(argv), clean_environment(true)};
  request.input = input;
  request.timeout = k_patience;
  request.terminal = ::isatty(STDIN_FILENO) == 1;
  ProcessResult result = run_process(request);
  if (result.status != 0) {
    throw Error(ErrorCode::signing_failed, fmt::format("{}: {} ended with status {}: {}", failure, request.argv[0],
                                                       result.status, printable(trim(result.errors), true)));
  }
  return result;
}

PublicKey read_public_key(const fs::path& path) {
  try {
    return parse_public_key(trim(read_file(path, k_key_file_bytes_max)));
  } catch (Error& error) {
    throw error.at(path.string());
  }
}

PublicKey find_public_key(const fs::path& key_file, const std::string& program) {
  const fs::path beside = key_file.string() + ".pub";
  if (fs::exists(beside)) return read_public_key(beside);
  const std::string content = read_file(key_file, k_key_file_bytes_max);
  // A private key file begins with -----BEGIN; anything else is the public half of a key that an agent holds.
  if (content.substr(0, 5) != "-----") return read_public_key(key_file);
  const ProcessResult result = run_keygen({program, "-y", "-f", key_file.string()}, {}, "cannot read the public key");
  return parse_public_key(trim(result.output));
}

}  // namespace

SshKeygenSigner::SshKeygenSigner(fs::path key_file, std::string program)
    : m_key_file(std::move(key_file)),
      m_program(std::move(program)),
      m_public(find_public_key(m_key_file, m_program)) {}

std::string SshKeygenSigner::sign(std::string_view name_space, std::string_view message) {
  const ProcessResult result =
      run_keygen({m_program, "-Y", "sign", "-n", std::string(name_space), "-f", m_key_file.string()}, message,
                 fmt::format("cannot sign with {}", m_key_file.string()));
  try {
    require_sshsig(parse_sshsig(result.output), m_public, name_space, message);
  } catch (Error& error) {
    throw error.while_doing(fmt::format("checking what {} signed with {}", m_program, m_key_file.string()));
  }
  return result.output;
}

}  // namespace dbw::crypto
