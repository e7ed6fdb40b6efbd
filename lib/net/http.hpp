#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

/// The one HTTP client. A server must prove who it is (TLS 1.2 or newer, certificate and host name; no option switches
/// that off), its answer is bounded in size and time, and nothing comes from the environment, a netrc file or a cookie.
/// It must not know what an answer means, follow redirects or try again.
namespace dbw::net {

struct HttpRequest {
  std::string method = "GET";                                     ///< GET or POST
  std::string url;                                                ///< see parse_url() in net/url.hpp
  std::vector<std::pair<std::string, std::string>> headers = {};  ///< may hold secrets; never in an error's text
  std::string body = {};                                          ///< of a POST
  std::filesystem::path ca_file = {};                             ///< the only TLS roots; empty: the system's
  Seconds timeout{30};                                            ///< of the whole exchange; connecting: 10 s at most
  std::size_t bytes_max = 1024 * 1024;                            ///< of the answer's body
};

/// From a server: to be judged, and printable() before it is shown.
struct HttpResponse {
  int status = 0;  ///< of the final answer, 200 or above
  std::string content_type;
  std::string body;
};

/// One exchange. Every status is an answer, redirects too. Errors name scheme, host, port and path, never a query, a
/// header's value or a body. Throws
///   Error{net_bad_url}      the address, a header, the method or the timeout is refused; nothing was connected
///   Error{net_unreachable}  no connection, or no answer in time
///   Error{net_untrusted}    no TLS with a verified certificate for that host name
///   Error{net_answer}       not HTTP, cut off, compressed, larger than allowed, or over TLS without a length.
HttpResponse http(const HttpRequest& request);

/// The answer's body where its status is 200. Throws as http(), and for any other status Error{net_status} with at most
/// 200 printable bytes of the answer, or none where the answer repeats a credential, the query or the body sent.
std::string fetch_body(const HttpRequest& request);

}  // namespace dbw::net
