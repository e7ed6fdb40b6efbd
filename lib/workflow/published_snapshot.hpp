#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "workflow/change_repository.hpp"
#include "workflow/host_config.hpp"

/// Schema snapshots in the change repository, where everybody can read them. Nobody believes a file there: the
/// executor's signature and its log decide.
namespace dbw::workflow {

inline constexpr std::string_view k_schema_ref = "refs/heads/dbw/schema";

/// "shop.production.json"; on a fleet "shop.production.eu-1.json".
std::string snapshot_path(const Place& place);

/// Makes `bytes` the place's file of k_schema_ref and leaves other snapshots alone, whoever else pushes meanwhile.
/// The ref is one commit without history: old snapshots are large, and their digests are in the log. Throws
/// Error{push_refused, push_raced} and what Git throws.
void publish_snapshot_file(ChangeRepository& change, const Place& place, const std::string& bytes,
                           const std::string& machine, Timestamp now);

/// What the mirror has, as it was last fetched. Throws Error{snapshot_signature} for a link, a file that is too large
/// and the like.
std::optional<std::string> read_published_snapshot(const git::Repository& objects, const Place& place);
/// Throws Error{snapshot_absent}.
std::string require_published_snapshot(const git::Repository& objects, const Place& place);

}  // namespace dbw::workflow
