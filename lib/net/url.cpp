#include "net/url.hpp"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::net {
namespace {

constexpr std::size_t k_url_bytes_max = 4096;
constexpr std::size_t k_host_bytes_max = 253;
constexpr std::size_t k_label_bytes_max = 63;
constexpr std::size_t k_shown_path_bytes_max = 200;
constexpr std::string_view k_digits = "0123456789";
constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

[[noreturn]] void refuse_address(std::string_view why) {
  throw Error(ErrorCode::net_bad_url, fmt::format("the address {}", why));
}

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

bool is_number(std::string_view text, std::size_t digits_max) {
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  return !text.empty() && text.size() <= digits_max && !leading_zero &&
         text.find_first_not_of(k_digits) == std::string_view::npos;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= k_label_bytes_max && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(),
                     [](char c) { return is_one_of(c, k_letters) || is_one_of(c, k_digits) || c == '-'; });
}

bool is_dotted_ipv4(const std::vector<std::string>& labels) {
  return labels.size() == 4 && std::all_of(labels.begin(), labels.end(), [](const std::string& label) {
           return is_number(label, 3) && std::stoi(label) <= 255;
         });
}

/// A resolver reads a host whose last label is a number, also a hexadecimal one, as an address in one of many forms;
/// only the usual one is admitted.
bool ends_in_number(std::string_view last) {
  return last.find_first_not_of(k_digits) == std::string_view::npos || last.starts_with("0x");
}

std::string parse_name(std::string_view text) {
  std::string host = to_lower(text);
  if (host.empty() || host.size() > k_host_bytes_max) refuse_address("has no host name, or one that is too long");
  const auto labels = split(host, '.');
  if (!std::all_of(labels.begin(), labels.end(), is_label))
    refuse_address("has a malformed host name; write labels of ASCII letters, digits and dashes (xn-- for others)");
  if (ends_in_number(labels.back()) && !is_dotted_ipv4(labels))
    refuse_address("has a number for a host name; write IPv4 addresses as four decimal numbers");
  return host;
}

std::string parse_ipv6(std::string_view text) {
  in6_addr address{};
  std::array<char, INET6_ADDRSTRLEN> canonical{};
  const std::string copy(text);
  if (text.find('\0') != std::string_view::npos || ::inet_pton(AF_INET6, copy.c_str(), &address) != 1 ||
      ::inet_ntop(AF_INET6, &address, canonical.data(), canonical.size()) == nullptr)
    refuse_address("has a malformed IPv6 address");
  return fmt::format("[{}]", canonical.data());
}

std::uint16_t parse_port(std::string_view text) {
  if (!is_number(text, 5)) refuse_address("has a malformed port");
  const int port = std::stoi(std::string(text));
  if (port < 1 || port > 65535) refuse_address("has a port that is not one of 1 to 65535");
  return static_cast<std::uint16_t>(port);
}

/// "host[:port]".
void parse_authority(std::string_view text, Url& out) {
  if (text.find('@') != std::string_view::npos)
    refuse_address("holds a user name or password; give credentials as a header");
  const bool bracketed = text.starts_with('[');
  const auto end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && end == std::string_view::npos) refuse_address("has a malformed IPv6 address");
  out.host = bracketed ? parse_ipv6(text.substr(1, end - 1)) : parse_name(text.substr(0, end));
  const std::string_view rest = end == std::string_view::npos ? "" : text.substr(end + (bracketed ? 1 : 0));
  if (!rest.empty() && rest.front() != ':') refuse_address("has a malformed IPv6 address");
  if (!rest.empty()) out.port = parse_port(rest.substr(1));
}

/// RFC 3986: pchar, '/' and '?'.
bool is_path_or_query(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const std::string_view hex = text.substr(i + 1, 2);
      if (hex.size() != 2 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string_view::npos) return false;
    } else if (!is_one_of(c, k_letters) && !is_one_of(c, k_digits) && !is_one_of(c, "-._~!$&'()*+,;=:@/?")) {
      return false;
    }
  }
  return true;
}

void parse_target(std::string_view text, Url& out) {
  if (text.find('#') != std::string_view::npos) refuse_address("holds a fragment");
  if (!is_path_or_query(text)) refuse_address("holds a character that must be written as %XX");
  const auto question = text.find('?');
  out.path = text.empty() ? "/" : std::string(text.substr(0, question));
  out.has_query = question != std::string_view::npos;
  if (out.has_query) out.query = std::string(text.substr(question + 1));
}

bool is_loopback(std::string_view host) { return host == "127.0.0.1" || host == "[::1]" || host == "localhost"; }

}  // namespace

std::string Url::origin() const { return fmt::format("{}://{}:{}", tls ? "https" : "http", host, port); }

std::string Url::shown() const {
  const bool cut = path.size() > k_shown_path_bytes_max;
  return fmt::format("{}{}{}", origin(), path.substr(0, k_shown_path_bytes_max), cut ? "..." : "");
}

std::string Url::text() const { return origin() + path + (has_query ? "?" + query : ""); }

Url parse_url(std::string_view text) {
  if (text.size() > k_url_bytes_max) refuse_address(fmt::format("is longer than {} bytes", k_url_bytes_max));
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }))
    refuse_address("holds a blank, a control character or one that is not ASCII");
  Url out;
  out.tls = text.starts_with("https://");
  if (!out.tls && !text.starts_with("http://"))
    refuse_address("does not start with https:// (or http://, for loopback)");
  if (!out.tls) out.port = 80;
  text.remove_prefix(out.tls ? 8 : 7);
  const auto slash = std::min(text.find('/'), text.size());
  parse_authority(text.substr(0, slash), out);
  parse_target(text.substr(slash), out);
  if (!out.tls && !is_loopback(out.host))
    refuse_address(fmt::format("is plain http to {}, which is not loopback", out.host));
  return out;
}

std::string origin_of(std::string_view url) { return parse_url(url).origin(); }

}  // namespace dbw::net
