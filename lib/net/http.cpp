#include "net/http.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <new>
#include <optional>

#include <curl/curl.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/url.hpp"

namespace dbw::net {
namespace {

constexpr Seconds k_connect_max{10};
/// libcurl bounds one line of an answer's head; this bounds all of them.
constexpr std::size_t k_head_bytes_max = 64 * 1024;
constexpr std::size_t k_excerpt_bytes_max = 200;
/// Shorter words of headers are no credentials, and are found in any answer.
constexpr std::size_t k_credential_bytes_min = 8;
constexpr std::string_view k_hint = "Ask with GET or POST, headers of printable ASCII and a timeout of 1 s or more.";

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::net_bad_url, "the request " + why, std::string(k_hint));
}

bool is_header_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// Blanks at the ends and empty values are refused because libcurl reads "Name:" as an order to leave a header out.
bool is_header_value(std::string_view value) {
  return !value.empty() && value.front() != ' ' && value.back() != ' ' &&
         std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

/// What decides where a message ends and who gets it is not the caller's.
bool is_reserved(std::string_view name) {
  static constexpr std::array<std::string_view, 9> k_reserved = {"host",    "content-length", "transfer-encoding",
                                                                 "te",      "trailer",        "connection",
                                                                 "upgrade", "expect",         "accept-encoding"};
  return std::find(k_reserved.begin(), k_reserved.end(), to_lower(name)) != k_reserved.end();
}

/// Of a header only its place is named: a malformed name may be a value in the wrong field.
void require_headers(const HttpRequest& request) {
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto& [name, value] = request.headers[i];
    if (!is_header_name(name)) refuse(fmt::format("has a malformed header name (header {})", i + 1));
    if (is_reserved(name)) refuse(fmt::format("sets the header {}, which is not the caller's to set", name));
    if (!is_header_value(value)) refuse(fmt::format("has a value of the header {} that cannot be sent", name));
  }
}

void require_request(const HttpRequest& request) {
  if (request.method != "GET" && request.method != "POST") refuse("has a method other than GET and POST");
  if (request.method == "GET" && !request.body.empty()) refuse("is a GET with a body");
  if (request.timeout < Seconds(1)) refuse("has no timeout");  // to libcurl 0 means for ever
  if (request.timeout > Seconds(24 * 3600)) refuse("has a timeout of more than a day");
  require_headers(request);
}

/// Once per process, before the first handle; safe when two threads come at once.
void start_libcurl() {
  static const bool k_ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!k_ready) throw Error(ErrorCode::internal_bug, "libcurl could not be started");
}

struct HandleDeleter {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Handle = std::unique_ptr<CURL, HandleDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());  // `longer` begins with it
  list.reset(longer);
}

List header_lines(const HttpRequest& request) {
  List list;
  append(list, "Accept-Encoding: identity");
  append(list, "Expect:");  // no waiting for "100 Continue"
  bool typed = false;
  for (const auto& [name, value] : request.headers) {
    append(list, name + ": " + value);
    typed = typed || to_lower(name) == "content-type";
  }
  if (!typed) append(list, "Content-Type:");  // else libcurl calls every body a form
  return list;
}

/// What arrives, and why it was not taken in further.
struct Receipt {
  std::string body;
  std::size_t body_bytes_max = 0;
  std::size_t head_bytes = 0;
  bool body_too_large = false;
  bool head_too_large = false;
  bool out_of_memory = false;
};

/// Called by libcurl, through which no exception may pass; anything but `size` ends the exchange.
std::size_t take_body(char* data, std::size_t, std::size_t size, void* user) noexcept {
  auto& receipt = *static_cast<Receipt*>(user);
  receipt.body_too_large = size > receipt.body_bytes_max - receipt.body.size();
  if (receipt.body_too_large) return CURL_WRITEFUNC_ERROR;
  try {
    receipt.body.append(data, size);
  } catch (...) {
    receipt.out_of_memory = true;
    return CURL_WRITEFUNC_ERROR;
  }
  return size;
}

std::size_t take_head(char*, std::size_t, std::size_t size, void* user) noexcept {
  auto& receipt = *static_cast<Receipt*>(user);
  receipt.head_bytes += size;
  receipt.head_too_large = receipt.head_bytes > k_head_bytes_max;
  return receipt.head_too_large ? CURL_WRITEFUNC_ERROR : size;
}

/// An option that a libcurl does not know must not be skipped: most of them forbid something.
template <typename Value>
void set(const Handle& handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle.get(), option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK)
    throw Error(ErrorCode::internal_bug,
                fmt::format("libcurl refused option {}: {}", static_cast<int>(option), curl_easy_strerror(code)));
}

class Exchange {
 public:
  Exchange(const HttpRequest& request, const Url& url)
      : m_request(request), m_url(url), m_headers(header_lines(request)), m_handle(curl_easy_init()) {
    if (!m_handle) throw std::bad_alloc();
    m_receipt.body_bytes_max = request.bytes_max;
    set_address();
    set_trust();
    set_message();
    set_limits();
  }
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  HttpResponse run() {
    const CURLcode code = curl_easy_perform(m_handle.get());
    if (m_receipt.out_of_memory || code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
    if (code != CURLE_OK) fail(code);
    require_usable_head();
    const char* type = nullptr;
    curl_easy_getinfo(m_handle.get(), CURLINFO_CONTENT_TYPE, &type);
    return {status(), type == nullptr ? "" : type, std::move(m_receipt.body)};
  }

 private:
  void set_address() {
    set(m_handle, CURLOPT_URL, m_url.text().c_str());
    set(m_handle, CURLOPT_PATH_AS_IS, 1L);
    set(m_handle, CURLOPT_PROTOCOLS_STR, m_url.tls ? "https" : "http");
    set(m_handle, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
    set(m_handle, CURLOPT_FOLLOWLOCATION, 0L);
    set(m_handle, CURLOPT_PROXY, "");  // empty: none, whatever the environment says
    set(m_handle, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  }

  void set_trust() {
    set(m_handle, CURLOPT_SSL_VERIFYPEER, 1L);
    set(m_handle, CURLOPT_SSL_VERIFYHOST, 2L);
    set(m_handle, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    if (m_request.ca_file.empty()) return;
    set(m_handle, CURLOPT_CAINFO, m_request.ca_file.c_str());
    // Else the system's folder of roots would count beside the named file.
    set(m_handle, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  }

  void set_message() {
    set(m_handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(m_handle, CURLOPT_HTTP09_ALLOWED, 0L);
    set(m_handle, CURLOPT_USERAGENT, "dbw/" DBW_VERSION);
    set(m_handle, CURLOPT_HTTPHEADER, m_headers.get());
    if (m_request.method != "POST") return;
    set(m_handle, CURLOPT_POST, 1L);
    set(m_handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(m_request.body.size()));
    set(m_handle, CURLOPT_POSTFIELDS, m_request.body.data());
  }

  void set_limits() {
    const auto milliseconds = [](Seconds time) { return static_cast<long>(time.count() * 1000); };
    set(m_handle, CURLOPT_NOSIGNAL, 1L);
    set(m_handle, CURLOPT_TIMEOUT_MS, milliseconds(m_request.timeout));
    set(m_handle, CURLOPT_CONNECTTIMEOUT_MS, milliseconds(std::min(m_request.timeout, k_connect_max)));
    set(m_handle, CURLOPT_ERRORBUFFER, m_words.data());
    set(m_handle, CURLOPT_WRITEFUNCTION, &take_body);
    set(m_handle, CURLOPT_WRITEDATA, static_cast<void*>(&m_receipt));
    set(m_handle, CURLOPT_HEADERFUNCTION, &take_head);
    set(m_handle, CURLOPT_HEADERDATA, static_cast<void*>(&m_receipt));
  }

  int status() const {
    long status = 0;
    curl_easy_getinfo(m_handle.get(), CURLINFO_RESPONSE_CODE, &status);
    return static_cast<int>(status);
  }

  /// nullopt: the final answer has no such header.
  std::optional<std::string> header(const char* name) const {
    curl_header* found = nullptr;
    if (curl_easy_header(m_handle.get(), name, 0, CURLH_HEADER, -1, &found) != CURLHE_OK) return std::nullopt;
    return found->value;
  }

  void require_usable_head() const {
    if (to_lower(header("Content-Encoding").value_or("identity")) != "identity")
      answer_failure("is compressed, though that was not asked for");
    // libcurl takes any end of a TLS connection for the server's, so that somebody in between could cut such an answer.
    const bool bodiless = status() == 204 || status() == 304;
    if (m_url.tls && !bodiless && !header("Content-Length") && !header("Transfer-Encoding"))
      answer_failure("does not say how long it is");
  }

  [[noreturn]] void answer_failure(std::string_view what) const {
    throw Error(ErrorCode::net_answer, fmt::format("the answer of {} {}", m_url.shown(), what));
  }

  /// libcurl's words quote certificates, hence printable().
  std::string words(CURLcode code) const {
    const std::string_view text = m_words[0] != '\0' ? m_words.data() : curl_easy_strerror(code);
    return std::string(truncate_utf8(printable(text), k_excerpt_bytes_max));
  }

  [[noreturn]] void fail(CURLcode code) const {
    if (m_receipt.body_too_large) answer_failure(fmt::format("is longer than {} bytes", m_request.bytes_max));
    if (m_receipt.head_too_large) answer_failure(fmt::format("has more than {} bytes of headers", k_head_bytes_max));
    switch (code) {
      case CURLE_OPERATION_TIMEDOUT:
        throw Error(ErrorCode::net_unreachable,
                    fmt::format("{} did not answer within {}", m_url.shown(), format_duration(m_request.timeout)));
      case CURLE_PEER_FAILED_VERIFICATION:
      case CURLE_SSL_CONNECT_ERROR:
      case CURLE_SSL_CACERT_BADFILE:
      case CURLE_SSL_CERTPROBLEM:
      case CURLE_SSL_CIPHER:
      case CURLE_SSL_ISSUER_ERROR:
      case CURLE_SSL_INVALIDCERTSTATUS:
        throw Error(ErrorCode::net_untrusted, fmt::format("no trusted TLS with {}: {}", m_url.shown(), words(code)));
      case CURLE_PARTIAL_FILE:
        answer_failure("was cut off");
      case CURLE_UNSUPPORTED_PROTOCOL:  // an answer without a status line
      case CURLE_WEIRD_SERVER_REPLY:
      case CURLE_BAD_CONTENT_ENCODING:
        answer_failure("is not HTTP: " + words(code));
      case CURLE_RECV_ERROR:
        if (m_receipt.head_bytes > 0) answer_failure("broke off: " + words(code));
        break;
      default:
        break;
    }
    throw Error(ErrorCode::net_unreachable, fmt::format("cannot ask {}: {}", m_url.shown(), words(code)));
  }

  const HttpRequest& m_request;
  const Url& m_url;
  Receipt m_receipt;
  std::array<char, CURL_ERROR_SIZE> m_words{};
  List m_headers;
  Handle m_handle;  // last, so that it goes before what it points at
};

/// True where the answer tells back what must not be shown, as debugging servers and some error pages do.
bool repeats_a_secret(const HttpRequest& request, const Url& url, const std::string& answer) {
  const auto holds = [&](std::string_view text) { return !text.empty() && answer.find(text) != std::string::npos; };
  const auto is_credential = [](std::string_view word) { return word.size() >= k_credential_bytes_min; };
  for (const auto& [name, value] : request.headers) {
    const std::string lower = to_lower(name);
    if (lower == "accept" || lower == "content-type" || lower == "user-agent") continue;
    for (const std::string& word : split(value, ' ')) {
      if (is_credential(word) && holds(word)) return true;
    }
  }
  for (const std::string& field : split(url.query, '&')) {
    const auto value = field.substr(std::min(field.find('=') + 1, field.size()));
    if (is_credential(value) && holds(value)) return true;
  }
  return holds(request.body);
}

[[noreturn]] void fail_status(const HttpRequest& request, const HttpResponse& response) {
  const Url url = parse_url(request.url);
  std::string said = "nothing more";
  if (repeats_a_secret(request, url, response.body)) {
    said = "with what was sent, which is not shown";
  } else if (!response.body.empty()) {
    const std::string start = printable(truncate_utf8(response.body, k_excerpt_bytes_max));
    said = fmt::format("\"{}\"", truncate_utf8(start, k_excerpt_bytes_max));
  }
  throw Error(ErrorCode::net_status, fmt::format("{} answered {}: {}", url.shown(), response.status, said));
}

}  // namespace

HttpResponse http(const HttpRequest& request) {
  const Url url = parse_url(request.url);
  require_request(request);
  start_libcurl();
  return Exchange(request, url).run();
}

std::string fetch_body(const HttpRequest& request) {
  HttpResponse response = http(request);
  if (response.status != 200) fail_status(request, response);
  return std::move(response.body);
}

}  // namespace dbw::net
