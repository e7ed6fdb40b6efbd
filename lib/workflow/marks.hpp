#pragma once

#include <filesystem>

#include "audit/merkle.hpp"
#include "trust/authority.hpp"

namespace dbw::workflow {

/// What a person's profile or an executor's state folder remembers, so that nobody can serve an older world.
struct LocalMarks {
  trust::TrustMarks trust;
  audit::TreeHead log;  ///< of the executor's own log; size 0: none yet
};

/// All zero where the file is absent.
LocalMarks load_marks(const std::filesystem::path& file);
/// Written whole or not at all.
void save_marks(const std::filesystem::path& file, const LocalMarks& marks);

}  // namespace dbw::workflow
