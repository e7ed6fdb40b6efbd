#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

/// The standard streams of a tool. Nothing here knows commands or arguments.
namespace dbw::cli {

/// Standard output behind one buffer. Every byte is accounted for: a failed write throws Error{output_closed} when the
/// reader is gone, Error{file_unwritable} otherwise (full device, closed descriptor), Error{interrupted} on a signal.
class Output {
 public:
  static Output& standard();  ///< the process has one standard output
  /// Forgets what an earlier run left, and looks whether standard output is a terminal.
  void start();
  void write(std::string_view text);
  void flush();

 private:
  std::string m_buffer;
  bool m_terminal = false;
};

/// Standard error, unbuffered; failures are ignored because there is nowhere left to report them.
void write_error_stream(std::string_view text);

/// Opens descriptors 0 to 2 where the caller closed them, in the direction that makes every use fail: otherwise the
/// next file opened would take the number and receive our output.
void claim_standard_descriptors();

/// Text of unknown origin for a terminal or a CI log: printable(), and no line that a CI system would take for a
/// command (`::set-output`, `##[error]`, `##vso[`).
std::string terminal_safe(std::string_view text);

/// `text` as a JSON string with its quotes.
std::string json_quote(std::string_view text);

/// "dbw-sign: error[DBW-E0312]: message" and a "  hint: " line; one JSON object where `json`.
std::string format_error(std::string_view tool, const Error& error, bool json);

}  // namespace dbw::cli
