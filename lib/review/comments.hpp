#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

namespace dbw::review {

/// An inline `-- dbw:allow <rule> <reason>`: a wish that approvers see. It never changes a verdict.
struct AllowComment {
  ByteRange range;  ///< the comment
  std::string rule;
  std::string reason;  ///< may be empty; that is a finding
};

/// All of them, in order. Comments are told from string literals and quoted names.
std::vector<AllowComment> find_allow_comments(Engine engine, std::string_view sql);

}  // namespace dbw::review
