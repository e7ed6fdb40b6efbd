#include "crypto/pkcs11_uri.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::crypto {
namespace {

constexpr std::size_t k_uri_bytes_max = 2048;

[[noreturn]] void bad(std::string_view why) {
  throw Error(ErrorCode::pkcs11_uri, fmt::format("the key reference is not understood: {}", why));
}

bool is_plain(char c) {
  return c > 0x20 && c < 0x7F && std::string_view("#[]\"<>\\^`{|}").find(c) == std::string_view::npos;
}

std::string decode(std::string_view name, std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      if (!is_plain(text[at])) bad(fmt::format("{} holds a character that must be written as %XX", name));
      out += text[at];
      continue;
    }
    try {
      out += from_hex(to_lower(text.substr(at + 1, 2)));
    } catch (const Error&) {
      bad(fmt::format("a % in {} is not followed by two hexadecimal digits", name));
    }
    at += 2;
  }
  if (out.empty() || out.find('\0') != std::string::npos) bad(fmt::format("{} is empty or holds a NUL", name));
  return out;
}

void take(std::optional<std::string>& field, std::string_view name, std::string_view value) {
  if (field) bad(fmt::format("{} stands twice", name));
  field = decode(name, value);
}

std::filesystem::path absolute_path(std::string_view name, std::string text) {
  constexpr std::string_view scheme = "file:";
  if (text.substr(0, scheme.size()) == scheme) text.erase(0, scheme.size());
  if (text.substr(0, 3) == "///") text.erase(0, 2);
  if (text.size() < 2 || text[0] != '/' || text[1] == '/') bad(fmt::format("{} is no absolute path of a file", name));
  return text;
}

class Parser {
 public:
  Pkcs11Uri parse(std::string_view text) {
    const std::size_t query = text.find('?');
    each(text.substr(k_pkcs11_scheme.size(), query == std::string_view::npos ? query : query - k_pkcs11_scheme.size()),
         ';', [&](std::string_view name, std::string_view value) { path_attribute(name, value); });
    if (query != std::string_view::npos) {
      each(text.substr(query + 1), '&',
           [&](std::string_view name, std::string_view value) { query_attribute(name, value); });
    }
    if (!m_module) bad("module-path is missing");
    if (!m_uri.object && !m_uri.id) bad("neither object nor id says which key");
    if (m_type && *m_type != "private") bad("type must be private, or be left out");
    m_uri.module = absolute_path("module-path", *m_module);
    if (m_pin_source) m_uri.pin_file = absolute_path("pin-source", *m_pin_source);
    return m_uri;
  }

 private:
  template <typename Take>
  static void each(std::string_view text, char separator, Take take_one) {
    for (const std::string& piece : split(text, separator)) {
      const std::size_t equals = piece.find('=');
      if (equals == std::string::npos) bad("expected name=value pieces");
      take_one(std::string_view(piece).substr(0, equals), std::string_view(piece).substr(equals + 1));
    }
  }

  void path_attribute(std::string_view name, std::string_view value) {
    const std::pair<std::string_view, std::optional<std::string>*> known[] = {
        {"token", &m_uri.token},   {"serial", &m_uri.serial},
        {"model", &m_uri.model},   {"manufacturer", &m_uri.manufacturer},
        {"object", &m_uri.object}, {"id", &m_uri.id},
        {"type", &m_type}};
    const auto found = std::find_if(std::begin(known), std::end(known), [&](const auto& k) { return k.first == name; });
    if (found == std::end(known)) bad(fmt::format("no such attribute: {}", printable(name)));
    take(*found->second, name, value);
  }

  void query_attribute(std::string_view name, std::string_view value) {
    if (name == "module-path") {
      take(m_module, name, value);
    } else if (name == "pin-source") {
      take(m_pin_source, name, value);
    } else {
      bad(fmt::format("no such attribute: {}", printable(name)));
    }
  }

  Pkcs11Uri m_uri;
  std::optional<std::string> m_type, m_module, m_pin_source;
};

}  // namespace

Pkcs11Uri parse_pkcs11_uri(std::string_view text) {
  // First of all, and wherever it stands: nothing else may be said about a text that holds a PIN.
  if (to_lower(text).find("pin-value") != std::string::npos)
    throw Error(ErrorCode::pkcs11_pin_in_uri, "the key reference has a pin-value");
  if (text.size() > k_uri_bytes_max) bad("it is too long");
  if (text.substr(0, k_pkcs11_scheme.size()) != k_pkcs11_scheme) bad("it does not begin with pkcs11:");
  return Parser().parse(text);
}

}  // namespace dbw::crypto
