#pragma once

#include <string>
#include <string_view>

namespace dbw::report {

/// Text that a forge shows as it is: no Markdown, HTML, mention (@name), reference (#1, !1, GH-1 stay plain text) or
/// link comes to life.
std::string markdown_text(std::string_view text);
/// A fenced block whose fence is longer than any run of back-ticks in `text`. Mentions stay dead inside fences.
std::string markdown_fence(std::string_view text, std::string_view language);

}  // namespace dbw::report
