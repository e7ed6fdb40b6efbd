#include "watch.hpp"

#include "base/folder_watch.hpp"
#include "cli/output.hpp"

namespace dbw::tool {
namespace {

std::string review_text(const workflow::PlainOptions& options, const cli::Context& context) {
  try {
    const workflow::PlainReview result = workflow::review_plain(options, context.clock.now());
    return report::findings_text(result.review, result.files, context.color);
  } catch (const Error& error) {
    return cli::format_error("dbw-review", error, false);
  }
}

}  // namespace

ExitStatus watch(const workflow::PlainOptions& options, const cli::Context& context) {
  context.note("watching; Ctrl-C ends\n");
  std::string shown;
  for (;;) {
    // Made before the review reads, so that no save falls between the two.
    FolderWatch changes(workflow::folders_to_watch(options));
    const std::string text = review_text(options, context);
    if (text != shown) context.out(shown.empty() ? text : "\n" + text);
    context.flush();
    shown = text;
    if (!changes.wait(cli::interrupted)) return ExitStatus::done;
  }
}

}  // namespace dbw::tool
