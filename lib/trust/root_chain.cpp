#include "trust/root_chain.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "trust/lint.hpp"
#include "trust/refusals.hpp"
#include "trust/signers.hpp"

namespace dbw::trust {
namespace {

using ParsedRoot = Parsed<model::Root>;
constexpr std::string_view k_kind = "root";

const ParsedRoot& pinned_root(const model::Pin& pin, const std::vector<ParsedRoot>& roots,
                              const std::vector<Refusal>& notes) {
  const auto found =
      std::find_if(roots.begin(), roots.end(), [&](const ParsedRoot& root) { return root.digest == pin.root_sha256; });
  if (found == roots.end()) {
    throw_refusals({{ErrorCode::trust_pin_missing,
                     fmt::format("no root with the pinned digest {} was found", pin.root_sha256.text())}},
                   notes);
  }
  if (found->value.version != pin.root_version) {
    throw Error(ErrorCode::trust_pin_missing, fmt::format("{}: the pin names version {}, the document says {}",
                                                          found->source->name, pin.root_version, found->value.version));
  }
  return *found;
}

void require_clean(const ParsedRoot& root) {
  const std::vector<Refusal> refusals = lint_root(root.value);
  if (!refusals.empty()) throw_refusals(refusals);
}

/// Signed by enough of the old root's people and of the new root's people.
bool is_authorised(const ParsedRoot& old_root, const ParsedRoot& next, std::vector<Refusal>& notes) {
  bool both = true;
  for (const auto& [root, which] : {std::pair{&old_root, "old"}, {&next, "new"}}) {
    const Signers signers = count_signers(root->value, root->value.root, k_kind, *next.source);
    if (reaches(root->value.root, signers)) continue;
    both = false;
    notes.insert(notes.end(), signers.notes.begin(), signers.notes.end());
    notes.push_back(threshold_refusal(*next.source, fmt::format("{} root's root", which), root->value.root, signers));
  }
  return both;
}

/// The one authorised successor; nullptr where there is none.
const ParsedRoot* successor(const ParsedRoot& current, const std::vector<ParsedRoot>& roots,
                            std::vector<Refusal>& notes) {
  const ParsedRoot* next = nullptr;
  for (const ParsedRoot& candidate : roots) {
    if (candidate.value.version != current.value.version + 1 || !is_authorised(current, candidate, notes)) continue;
    if (candidate.value.prev != current.digest) {
      throw Error(ErrorCode::trust_prev_mismatch,
                  fmt::format("{}: prev is not the digest of root {} ({})", candidate.source->name,
                              current.value.version, current.digest.text()));
    }
    if (next != nullptr && next->digest != candidate.digest) {
      throw Error(ErrorCode::trust_equivocation,
                  fmt::format("{} and {}: two different roots of version {}, both signed", next->source->name,
                              candidate.source->name, candidate.value.version));
    }
    next = &candidate;
  }
  return next;
}

void require_no_gap(const ParsedRoot& last, const std::vector<ParsedRoot>& roots) {
  for (const ParsedRoot& root : roots) {
    if (root.value.version <= last.value.version + 1) continue;
    if (reaches(last.value.root, count_signers(last.value, last.value.root, k_kind, *root.source))) {
      throw Error(ErrorCode::trust_version_gap,
                  fmt::format("{}: root {} is signed, but root {} before it is missing", root.source->name,
                              root.value.version, last.value.version + 1));
    }
  }
}

/// `seen` are the digests of the chain from the pin on.
void require_mark(const model::Pin& pin, const std::vector<Digest>& seen, const model::VersionedDigest& mark,
                  const std::vector<Refusal>& notes) {
  if (mark.version < pin.root_version) return;
  const auto index = static_cast<std::size_t>(mark.version - pin.root_version);
  if (index >= seen.size()) {
    throw_refusals({{ErrorCode::trust_rollback,
                     fmt::format("root {} was seen before, now the newest valid one is {}", mark.version,
                                 pin.root_version + static_cast<std::int64_t>(seen.size()) - 1)}},
                   notes);
  }
  if (seen[index] != mark.sha256)
    throw Error(ErrorCode::trust_equivocation, fmt::format("root {} differs from the one seen before", mark.version));
}

}  // namespace

RootChain follow_roots(const model::Pin& pin, const std::vector<SignedDocument>& documents,
                       const model::VersionedDigest& mark, std::vector<Refusal>& notes) {
  const std::vector<ParsedRoot> roots = parse_all(documents, model::parse_root, pin.repo_id, notes);
  const ParsedRoot* current = &pinned_root(pin, roots, notes);
  std::vector<Digest> seen{current->digest};
  require_clean(*current);
  while (const ParsedRoot* next = successor(*current, roots, notes)) {
    if (seen.size() > k_root_steps_max)
      throw Error(ErrorCode::trust_root_steps, fmt::format("more than {} roots follow the pin", k_root_steps_max));
    require_clean(*next);
    seen.push_back(next->digest);
    current = next;
  }
  require_no_gap(*current, roots);
  require_mark(pin, seen, mark, notes);
  return {current->value, current->digest, current->source};
}

}  // namespace dbw::trust
