#include "workflow/fix.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "base/file_changes.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "report/unified_diff.hpp"
#include "workflow/describe.hpp"

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

codec::Value step_value(const review::FixStep& step, bool is_new) {
  codec::Value out;
  out.set("path", step.path).set("new", is_new).set("transactional", step.transactional);
  if (step.batch) out.set("batch", batch_value(*step.batch));
  out.set("sql", step.sql);
  return out;
}

codec::Value file_value(const review::FixedFile& file) {
  codec::Value steps{codec::Value::List{}};
  for (std::size_t i = 0; i < file.steps.size(); ++i) steps.push(step_value(file.steps[i], i > 0));
  codec::Value out;
  out.set("path", file.path).set("steps", std::move(steps));
  return out;
}

codec::Value list_of(std::vector<codec::Value> values) {
  codec::Value out{codec::Value::List{}};
  for (codec::Value& value : values) out.push(std::move(value));
  return out;
}

codec::Value unfixed_value(const PlainFix& fix) {
  std::vector<model::Finding> findings;
  for (const review::Unfixed& it : fix.unfixed) findings.push_back(it.finding);
  std::vector<codec::Value> values = report::finding_values(findings, fix.files);
  for (std::size_t i = 0; i < values.size(); ++i) values[i].set("reason", printable(fix.unfixed[i].reason));
  return list_of(std::move(values));
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
    append(out.changes, proposal.files);
    append(out.fixed, proposal.fixed);
    append(out.unfixed, proposal.unfixed);
    append(out.conditions, proposal.conditions);
  }
  out.files = std::move(inputs.files);
  return out;
}

std::string fix_json(const PlainFix& fix) {
  codec::Value files{codec::Value::List{}}, conditions{codec::Value::List{}};
  for (const review::FixedFile& file : fix.changes) files.push(file_value(file));
  for (const std::string& condition : fix.conditions) conditions.push(printable(condition));
  codec::Value out;
  out.set("dbw", "fix/v1").set("files", std::move(files));
  out.set("fixed", list_of(report::finding_values(fix.fixed, fix.files)));
  out.set("unfixed", unfixed_value(fix)).set("conditions", std::move(conditions));
  return codec::emit_json_pretty(out);
}

std::vector<std::string> apply_fix(const PlainFix& fix) {
  std::vector<std::string> written;
  FileChanges changes(fs::current_path());
  for (const review::FixedFile& file : fix.changes) {
    const fs::path first = patch_name(file.path);
    for (const review::FixStep& step : file.steps) {
      if (&step == &file.steps.front())
        changes.change(first, fix.files.at(file.path), step.sql);
      else
        changes.create(patch_name(step.path), step.sql, first.filename().string());
      written.push_back(step.path);
    }
  }
  changes.commit();
  return written;
}

}  // namespace dbw::workflow
