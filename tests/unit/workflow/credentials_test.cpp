#include "workflow/credentials.hpp"

#include <cstring>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/file_access.hpp"
#include "base/files.hpp"
#include "codec/yaml.hpp"
#include "support/error_of.hpp"
#include "workflow/caller.hpp"

namespace dbw::test {
namespace {

namespace fs = std::filesystem;
using workflow::Credential;

constexpr workflow::PasswordQuery k_login{"db.example.org", "5432", "shop", "change"};

class CredentialsTest : public testing::Test {
 protected:
  fs::path write(const std::string& name, const std::string& text, unsigned mode = 0600) const {
    const fs::path file = m_folder.path() / name;
    write_file_atomic(file, text, mode);
    return file;
  }
  std::string load(const Credential& credential) const {
    return std::string(workflow::load_login(credential, k_login, m_sources, Seconds(0)).reveal());
  }
  Credential from(Credential::Source source, const fs::path& file, std::string name = "") const {
    Credential credential;
    credential.source = source;
    credential.file = file;
    credential.name = std::move(name);
    return credential;
  }

  TemporaryFolder m_folder;
  workflow::CredentialSources m_sources;
};

TEST_F(CredentialsTest, FilesGiveTheirFirstLineAndMustBePrivate) {
  const auto file = write("password", "s3cret\r\nsecond line\n");
  EXPECT_EQ(load(from(Credential::Source::file, file)), "s3cret");
  ::chmod(file.c_str(), 0640);
  EXPECT_EQ(code_of([&] { load(from(Credential::Source::file, file)); }), ErrorCode::file_permissions);
  ::chmod(file.c_str(), 0604);
  EXPECT_EQ(code_of([&] { load(from(Credential::Source::file, file)); }), ErrorCode::file_permissions);
  ::chmod(file.c_str(), 0600);
  ::chmod(m_folder.path().c_str(), 0770);
  EXPECT_EQ(code_of([&] { load(from(Credential::Source::file, file)); }), ErrorCode::file_permissions)
      << "who may write the folder may exchange the file";
  ::chmod(m_folder.path().c_str(), 0700);
  EXPECT_EQ(code_of([&] { load(from(Credential::Source::file, file.string() + "x")); }), ErrorCode::file_missing);
}

TEST_F(CredentialsTest, SystemdHandsThemOverInItsFolder) {
  write("shop-change", "from systemd\n", 0400);
  const auto wanted = from(Credential::Source::systemd, {}, "shop-change");
  EXPECT_EQ(code_of([&] { load(wanted); }), ErrorCode::credential_failed);
  m_sources.environment["CREDENTIALS_DIRECTORY"] = m_folder.path().string();
  EXPECT_EQ(load(wanted), "from systemd");
  m_sources.environment["CREDENTIALS_DIRECTORY"] = "relative";
  EXPECT_EQ(code_of([&] { load(wanted); }), ErrorCode::credential_failed);
}

/// An access control list in the kernel's form: owner r, `user` r, group nothing, mask r, others nothing.
bool set_list(const fs::path& file, std::uint32_t user, std::uint16_t group_permissions = 0) {
  struct Entry {
    std::uint16_t tag, permissions;
    std::uint32_t id;
  };
  const Entry entries[] = {{1, 4, ~0u}, {2, 4, user}, {4, group_permissions, ~0u}, {16, 4, ~0u}, {32, 0, ~0u}};
  char bytes[4 + sizeof entries] = {2, 0, 0, 0};
  std::memcpy(bytes + 4, entries, sizeof entries);
  return ::setxattr(file.c_str(), "system.posix_acl_access", bytes, sizeof bytes, 0) == 0;
}

TEST_F(CredentialsTest, AccessControlListsCount) {
  const auto file = write("listed", "x", 0400);
  if (!set_list(file, ::geteuid())) GTEST_SKIP() << "SKIPPED: no access control lists on this file system";
  struct stat info {};
  ASSERT_EQ(::stat(file.c_str(), &info), 0);
  ASSERT_EQ(info.st_mode & 0777u, 0440u) << "the mask, as systemd's credentials have it";
  EXPECT_NO_THROW(require_private_file(file));
  EXPECT_FALSE(may_read(4711, file));
  ASSERT_TRUE(set_list(file, 4711));
  EXPECT_EQ(code_of([&] { require_private_file(file); }), ErrorCode::file_permissions);
  EXPECT_TRUE(may_read(4711, file));
  EXPECT_FALSE(may_read(4712, file));
  ASSERT_TRUE(set_list(file, ::geteuid(), 4));
  EXPECT_EQ(code_of([&] { require_private_file(file); }), ErrorCode::file_permissions);
  EXPECT_TRUE(may_read(4711, file)) << "groups are not looked up: any counts";
}

TEST_F(CredentialsTest, PasswordFilesNameTheLoginThatTheyMiss) {
  const auto pgpass = write("pgpass", "db.example.org:5432:shop:change:right\n");
  EXPECT_EQ(load(from(Credential::Source::pgpass, pgpass)), "right");
  write("pgpass", "db.example.org:5432:shop:guard:planted-4711\n");
  const auto error = error_of([&] { load(from(Credential::Source::pgpass, pgpass)); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::credential_entry_missing);
  EXPECT_NE(error->message().find("db.example.org:5432:shop:change"), std::string::npos);
  EXPECT_EQ(error->message().find("4711"), std::string::npos);
  ::chmod(pgpass.c_str(), 0644);
  EXPECT_EQ(code_of([&] { load(from(Credential::Source::pgpass, pgpass)); }), ErrorCode::file_permissions);
  const auto my_cnf = write("my.cnf", "[client]\nuser=change\npassword=right\n");
  EXPECT_EQ(load(from(Credential::Source::my_cnf, my_cnf, "client")), "right");
}

TEST_F(CredentialsTest, CommandsAndTheEnvironment) {
  Credential command;
  command.source = Credential::Source::command;
  command.command = {"/bin/sh", "-c", "echo \"${CREDENTIALS_DIRECTORY-}pw${SECRET-}\"; echo noise >&2"};
  EXPECT_EQ(load(command), "pw");
  command.command = {"/bin/sh", "-c", "echo planted-4711; echo planted-4711 >&2; exit 3"};
  const auto error = error_of([&] { load(command); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ErrorCode::credential_failed);
  EXPECT_EQ(error->message().find("4711"), std::string::npos) << error->message();
  const auto variable = from(Credential::Source::environment, {}, "PASSWORD");
  m_sources.environment["PASSWORD"] = "pw";
  EXPECT_EQ(code_of([&] { load(variable); }), ErrorCode::credential_needs_dev);
  m_sources.dev = true;
  EXPECT_EQ(load(variable), "pw");
}

/// The configuration of a password, as exec.yaml has it.
workflow::Login read_login(const std::string& password) {
  const std::string text =
      "vaults:\n  main: {url: https://vault.example.org:8200, approle: {role_id: r, secret_id: {file: secret-id}}}\n"
      "guard: {user: g, password: " +
      password + "}\n";
  const codec::Value value = codec::parse_yaml(text, "test");
  codec::Reader reader(value, "test");
  const auto vaults = workflow::read_vaults(reader, "/etc/dbw", "/state");
  return workflow::read_login(reader, "guard", "/etc/dbw", vaults);
}

TEST(CredentialConfigTest, ReadsEachSource) {
  EXPECT_EQ(read_login("{file: pw}").password.file, "/etc/dbw/pw");
  EXPECT_EQ(read_login("{systemd: shop-guard}").password.name, "shop-guard");
  EXPECT_EQ(read_login("{pgpass: pgpass}").password.file, "/etc/dbw/pgpass");
  EXPECT_EQ(read_login("{my_cnf: my.cnf}").password.name, "client");
  EXPECT_EQ(read_login("{my_cnf: my.cnf, group: shop}").password.name, "shop");
  const auto dynamic = read_login("{vault: main, role: shop-guard}").password;
  EXPECT_EQ(dynamic.name, "shop-guard");
  EXPECT_FALSE(dynamic.static_role);
  EXPECT_EQ(dynamic.vault->url, "https://vault.example.org:8200");
  EXPECT_EQ(dynamic.vault->leases, "/state/leases/main");
  EXPECT_EQ(workflow::secret_files_of(dynamic), std::vector<fs::path>{"/etc/dbw/secret-id"});
  EXPECT_TRUE(read_login("{vault: main, static_role: shop-guard}").password.static_role);
}

TEST(CredentialConfigTest, RefusesWhatIsNotOneSource) {
  for (const char* bad :
       {"{}", "{file: a, env: B}", "{command: []}", "{systemd: ../etc/shadow}", "{vault: other, role: x}",
        "{vault: main, role: ../../sys/x}", "{vault: main, role: \"a?b\"}", "{my_cnf: a, file: b}"})
    EXPECT_EQ(code_of([&] { read_login(bad); }), ErrorCode::config_invalid) << bad;
  EXPECT_EQ(code_of([] { read_login("{vault: main, role: a, static_role: b}"); }), ErrorCode::field_unknown);
  EXPECT_EQ(code_of([] { read_login("{file: a, group: b}"); }), ErrorCode::field_unknown);
}

TEST(CredentialConfigTest, RefusesVaultsThatCannotBeTrusted) {
  const auto code_for = [](const std::string& vault) {
    return code_of([&] {
      const codec::Value value = codec::parse_yaml("vaults:\n  main: " + vault + "\n", "test");
      codec::Reader reader(value, "test");
      workflow::read_vaults(reader, "/etc/dbw", "/state");
    });
  };
  const std::string approle = "approle: {role_id: r, secret_id: {file: s}}";
  EXPECT_EQ(code_for("{url: https://v:8200, " + approle + "}"), std::nullopt);
  EXPECT_EQ(code_for("{url: http://v.example.org:8200, " + approle + "}"), ErrorCode::net_bad_url);
  EXPECT_EQ(code_for("{url: \"https://v/x?y=z\", " + approle + "}"), ErrorCode::config_invalid);
  EXPECT_EQ(code_for("{url: https://v}"), ErrorCode::config_invalid);
  EXPECT_EQ(code_for("{url: https://v, " + approle + ", jwt: {role: r, token: {file: t}}}"), ErrorCode::config_invalid);
  EXPECT_EQ(code_for("{url: https://v, jwt: {role: r, token: {ci_audience: a}}}"), std::nullopt);
  EXPECT_EQ(code_for("{url: https://v, jwt: {role: r, token: {pgpass: a}}}"), ErrorCode::config_invalid);
  EXPECT_EQ(code_for("{url: https://v, timeout: 2m, " + approle + "}"), ErrorCode::config_invalid);
  EXPECT_EQ(code_for("{url: https://v, mount: a/../b, " + approle + "}"), ErrorCode::config_invalid);
}

}  // namespace
}  // namespace dbw::test
