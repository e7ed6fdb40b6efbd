#include "trust/allowed_signers.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"

namespace dbw::trust {
namespace {

constexpr std::string_view k_limits = R"(#
# What this file cannot say, and ssh-keygen and git therefore do not check:
# - that it is current: it knows nothing of later versions and suspensions. Write it anew before you rely on it.
# - the touch and the PIN of security keys.
# - what dbw asks of a signature's form: other encodings, hashes and RSA algorithms pass here.
# - who may approve what: bindings of the approval to request, verdict and terms, thresholds, one human counted once,
#   nobody's own request. A good signature is not an approval; `dbw-request show` says whether there is one.
# - machine keys: what they sign is not in SSH's form (docs/format/signatures.md).
)";

class File {
 public:
  File(const Authority& authority, const std::vector<std::string>& kinds) : m_authority(authority), m_kinds(kinds) {}

  std::string text() {
    add_root();
    for (const auto& [name, person] : m_authority.roster().people) {
      for (const model::PersonKey& key : person.keys) add_person(person, key);
    }
    const TrustMarks& marks = m_authority.marks();
    std::string out = fmt::format(
        "# Allowed signers (ssh-keygen(1)), from root {}, roster {} ({}) and policy {} of\n# repository {}; the roster "
        "expires at {}.\n{}",
        marks.root.version, marks.roster.version, marks.roster.sha256.text(), marks.policy.version,
        m_authority.pin().repo_id, m_authority.roster().expires_at.text(), k_limits);
    for (const std::string& line : m_left_out) out += "# left out: " + line + "\n";
    out += "#\n";
    for (const auto& [signer, spaces] : m_lines) {
      out += fmt::format("{} namespaces=\"{}\" {}\n", signer.first, join({spaces.begin(), spaces.end()}, ","),
                         signer.second);
    }
    return out;
  }

 private:
  bool wants(std::string_view kind) const {
    return m_kinds.empty() || std::find(m_kinds.begin(), m_kinds.end(), kind) != m_kinds.end();
  }

  void add(const std::string& name, const crypto::PublicKey& key, const std::string& name_space) {
    m_lines[{name, key.text()}].insert(name_space);
  }

  /// Suspensions take no rights away here.
  void add_root() {
    const model::Root& root = m_authority.root();
    for (const auto& [kind, role] : {std::pair{"root", &root.root},
                                     {"roster", &root.roster},
                                     {"policy", &root.policy},
                                     {"suspension", &root.suspend}}) {
      if (!wants(kind)) continue;
      // That the root lists everybody whom its roles name, lint_root has seen to.
      for (const std::string& person : role->people) {
        for (const crypto::PublicKey& key : root.people.at(person)) add(person, key, model::name_space_of(kind));
      }
    }
  }

  std::string why_not(const model::Person& person, const model::PersonKey& key) const {
    if (!person.active) return "the person has left";
    if (m_authority.person_suspended(person)) return "the person is suspended";
    if (m_authority.key_suspended(key.key.id)) return "the key is suspended";
    if (!m_authority.policy().admits(key.key)) return "the policy does not admit " + key.key.algorithm();
    return "";
  }

  void add_person(const model::Person& person, const model::PersonKey& key) {
    std::vector<std::string> spaces;
    if (wants("request") && key.uses.count("request") != 0)
      spaces = {model::name_space_of("request"), model::name_space_of("cancellation")};
    if (wants("approve") && key.uses.count("approve") != 0) spaces.emplace_back("git");
    if (spaces.empty()) return;
    const std::string reason = why_not(person, key);
    if (!reason.empty()) {
      m_left_out.push_back(fmt::format("{} of {}: {}", key.key.id.text(), person.name, reason));
      return;
    }
    for (const std::string& name_space : spaces) add(person.name, key.key, name_space);
  }

  const Authority& m_authority;
  const std::vector<std::string>& m_kinds;
  std::map<std::pair<std::string, std::string>, std::set<std::string>> m_lines;  ///< (name, key) -> namespaces
  std::vector<std::string> m_left_out;
};

}  // namespace

const std::vector<std::string>& allowed_signer_kinds() {
  static const std::vector<std::string> k_kinds{"request", "approve", "root", "roster", "policy", "suspension"};
  return k_kinds;
}

std::string allowed_signers(const Authority& authority, const std::vector<std::string>& kinds) {
  return File(authority, kinds).text();
}

}  // namespace dbw::trust
