#include "workflow/authority_files.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "crypto/hash.hpp"
#include "model/trust_documents.hpp"
#include "review/review.hpp"
#include "workflow/publish.hpp"

namespace dbw::workflow {
namespace fs = std::filesystem;
namespace {

fs::path folder_of(const fs::path& checkout, DocumentKind kind) { return checkout / ".dbw" / document_name(kind); }

std::int64_t version_of(const fs::path& path) {
  const std::string stem = path.stem().string();
  std::int64_t version = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), version);
  return error == std::errc{} && end == stem.data() + stem.size() ? version : 0;
}

fs::path signatures_of(const fs::path& document) { return document.string() + ".sigs"; }

std::int64_t newest_version(const fs::path& checkout, DocumentKind kind) {
  return document_files(checkout, kind).back().version;
}

/// Sets a top-level `field: value` line, after `version:` where it is new.
std::string with_field(const std::string& text, std::string_view field, const std::string& value) {
  std::string out;
  bool found = false;
  const bool present = ("\n" + text).find(fmt::format("\n{}:", field)) != std::string::npos;
  for (const std::string_view line : split_lines(text)) {
    if (line.starts_with(fmt::format("{}:", field))) {
      out += fmt::format("{}: {}\n", field, value);
      found = true;
      continue;
    }
    out += std::string(line) + "\n";
    if (!present && !found && line.starts_with("version:")) {
      out += fmt::format("{}: {}\n", field, value);
      found = true;
    }
  }
  if (!found) throw Error(ErrorCode::authority_malformed, fmt::format("no line \"{}:\" to change", field));
  return out;
}

std::string with_dates(const std::string& text, Timestamp now, int days) {
  return with_field(with_field(text, "issued_at", now.text()), "expires_at",
                    (now + Seconds(std::int64_t{days} * 86400)).text());
}

}  // namespace

std::string_view document_name(DocumentKind kind) {
  return kind == DocumentKind::root ? "root" : kind == DocumentKind::roster ? "roster" : "policy";
}

int life_days(DocumentKind kind) { return kind == DocumentKind::root ? 365 : 90; }

std::vector<DocumentFile> document_files(const fs::path& checkout, DocumentKind kind) {
  std::vector<DocumentFile> files;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_of(checkout, kind), ignored)) {
    const std::int64_t version = version_of(entry.path());
    if (entry.path().extension() == ".yaml" && version > 0) files.push_back({entry.path(), version});
  }
  if (files.empty()) {
    throw Error(ErrorCode::authority_no_document,
                fmt::format("there is no {} in {}", document_name(kind), folder_of(checkout, kind).string()));
  }
  std::sort(files.begin(), files.end(),
            [](const DocumentFile& a, const DocumentFile& b) { return a.version < b.version; });
  return files;
}

DocumentFile next_version(const fs::path& checkout, DocumentKind kind, Timestamp now, int days) {
  const DocumentFile newest = document_files(checkout, kind).back();
  std::error_code ignored;
  const bool is_signed =
      fs::exists(signatures_of(newest.path), ignored) && !fs::is_empty(signatures_of(newest.path), ignored);
  if (!is_signed) return newest;
  const std::string bytes = read_file(newest.path, k_yaml_bytes_max);
  const std::int64_t version = newest.version + 1;
  std::string text = with_field(bytes, "version", std::to_string(version));
  text = with_field(text, "prev", fmt::format("\"{}\"", crypto::sha256(bytes).text()));
  text = with_dates(text, now, days == 0 ? life_days(kind) : days);
  if (kind != DocumentKind::root)
    text = with_field(text, "root_version", std::to_string(newest_version(checkout, DocumentKind::root)));
  const DocumentFile next{newest.path.parent_path() / fmt::format("{}.yaml", version), version};
  write_file_atomic(next.path, text);
  return next;
}

void redate_version(const DocumentFile& file, Timestamp now, int days) {
  write_file_atomic(file.path, with_dates(read_file(file.path, k_yaml_bytes_max), now, days));
}

/// Rules that nobody knows help nobody: found before people sign, not in the emergency that needs an override.
static model::Policy check_policy(std::string_view bytes, const std::string& source) {
  model::Policy policy = model::parse_policy(bytes, source);
  const std::vector<Refusal> refusals = review::validate_policy_rules(policy);
  if (!refusals.empty()) throw Error(refusals.front());
  return policy;
}

void check_document(const DocumentFile& file, DocumentKind kind) {
  const std::string bytes = read_file(file.path, k_yaml_bytes_max);
  std::int64_t version = 0;
  switch (kind) {
    case DocumentKind::root:
      version = model::parse_root(bytes, file.path.string()).version;
      break;
    case DocumentKind::roster:
      version = model::parse_roster(bytes, file.path.string()).version;
      break;
    case DocumentKind::policy:
      version = check_policy(bytes, file.path.string()).version;
      break;
  }
  if (version != file.version) {
    throw Error(ErrorCode::authority_malformed, fmt::format("{} says version {}", file.path.string(), version));
  }
}

fs::path sign_document(const DocumentFile& file, DocumentKind kind, std::string_view person, crypto::Signer& signer) {
  check_document(file, kind);
  const std::string bytes = read_file(file.path, k_yaml_bytes_max);
  const fs::path folder = signatures_of(file.path);
  make_folders(folder);
  const fs::path path = folder / fmt::format("{}.sig", require_name(person, "person"));
  write_file_atomic(path, signer.sign(model::name_space_of(document_name(kind)), bytes));
  return path;
}

std::vector<trust::SignedDocument> read_document_folder(const fs::path& folder) {
  std::vector<trust::SignedDocument> documents;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (!entry.is_regular_file() || entry.path().extension() != ".yaml") continue;
    trust::SignedDocument document{entry.path().string(), read_file(entry.path(), k_yaml_bytes_max), {}};
    for (const auto& signature : fs::directory_iterator(signatures_of(entry.path()), ignored)) {
      if (signature.path().extension() != ".sig") continue;
      document.signatures[signature.path().stem().string()] = read_file(signature.path(), k_signature_bytes_max);
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

trust::TrustInput read_checkout(const fs::path& checkout) {
  return {.roots = read_document_folder(folder_of(checkout, DocumentKind::root)),
          .rosters = read_document_folder(folder_of(checkout, DocumentKind::roster)),
          .policies = read_document_folder(folder_of(checkout, DocumentKind::policy)),
          .suspensions = read_document_folder(checkout / ".dbw" / "suspensions")};
}

void push_signature(Workspace& workspace, const DocumentFile& file, DocumentKind kind, const fs::path& signature) {
  const std::string name = fmt::format(".dbw/{}/{}.yaml", document_name(kind), file.version);
  const std::string ref = fmt::format("refs/heads/dbw/trust/{}-{}", document_name(kind), file.version);
  const std::vector<git::TreeChange> changes = {
      {name, read_file(file.path, k_yaml_bytes_max)},
      {fmt::format("{}.sigs/{}", name, signature.filename().string()), read_file(signature, k_signature_bytes_max)}};
  git::Repository& objects = workspace.repository().objects();
  git::Transport& transport = workspace.repository().transport();
  for (int attempt = 0; attempt < k_push_attempts; ++attempt) {
    transport.fetch({ref});
    const auto head = objects.resolve(ref);
    const git::ObjectId base = head.value_or(workspace.view().trust_commit);
    const auto published = objects.read_file(objects.tree_of(base), name, k_yaml_bytes_max);
    if (published && *published != *changes.front().bytes) {
      throw Error(ErrorCode::authority_differs,
                  fmt::format("{} holds another {} version {} than {}", ref, document_name(kind), file.version,
                              file.path.string()),
                  "Take theirs, or agree on one text first: signatures are over the bytes.");
    }
    const git::ObjectId tree = objects.write_tree(objects.tree_of(base), changes);
    const git::ObjectId commit = write_plain_commit(
        objects, tree, base, {workspace.profile().person, workspace.email(), workspace.now().seconds, "+0000"},
        fmt::format("Sign {} {}\n", document_name(kind), file.version));
    const git::PushResult result = transport.push({ref, commit, head.value_or(git::ObjectId{})});
    if (result.outcome == git::PushOutcome::moved) continue;
    require_pushed(result, ref);
    return;
  }
  throw Error(ErrorCode::push_raced, fmt::format("{} kept moving", ref));
}

}  // namespace dbw::workflow
