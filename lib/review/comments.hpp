#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"

namespace dbw::review {

/// An inline `-- dbw:allow <rule> <reason> [until YYYY-MM-DD]`, in a comment of any form: a wish that approvers see. It
/// never changes a verdict; whoever reviews plain files may let it waive what it names.
struct AllowComment {
  ByteRange range;  ///< the comment
  std::string rule;
  std::string reason;  ///< may be empty; that is a finding
  std::string until;   ///< the last day (UTC) as it stands there, perhaps no date; empty: none
};

/// All of them, in order. Comments are told from string literals and quoted names.
std::vector<AllowComment> find_allow_comments(Engine engine, std::string_view sql);
/// A day of the calendar in the form YYYY-MM-DD.
bool is_date(std::string_view text);

}  // namespace dbw::review
