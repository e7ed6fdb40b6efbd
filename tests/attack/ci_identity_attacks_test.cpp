#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "support/paths.hpp"
#include "support/tool_world.hpp"
#include "support/web_tokens.hpp"

/// Who holds a runner, a stolen CI token or the CI host's network, against policy that demands a CI identity; with the
/// real tools.
namespace dbw::test {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view k_identities = R"(ci_identities:
  - name: deploy-job
    provider: gitlab
    issuer: http://127.0.0.1:1
    audience: dbw-exec-main
    claims: {project_id: "4711", ref: main}
  - name: issue-job
    provider: gitlab
    issuer: http://127.0.0.1:1
    audience: dbw-issuer
    claims: {project_id: "4712", ref: main}
limits:)";

void write(const std::filesystem::path& path, std::string_view text, std::filesystem::perms mode) {
  std::ofstream(path, std::ios::trunc) << text;
  std::filesystem::permissions(path, mode);
}

class CiIdentityAttacks : public testing::Test {
 protected:
  static constexpr auto k_private = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

  CiIdentityAttacks() {
    m_world.new_policy(2, {{"token: none", "token: none, ci_identity: {executor: deploy-job}"},
                           {"token: required", "token: required, ci_identity: {issuer: issue-job}"},
                           {"limits:", std::string(k_identities)}});
    for (const char* host : {"exec", "issuer"}) {
      const auto folder = m_world.path(host);
      write(folder / "keys.json", key_set(m_host.jwk("k1")), k_private);
      const auto config = folder / (host == std::string("exec") ? "exec.yaml" : "issuer.yaml");
      write(config, slurp(config) + "ci_keys: [{issuer: \"http://127.0.0.1:1\", file: keys.json}]\n", k_private);
    }
    m_world.propose("JOB-1", "UPDATE orders SET status = 'x' WHERE id = 1;");
  }

  /// A token of the host for a job of the project on a protected branch, issued `age` seconds ago.
  std::string token(const std::string& jti, const std::string& project = "4711", int age = 5,
                    const std::string& audience = "dbw-exec-main") const {
    return token_by(m_host, jti, project, age, audience);
  }
  static std::string token_by(const WebSigner& signer, const std::string& jti, const std::string& project, int age,
                              const std::string& audience) {
    const std::int64_t now = SystemClock().now().seconds;
    return signer.sign(
        R"({"alg":"RS256","kid":"k1"})",
        fmt::format(R"({{"iss":"http://127.0.0.1:1","aud":"{}","iat":{},"exp":{},"jti":"{}","project_id":"{}",)"
                    R"("job_project_id":"{}","ref":"main","ref_type":"branch","ref_protected":"true",)"
                    R"("pipeline_source":"schedule","sha":"0123456789abcdef0123456789abcdef01234567"}})",
                    audience, now - age, now - age + 300, jti, project, project));
  }

  ProcessResult run(const std::string& lines, const std::string& config = "exec.yaml") const {
    return m_world.run("host", m_world.runner({"--due", "--tokens", "-"}, config), {}, lines);
  }
  std::string status_of_row() const { return m_world.sql("SELECT status FROM orders WHERE id = 1;"); }

  void expect_refused(const ProcessResult& result, const char* id, int status) const {
    EXPECT_THAT(result.output + result.errors, HasSubstr(id));
    EXPECT_EQ(result.status, status) << result.output << result.errors;
    EXPECT_THAT(status_of_row(), HasSubstr("old"));
  }

  WebSigner m_host = WebSigner::rsa();
  ToolWorld m_world{Engine::sqlite};
};

TEST_F(CiIdentityAttacks, NothingRunsWithoutTheJobThatPolicyNames) {
  expect_refused(run(""), "DBW-E0660", 4);
  expect_refused(run("not.a.token\n"), "DBW-E0661", 3);
  expect_refused(run(token("j1", "4712") + "\n"), "DBW-E0668", 1);
  expect_refused(run(token("j2", "4711", 5, "vault") + "\n"), "DBW-E0665", 1);
  expect_refused(run(token("j3", "4711", 400) + "\n"), "DBW-E0666", 4);
  expect_refused(run(token_by(WebSigner::rsa(), "j4", "4711", 5, "dbw-exec-main") + "\n"), "DBW-E0664", 1);
  const ProcessResult doctor = m_world.run("host", {"dbw-exec", "doctor", "--config", m_world.path("exec/exec.yaml")});
  EXPECT_THAT(doctor.output, HasSubstr("CI keys of http://127.0.0.1:1: 1 keys"));
  const ProcessResult good =
      m_world.run("host", m_world.runner({"--due", "--trace", "--tokens", "-"}), {}, token("j5") + "\n");
  EXPECT_EQ(good.status, 0);
  EXPECT_THAT(good.errors, HasSubstr("executor.ci_identity"));
  EXPECT_THAT(good.errors, HasSubstr("project_id"));
  EXPECT_THAT(status_of_row(), HasSubstr("x"));
  EXPECT_EQ(m_world.verify().status, 0);
}

TEST_F(CiIdentityAttacks, AStolenTokenIsWorthNothingAfterItsRun) {
  const std::string stolen = token("once");
  ASSERT_EQ(run("bad.line.too\n" + stolen + "\n").status, 0);
  m_world.propose("JOB-2", "UPDATE orders SET status = 'old' WHERE id = 1;");
  const ProcessResult again = run(stolen + "\n");
  EXPECT_THAT(again.output, HasSubstr("DBW-E0669"));
  EXPECT_EQ(again.status, 1);
  const ProcessResult shown = m_world.run("bob", {"dbw-audit", "log", "--format", "json", m_world.path("audit.git")});
  EXPECT_THAT(shown.output, HasSubstr("0123456789abcdef0123456789abcdef01234567"));
  // Wherever it was kept, whoever reads that could have used it.
  const ProcessResult kept =
      m_world.run("host", {"grep", "-rlF", stolen.substr(0, 200), m_world.path("exec"), m_world.path("audit.git")});
  EXPECT_EQ(kept.output, "");
}

TEST_F(CiIdentityAttacks, KeysThatCannotBeHadOrThatOthersMayWriteCountForNothing) {
  const std::string fetching =
      m_world.other_config("fetching.yaml", {{"ci_keys: [{issuer: \"http://127.0.0.1:1\", file: keys.json}]\n", ""}});
  expect_refused(run(token("j1") + "\n", fetching), "DBW-E0682", 4);
  std::filesystem::permissions(m_world.path("exec/keys.json"), std::filesystem::perms::others_write,
                               std::filesystem::perm_options::add);
  expect_refused(run(token("j2") + "\n"), "DBW-E0016", 4);
}

TEST_F(CiIdentityAttacks, TheIssuerSignsNothingForAnotherJob) {
  m_world.propose("JOB-3", "UPDATE orders SET status = 'x' WHERE id = 1;", "production");
  m_world.approve("bob", "JOB-3");
  const auto issue = [&](const std::string& ci_token) {
    return m_world.run("issuer", {"dbw-sign", "token", "--due", "--config", m_world.path("issuer/issuer.yaml")},
                       {{"DBW_CI_TOKEN", ci_token}});
  };
  EXPECT_THAT(issue("").errors, HasSubstr("DBW-E0660"));
  EXPECT_THAT(issue(token("j1")).errors, HasSubstr("DBW-E0665")) << "the executor's job is not the issuer's";
  write(m_world.path("issuer/ci-token"), token("j2", "4712", 5, "dbw-issuer"), k_private);
  const ProcessResult good =
      m_world.run("issuer", {"dbw-sign", "token", "--due", "--config", m_world.path("issuer/issuer.yaml"), "--ci-token",
                             m_world.path("issuer/ci-token")});
  EXPECT_EQ(good.status, 0) << good.errors;
  EXPECT_THAT(good.output, Not(HasSubstr("DBW-E")));
  EXPECT_EQ(
      m_world.run("host", m_world.runner({"--due", "--tokens", "-"}), {}, good.output + token("j3") + "\n").status, 0);
  EXPECT_THAT(m_world.sql("SELECT status FROM orders WHERE id = 1;", "production"), HasSubstr("x"));
}

}  // namespace
}  // namespace dbw::test
