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
cli::Command suspend_command();
cli::Command verify_command();
/// `dbw-sign policy explain` and `coverage`.
cli::Command explain_command();
cli::Command coverage_command();
/// `dbw-sign root|roster|policy` with new, edit, renew, sign, verify, diff; policy also with explain and coverage.
cli::Command document_command(workflow::DocumentKind kind);

}  // namespace dbw::tool
