#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "trust/warnings.hpp"
#include "workflow/authority_files.hpp"

namespace dbw::workflow {

/// The newest root, roster and policy of a checkout, whoever signed them, one of them replaced by `file`.
struct CheckoutDocuments {
  model::Root root;
  model::Roster roster;
  model::Policy policy;
};
CheckoutDocuments newest_documents(const std::filesystem::path& checkout, const DocumentFile& file, DocumentKind kind);

/// What lint says of a version together with the newest of the others: errors stop verification once it is signed.
struct DraftLint {
  std::vector<Refusal> errors;
  std::vector<trust::Warning> warnings;
};
DraftLint lint_draft(const std::filesystem::path& checkout, const DocumentFile& file, DocumentKind kind, Timestamp now);

/// What the newest version of a checkout changes against the one before, in words: fields, then powers (for roster and
/// policy). Empty: dates only.
std::vector<std::string> describe_version(const std::filesystem::path& checkout, const DocumentFile& older,
                                          const DocumentFile& newer, DocumentKind kind);

/// An open request whose approvals the documents would void, and why.
struct StaleRequest {
  RequestId id;
  std::size_t approvals = 0;  ///< that count now
  std::string why;
};
/// Open requests whose terms (or workflow) would be others if these documents came into force.
std::vector<StaleRequest> stale_requests(const Workspace& workspace, const model::Roster& roster,
                                         const model::Policy& policy);

/// The next version with other dates and nothing else, or the unsigned newest one if that is what it is. Throws
/// Error{authority_not_dates_only}, and as next_version().
DocumentFile renew_version(const std::filesystem::path& checkout, DocumentKind kind, Timestamp now, int days);

}  // namespace dbw::workflow
