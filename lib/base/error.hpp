#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

/// Failures. `Error` is thrown when work cannot go on; `Refusal` is the plain value of a judgement ("the answer is
/// no, and this is why"). Both carry a code of the one table in error_codes.def.
namespace dbw {

/// Process exit statuses (docs/exit-statuses in the README). Kept apart so that a pipeline knows what may be retried.
enum class ExitStatus : int {
  done = 0,              ///< done or accepted; also: nothing was due
  refused = 1,           ///< the check ran and the answer is no; nothing changed
  usage = 2,             ///< wrong usage
  malformed = 3,         ///< malformed or oversized input
  environment = 4,       ///< file, git, network, configuration, expired token; may be retried
  database_refused = 5,  ///< the database refused or failed and nothing was changed
  database_unknown = 6,  ///< database state unknown or partly changed: never retry, call a person
  busy = 7,              ///< another execution holds the lock
  bug = 70,              ///< a bug in dbw
};

enum class ErrorCode : int {
#define DBW_ERROR(number, name, status, title, hint) name = number,
#include "base/error_codes.def"
#undef DBW_ERROR
};

/// One row of error_codes.def.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;  ///< the enumerator's name, e.g. "bad_usage"
  ExitStatus status;      ///< what a tool exits with when this error ends it
  std::string_view title;
  std::string_view hint;  ///< what to do, in general
};

const std::vector<ErrorInfo>& error_table();
const ErrorInfo& error_info(ErrorCode code);
/// "DBW-E0312".
std::string error_id(ErrorCode code);

/// A judgement's reason. `message` says what was found, where, and what was expected; `hint` what to do.
struct Refusal {
  ErrorCode code;
  std::string message;
  std::string hint = {};  ///< empty: the table's hint serves
};

/// Where in a document something was found; line and column are 1-based, 0 means unknown.
struct Position {
  int line = 0;
  int column = 0;
  friend bool operator==(const Position&, const Position&) = default;
};

/// "Cannot go on": thrown, caught in `cli::run_main` (or where a caller can name more context and rethrows).
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string message, std::string hint = {});
  explicit Error(const Refusal& refusal);

  /// Names the document and position: "requests/…/request.yaml:4:3: ".
  Error& at(std::string_view source, Position position = {});
  /// Adds what was being done, outermost last: "while reading the roster".
  Error& while_doing(std::string_view what);

  ErrorCode code() const { return m_code; }
  ExitStatus status() const { return error_info(m_code).status; }
  const std::string& message() const { return m_message; }
  /// The hint of this error, or of the table where none was given.
  std::string hint() const;
  Refusal refusal() const { return {m_code, m_message, m_hint}; }
  const char* what() const noexcept override { return m_message.c_str(); }

 private:
  ErrorCode m_code;
  std::string m_message;
  std::string m_hint;
};

}  // namespace dbw
