#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "crypto/sshsig.hpp"
#include "trust/authority.hpp"
#include "workflow/workspace.hpp"

namespace dbw::workflow {

enum class DocumentKind { root, roster, policy };
std::string_view document_name(DocumentKind kind);

/// Root, roster and policy as files of a checkout: everybody signs into a file of their own, so signers never collide.
struct DocumentFile {
  std::filesystem::path path;  ///< <checkout>/.dbw/<kind>/<version>.yaml
  std::int64_t version = 0;
};

/// Days a version of this kind lives unless somebody says otherwise.
int life_days(DocumentKind kind);
/// Versions in the checkout, oldest first. Throws Error{authority_no_document} where there is none.
std::vector<DocumentFile> document_files(const std::filesystem::path& checkout, DocumentKind kind);
/// The next version, made from the newest: version, prev, root_version and dates changed, every comment kept. Where the
/// newest is not signed yet, it is that one. `days` it lives; 0: 365 for a root, else 90. Throws
/// Error{authority_malformed}.
DocumentFile next_version(const std::filesystem::path& checkout, DocumentKind kind, Timestamp now, int days = 0);
/// Sets the dates of a version that nobody has signed.
void redate_version(const DocumentFile& file, Timestamp now, int days);
/// Parses; throws what the parser throws, and for a policy that names rules which do not exist or cannot be lifted
/// Error{rule_unknown, rule_not_suppressible, severity_unknown}.
void check_document(const DocumentFile& file, DocumentKind kind);
/// Writes <file>.sigs/<person>.sig; returns its path.
std::filesystem::path sign_document(const DocumentFile& file, DocumentKind kind, std::string_view person,
                                    crypto::Signer& signer);
/// Documents of a folder with the signatures beside them; empty where the folder is absent.
std::vector<trust::SignedDocument> read_document_folder(const std::filesystem::path& folder);
/// Everything below .dbw of a checkout, for verify_authority.
trust::TrustInput read_checkout(const std::filesystem::path& checkout);

/// Publishes a document and this person's signature on the relay branch dbw/trust/<kind>-<version>; several people at
/// once are merged by trying again.
void push_signature(Workspace& workspace, const DocumentFile& file, DocumentKind kind,
                    const std::filesystem::path& signature);

}  // namespace dbw::workflow
