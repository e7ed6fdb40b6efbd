#pragma once

#include <optional>

#include "cli/command.hpp"
#include "trust/authority.hpp"
#include "workflow/authority_files.hpp"

namespace dbw::tool {

/// The profile, where there is one.
std::optional<workflow::Profile> profile_if(const cli::Context& context);
/// -C names a checkout that holds trust documents.
bool has_documents(const cli::Context& context);
/// What is in force in the checkout, from the profile's pin; without one from its oldest root, which is named.
trust::Authority checkout_authority(const cli::Context& context);
/// The checkout's where it holds documents, else that of the profile's repository.
trust::Authority any_authority(const cli::Context& context);
/// The three documents in force on standard output; suspensions, notes and warnings as messages.
void print_authority(const cli::Context& context, const trust::Authority& authority);

/// A warning for each document that expires within 30 days.
void warn_of_expiry(const cli::Context& context, const trust::Authority& authority);

}  // namespace dbw::tool
