#include "git/url.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::git {
namespace {

constexpr std::string_view k_letters_digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The address is not repeated: it may be refused because it holds a password.
[[noreturn]] void refuse(std::string_view why) {
  throw Error(ErrorCode::git_bad_url, fmt::format("the remote's address {}", why));
}

bool consists_of(std::string_view text, std::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return k_letters_digits.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// "[user@]host[:port]" taken apart.
struct Authority {
  std::string user;
  std::string host;
};

Authority parse_authority(std::string_view text, bool with_port) {
  Authority out;
  if (const auto at = text.rfind('@'); at != std::string_view::npos) {
    out.user = std::string(text.substr(0, at));
    text.remove_prefix(at + 1);
    if (out.user.find(':') != std::string::npos) refuse("holds a password; it would show in process lists and logs");
    if (out.user.empty() || out.user.front() == '-' || !consists_of(out.user, "._-"))
      refuse("has a malformed user name");
  }
  const bool bracketed = text.starts_with('[');
  const auto host_end = bracketed ? text.find(']') : text.find(':');
  if (bracketed && host_end == std::string_view::npos) refuse("has a malformed host name");
  out.host = std::string(text.substr(bracketed ? 1 : 0, host_end - (bracketed ? 1 : 0)));
  text.remove_prefix(host_end == std::string_view::npos ? text.size() : host_end + (bracketed ? 1 : 0));
  if (out.host.empty() || out.host.front() == '-' || !consists_of(out.host, bracketed ? ":." : "._-"))
    refuse("has a malformed host name");
  if (!text.empty() && (!with_port || text.front() != ':' || !is_port(text.substr(1)))) refuse("has a malformed port");
  return out;
}

bool is_loopback(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  const auto parts = split(host, '.');
  return parts.size() == 4 && parts.front() == "127" &&
         std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
           return !part.empty() && part.size() <= 3 && part.find_first_not_of("0123456789") == std::string::npos;
         });
}

void require_http(std::string_view rest, bool plain, bool allow_http) {
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) refuse("has no path");
  if (rest.find_first_of("?# ") != std::string_view::npos) refuse("holds a blank, a query or a fragment");
  const Authority authority = parse_authority(rest.substr(0, slash), true);
  if (!authority.user.empty()) refuse("holds a user or token; give tokens as a header");
  if (plain && !allow_http && !is_loopback(authority.host)) refuse("is plain http to another host; use https");
}

void require_ssh(std::string_view rest) {
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos) refuse("has no path");
  parse_authority(rest.substr(0, slash), true);
}

/// "[user@]host:path".
void require_scp_form(std::string_view url) {
  const auto at = url.find('@');
  const auto host = at == std::string_view::npos ? 0 : at + 1;
  const auto bracket = url.substr(host).starts_with('[') ? url.find(']', host) : host;
  const auto colon = bracket == std::string_view::npos ? bracket : url.find(':', bracket);
  const bool colon_in_user = at != std::string_view::npos && url.substr(0, at).find(':') != std::string_view::npos;
  if (colon_in_user) refuse("holds a password; it would show in process lists and logs");
  if (colon == std::string_view::npos || url.find('/') < colon)
    refuse("is none of /path, file://, ssh://, user@host:path, https://");
  parse_authority(url.substr(0, colon), false);
  const std::string_view path = url.substr(colon + 1);
  if (path.empty() || path.front() == '-' || path.front() == ':') refuse("has a malformed path");
}

Protocol require_url(const Remote& remote) {
  const std::string_view url = remote.url;
  std::string what;
  if (url.empty() || url.front() == '-') refuse("is empty or starts with a dash");
  if (url.find('\n') != std::string_view::npos ||
      find_forbidden_character(url, false, &what) != std::string_view::npos) {
    refuse("holds a control or hidden character");
  }
  if (url.front() == '/') return Protocol::file;
  const auto scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) {
    require_scp_form(url);
    return Protocol::ssh;
  }
  const std::string_view scheme = url.substr(0, scheme_end);
  const std::string_view rest = url.substr(scheme_end + 3);
  if (scheme == "file") {
    if (!rest.starts_with('/')) refuse("is a file:// address without an absolute path");
    return Protocol::file;
  }
  if (scheme == "ssh") {
    require_ssh(rest);
    return Protocol::ssh;
  }
  if (scheme != "https" && scheme != "http") refuse("has a scheme other than file, ssh, https, http");
  require_http(rest, scheme == "http", remote.allow_http);
  return scheme == "http" ? Protocol::http : Protocol::https;
}

/// ssh expands %, $ and ~ in file names and splits at blanks; what needs no quoting cannot be quoted wrongly.
void require_plain_path(const std::filesystem::path& path, std::string_view what) {
  const std::string text = path.string();
  if (text.empty()) return;
  if (text.front() != '/' || !consists_of(text, "/._+,@=:-")) {
    throw Error(
        ErrorCode::git_bad_url,
        fmt::format("{} \"{}\" must be an absolute path of letters, digits and /._+,@=:-", what, printable(text)));
  }
}

void require_header(const std::string& header) {
  const auto colon = header.find(": ");
  const bool printable_ascii = std::all_of(header.begin(), header.end(), [](char c) { return c >= ' ' && c <= '~'; });
  const bool named =
      colon != std::string::npos && colon > 0 && consists_of(header.substr(0, colon), "-") && colon + 2 < header.size();
  if (!header.empty() && !(printable_ascii && named)) {
    throw Error(ErrorCode::git_bad_url, "the token header must read \"Name: value\" in printable ASCII");
  }
}

void require_proxy(const std::string& proxy) {
  const bool plain = consists_of(proxy, ":/@._-[]%~!");
  const bool known = proxy.starts_with("http://") || proxy.starts_with("https://") || proxy.starts_with("socks5h://");
  if (!proxy.empty() && !(plain && known)) {
    throw Error(ErrorCode::git_bad_url, "the proxy must be an http://, https:// or socks5h:// address");
  }
}

}  // namespace

std::string name_of(Protocol protocol) {
  switch (protocol) {
    case Protocol::file:
      return "file";
    case Protocol::ssh:
      return "ssh";
    case Protocol::http:
      return "http";
    case Protocol::https:
      return "https";
  }
  return "never";
}

Protocol require_remote(const Remote& remote) {
  const Protocol protocol = require_url(remote);
  require_plain_path(remote.ssh_key, "the ssh key's path");
  require_plain_path(remote.known_hosts, "the path of known_hosts");
  require_header(remote.token_header);
  require_proxy(remote.proxy);
  return protocol;
}

}  // namespace dbw::git
