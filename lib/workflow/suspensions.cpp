#include "workflow/suspensions.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view k_folder = ".dbw/suspensions";

bool is_same(const trust::SignedDocument& a, const trust::SignedDocument& b) {
  return a.bytes == b.bytes && a.signatures == b.signatures;
}

std::string file_name(const model::Suspension& suspension) { return suspension.id() + ".yaml"; }

void add_key(const trust::Authority& authority, const std::string& text, model::Suspension& out) {
  const KeyId key(text);
  if (!authority.find_key(key)) {
    throw Error(ErrorCode::trust_unknown_key,
                fmt::format("key {} is not on roster {}", key.text(), authority.roster().version));
  }
  out.keys.push_back(key);
}

void add_name(const trust::Authority& authority, const std::string& name, model::Suspension& out) {
  const auto& people = authority.roster().people;
  const bool person = std::any_of(people.begin(), people.end(),
                                  [&](const auto& entry) { return entry.first == name || entry.second.human == name; });
  const bool machine = authority.find_machine(name) != nullptr;
  if (!person && !machine) {
    throw Error(ErrorCode::trust_unknown_person,
                fmt::format("roster {} lists no person and no machine {}", authority.roster().version, printable(name)),
                "Give the name of a person or machine of the roster, or the fingerprint of a key (SHA256:...).");
  }
  if (person) out.people.push_back(name);
  if (machine) out.machines.push_back(name);
}

/// Nobody believes who a commit says it is by, so somebody whom only the root knows needs no address.
codec::CommitIdentity identity(const Workspace& workspace, const std::string& by) {
  const model::Person* person = workspace.authority().find_person(by);
  const bool known = person != nullptr && !person->emails.empty();
  return {by, known ? person->emails.front() : by + "@localhost", workspace.now().seconds, "+0000"};
}

/// False where the remote refused.
bool push_to(Workspace& workspace, const std::string& ref, const std::vector<git::TreeChange>& changes,
             const codec::CommitIdentity& who, const std::string& message, git::PushResult& result) {
  git::Repository& objects = workspace.repository().objects();
  git::Transport& transport = workspace.repository().transport();
  for (int attempt = 0; attempt < k_push_attempts; ++attempt) {
    transport.fetch({ref});
    const auto head = objects.resolve(ref);
    const git::ObjectId base = head.value_or(workspace.view().trust_commit);
    const git::ObjectId tree = objects.write_tree(objects.tree_of(base), changes);
    const git::ObjectId commit = write_plain_commit(objects, tree, base, who, message);
    result = transport.push({ref, commit, head.value_or(git::ObjectId{})});
    if (result.outcome != git::PushOutcome::moved) break;
  }
  return result.outcome != git::PushOutcome::refused;
}

}  // namespace

void add_suspensions(std::vector<trust::SignedDocument>& suspensions, std::vector<trust::SignedDocument> more) {
  for (trust::SignedDocument& document : more) {
    const bool known = std::any_of(suspensions.begin(), suspensions.end(),
                                   [&](const trust::SignedDocument& each) { return is_same(each, document); });
    if (!known) suspensions.push_back(std::move(document));
  }
}

void remember_suspensions(const fs::path& folder, const trust::Authority& authority) {
  for (const trust::SignedDocument& document : authority.suspension_documents()) {
    const auto& [by, armour] = *document.signatures.begin();
    // By digest, not by id: two with one id are both in force.
    const fs::path path = folder / fmt::format("{}.{}.yaml", by, crypto::sha256(document.bytes).text().substr(7));
    std::error_code ignored;
    if (fs::exists(path, ignored)) continue;
    const fs::path signatures = path.string() + ".sigs";
    make_folders(signatures, 0700);
    // The signature first: a document without it counts for nothing.
    write_file_atomic(signatures / (by + ".sig"), armour, 0600);
    write_file_atomic(path, document.bytes, 0600);
  }
}

model::Suspension draft_suspension(const trust::Authority& authority, std::string_view by,
                                   const std::vector<std::string>& names, std::string_view reason, Timestamp now) {
  const std::vector<std::string>& role = authority.root().suspend.people;
  if (std::find(role.begin(), role.end(), by) == role.end()) {
    throw Error(ErrorCode::trust_unknown_signer, fmt::format("{} may not suspend", printable(by)),
                fmt::format("Ask one of: {}.", join(role, ", ")));
  }
  model::Suspension out;
  out.repo_id = authority.pin().repo_id;
  out.by = std::string(by);
  out.nonce = crypto::random_hex(16);
  out.created_at = now;
  out.reason = std::string(reason);
  for (const std::string& name : names) {
    name.starts_with("SHA256:") ? add_key(authority, name, out) : add_name(authority, name, out);
  }
  return out;
}

trust::SignedDocument sign_suspension(const trust::Authority& authority, const model::Suspension& suspension,
                                      crypto::Signer& signer) {
  const auto person = authority.root().people.find(suspension.by);
  const bool listed = person != authority.root().people.end() &&
                      std::any_of(person->second.begin(), person->second.end(),
                                  [&](const crypto::PublicKey& key) { return key == signer.public_key(); });
  if (!listed) {
    throw Error(ErrorCode::profile_key_unknown,
                fmt::format("root {} does not list the key {} for {}", authority.root().version,
                            signer.public_key().id.text(), suspension.by),
                "Suspensions are signed with a key that the root lists: give it with --key.");
  }
  const std::string bytes = model::render_suspension(suspension);
  model::parse_suspension(bytes, "the suspension");
  return {file_name(suspension), bytes, {{suspension.by, signer.sign(model::name_space_of("suspension"), bytes)}}};
}

fs::path write_suspension(const fs::path& folder, const model::Suspension& suspension,
                          const trust::SignedDocument& document) {
  const fs::path path = folder / file_name(suspension);
  make_folders(path.string() + ".sigs");
  write_file_atomic(fs::path(path.string() + ".sigs") / (suspension.by + ".sig"),
                    document.signatures.at(suspension.by));
  write_file_atomic(path, document.bytes);
  return path;
}

std::string push_suspension(Workspace& workspace, const model::Suspension& suspension,
                            const trust::SignedDocument& document) {
  const std::string path = fmt::format("{}/{}", k_folder, file_name(suspension));
  const std::vector<git::TreeChange> changes = {
      {path, document.bytes},
      {fmt::format("{}.sigs/{}.sig", path, suspension.by), document.signatures.at(suspension.by)}};
  const std::string message = fmt::format("Suspend by {}\n\n{}\n", suspension.by, suspension.id());
  std::string ref = workspace.repository().trust_ref();
  const codec::CommitIdentity who = identity(workspace, suspension.by);
  git::PushResult result{git::PushOutcome::refused, {}};
  if (!push_to(workspace, ref, changes, who, message, result)) {
    ref = fmt::format("{}{}", k_suspensions_prefix, suspension.by);
    push_to(workspace, ref, changes, who, message, result);
  }
  require_pushed(result, ref);
  return ref;
}

}  // namespace dbw::workflow
