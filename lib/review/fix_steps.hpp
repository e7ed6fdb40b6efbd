#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "review/fix.hpp"
#include "review/fix_rewrite.hpp"

/// A file and what becomes of its statements -> the files it is cut into. For propose_fixes alone.
namespace dbw::review {

/// By the statement's place in the file.
using Rewrites = std::map<std::size_t, Rewrite>;

/// BEGIN, COMMIT and the like.
bool is_command(const sqlparse::Statement& statement, std::string_view command);

/// Why the file cannot be cut into steps: something in it lasts as long as its session or its transaction, and cannot
/// be said again in the next one. nullopt: it can.
std::optional<std::string> why_in_one_piece(const File& file);

/// Every statement in its order; what needs no transaction in a step of its own; proofs of constraints behind the last
/// statement, or before one that touches their table otherwise. Bytes outside the edits stay as they are. Settings and
/// BEGIN are said again in each step.
std::vector<FixStep> write_steps(const File& file, const Rewrites& rewrites);

/// `SET lock_timeout` before the statements of a step at `ranges`, as far as none is in force from an earlier one.
std::string with_lock_timeout(const File& step, const std::vector<ByteRange>& ranges);

}  // namespace dbw::review
