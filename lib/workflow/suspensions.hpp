#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/sshsig.hpp"
#include "model/trust_documents.hpp"
#include "trust/authority.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

/// Adds the documents of `more` that `suspensions` does not hold yet with the same signatures: sources overlap, and
/// their union counts.
void add_suspensions(std::vector<trust::SignedDocument>& suspensions, std::vector<trust::SignedDocument> more);

/// Keeps every suspension in force as a file of `folder`, where add_suspensions finds it next time: whoever deletes the
/// branch that it came from gives nothing back, only a policy that lifts it does. Writes nothing that is there already.
void remember_suspensions(const std::filesystem::path& folder, const trust::Authority& authority);

/// A suspension by `by` of each of `names`: a person or human, a machine (both, where both have the name), or the
/// fingerprint of a key. Throws Error{trust_unknown_person, trust_unknown_key} for what roster and root do not know,
/// and Error{trust_unknown_signer} where `by` may not suspend.
model::Suspension draft_suspension(const trust::Authority& authority, std::string_view by,
                                   const std::vector<std::string>& names, std::string_view reason, Timestamp now);

/// The suspension with its one signature. Throws Error{profile_key_unknown} where the root does not list the signer's
/// key for the person who suspends.
trust::SignedDocument sign_suspension(const trust::Authority& authority, const model::Suspension& suspension,
                                      crypto::Signer& signer);

/// Writes the document and its signature below `folder`; returns the document's path.
std::filesystem::path write_suspension(const std::filesystem::path& folder, const model::Suspension& suspension,
                                       const trust::SignedDocument& document);

/// Publishes it on the trusted branch; where the remote refuses that, on dbw/suspensions/<person>. Returns the ref.
/// Throws Error{push_refused, push_raced}.
std::string push_suspension(Workspace& workspace, const model::Suspension& suspension,
                            const trust::SignedDocument& document);

}  // namespace dbw::workflow
