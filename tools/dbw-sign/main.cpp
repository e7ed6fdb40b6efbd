#include "commands.hpp"

int main(int argc, char** argv) {
  using namespace dbw;
  using workflow::DocumentKind;
  return cli::run_main(
      {.name = "dbw-sign",
       .summary = "approve requests and keep the documents that everybody trusts",
       .description = "Approvers sign exactly what the executor will verify, with their own SSH key (file, agent or "
                      "FIDO2). Holders of the root, roster and "
                      "policy roles sign those documents. The issuer signs execution tokens.",
       .commands = {tool::trust_command(), tool::inbox_command(), tool::approve_command(), tool::reject_command(),
                    tool::revoke_command(), tool::post_review_command(), tool::import_command(), tool::keygen_command(),
                    tool::token_command(), tool::export_allowed_signers_command(), tool::suspend_command(),
                    tool::verify_command(), tool::document_command(DocumentKind::root),
                    tool::document_command(DocumentKind::roster), tool::document_command(DocumentKind::policy)}},
      argc, argv);
}
