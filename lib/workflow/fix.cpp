#include "workflow/fix.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/text.hpp"
#include "report/unified_diff.hpp"

namespace dbw::workflow {
namespace {

namespace fs = std::filesystem;

/// The file's name below the current folder.
std::string patch_name(const std::string& path) {
  std::error_code ignored;
  const std::string out =
      fs::absolute(path, ignored).lexically_normal().lexically_relative(fs::current_path()).generic_string();
  if (out.empty() || out == ".." || out.starts_with("../"))
    throw Error(ErrorCode::bad_usage,
                fmt::format("{} is outside the current folder, so that a patch cannot name it", printable(path)),
                "Run the command in a folder above the file.");
  if (printable(out) != out || out.find_first_of("\"\\") != std::string::npos)
    throw Error(ErrorCode::bad_usage,
                fmt::format("the name {} holds a character that a patch cannot carry", printable(path)),
                "Rename the file.");
  return out;
}

void require_absent(const std::string& path) {
  std::error_code ignored;
  if (fs::symlink_status(path, ignored).type() != fs::file_type::not_found)
    throw Error(ErrorCode::bad_usage, fmt::format("the fix needs a new file {}, and there is one", printable(path)),
                "Rename it, or move it away.");
}

std::string diff_of(const review::FixedFile& file, const report::SqlFiles& files) {
  const review::FixStep& first = file.steps.front();
  std::string out = report::unified_diff(patch_name(file.path), files.at(file.path), first.sql);
  for (std::size_t i = 1; i < file.steps.size(); ++i) {
    require_absent(file.steps[i].path);
    out += report::unified_diff_of_new(patch_name(file.steps[i].path), file.steps[i].sql);
  }
  return out;
}

template <typename T>
void append(std::vector<T>& to, std::vector<T>& from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

}  // namespace

bool PlainFix::fails() const {
  return std::any_of(unfixed.begin(), unfixed.end(),
                     [&](const review::Unfixed& it) { return it.finding.severity >= fail_on; });
}

PlainFix fix_plain(const PlainOptions& options, Timestamp now) {
  if (std::find(options.paths.begin(), options.paths.end(), "-") != options.paths.end())
    throw Error(ErrorCode::bad_usage, "a patch changes files, and standard input is none", "Name files or folders.");
  PlainInputs inputs = load_plain(options, now);
  PlainFix out;
  out.fail_on = inputs.fail_on;
  out.notes = std::move(inputs.notes);
  for (const review::ReviewInput& input : inputs.inputs) {
    review::FixProposal proposal = review::propose_fixes(input);
    for (const review::FixedFile& file : proposal.files) out.diff += diff_of(file, inputs.files);
    append(out.fixed, proposal.fixed);
    append(out.unfixed, proposal.unfixed);
    append(out.conditions, proposal.conditions);
  }
  out.files = std::move(inputs.files);
  return out;
}

}  // namespace dbw::workflow
