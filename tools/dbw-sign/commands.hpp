#pragma once

#include "cli/command.hpp"
#include "workflow/authority_files.hpp"

namespace dbw::tool {

cli::Command trust_command();
cli::Command inbox_command();
cli::Command approve_command();
cli::Command reject_command();
cli::Command revoke_command();
cli::Command import_command();
cli::Command post_review_command();
cli::Command keygen_command();
cli::Command token_command();
cli::Command export_allowed_signers_command();
/// `dbw-sign root|roster|policy` with new, edit, sign, verify, diff.
cli::Command document_command(workflow::DocumentKind kind);

}  // namespace dbw::tool
