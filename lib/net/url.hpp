#pragma once

#include <cstdint>
#include <string>
#include <string_view>

/// Addresses that are asked over HTTP, taken apart once. What is connected to is built from these parts and never from
/// the text that was given, so that what was checked and what is asked are the same. Pure.
namespace dbw::net {

struct Url {
  bool tls = true;
  std::string host;  ///< lower-case name, dotted IPv4, or IPv6 in brackets and its canonical form
  std::uint16_t port = 443;
  std::string path;   ///< from the first '/'; "/" where the address has none
  std::string query;  ///< without '?'; may hold secrets
  bool has_query = false;

  /// "https://host:port".
  std::string origin() const;
  /// What may be shown: origin and path, bounded, without the query.
  std::string shown() const;
  /// All of it.
  std::string text() const;
};

/// https://host[:port][/path[?query]], http:// for 127.0.0.1, [::1] and localhost only; RFC 3986 characters. Refused:
/// user names, fragments, blanks, control and non-ASCII characters, numbers that resolvers take for addresses (127.1,
/// 0x7f000001, 2130706433), final dots. Throws Error{net_bad_url}, which repeats no more than a host's name: the rest
/// may hold a password.
Url parse_url(std::string_view text);

/// "https://host:port" in canonical form: lower-case host, explicit port. Two addresses have the same origin where
/// these are equal. Throws Error{net_bad_url}.
std::string origin_of(std::string_view url);

}  // namespace dbw::net
