#include "base/ids.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[noreturn]] void bad(std::string_view what, std::string_view text, std::string_view expected) {
  throw Error(ErrorCode::bad_name, fmt::format("not a valid {}: \"{}\"", what, printable(text)), std::string(expected));
}

}  // namespace

void RequestIdTag::check(std::string_view text) {
  const auto dash = text.find('-');
  const bool ok = dash != std::string_view::npos && dash >= 2 && dash <= 8 &&
                  std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(dash), is_upper) &&
                  text.size() - dash - 1 >= 1 && text.size() - dash - 1 <= 32 &&
                  std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dash) + 1, text.end(),
                              [](char c) { return is_upper(c) || is_digit(c) || c == '-'; });
  if (!ok) bad("request id", text, "A request id looks like REQ-20261120-K7QF.");
}

void KeyIdTag::check(std::string_view text) {
  constexpr std::string_view prefix = "SHA256:";
  const auto in_base64 = [](char c) { return is_upper(c) || is_lower(c) || is_digit(c) || c == '+' || c == '/'; };
  if (text.substr(0, prefix.size()) != prefix || text.size() != prefix.size() + 43 ||
      !std::all_of(text.begin() + prefix.size(), text.end(), in_base64)) {
    bad("key id", text, "A key id is the fingerprint that ssh-keygen -l prints.");
  }
}

bool is_name(std::string_view text) {
  const auto inner = [](char c) { return is_lower(c) || is_digit(c) || c == '.' || c == '_' || c == '-'; };
  return !text.empty() && text.size() <= 63 && (is_lower(text[0]) || is_digit(text[0])) &&
         std::all_of(text.begin(), text.end(), inner);
}

std::string require_name(std::string_view text, std::string_view what) {
  if (!is_name(text)) bad(what, text, "Names match [a-z0-9][a-z0-9._-]{0,62}.");
  return std::string(text);
}

std::string request_folder(const RequestId& id) {
  const std::string& text = id.text();
  const auto dash = text.find('-');
  const std::string_view date = std::string_view(text).substr(dash + 1, 8);
  std::string month = "0000/00";
  if (date.size() == 8 && std::all_of(date.begin(), date.end(), is_digit)) {
    month = fmt::format("{}/{}", date.substr(0, 4), date.substr(4, 2));
  }
  return fmt::format("requests/{}/{}", month, text);
}

}  // namespace dbw
