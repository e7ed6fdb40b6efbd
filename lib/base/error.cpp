#include "base/error.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace dbw {

const std::vector<ErrorInfo>& error_table() {
  static const std::vector<ErrorInfo> k_table = {
#define DBW_ERROR(number, name, status, title, hint) {ErrorCode::name, #name, ExitStatus::status, title, hint},
#include "base/error_codes.def"
#undef DBW_ERROR
  };
  return k_table;
}

const ErrorInfo& error_info(ErrorCode code) {
  const auto& table = error_table();
  const auto it = std::find_if(table.begin(), table.end(), [&](const ErrorInfo& row) { return row.code == code; });
  return it == table.end() ? table.front() : *it;
}

std::string error_id(ErrorCode code) { return fmt::format("DBW-E{:04}", static_cast<int>(code)); }

Error::Error(ErrorCode code, std::string message, std::string hint)
    : m_code(code), m_message(std::move(message)), m_hint(std::move(hint)) {}

Error::Error(const Refusal& refusal) : Error(refusal.code, refusal.message, refusal.hint) {}

Error& Error::at(std::string_view source, Position position) {
  if (position.line > 0) {
    m_message = fmt::format("{}:{}:{}: {}", source, position.line, position.column, m_message);
  } else {
    m_message = fmt::format("{}: {}", source, m_message);
  }
  return *this;
}

Error& Error::while_doing(std::string_view what) {
  m_message += fmt::format(" (while {})", what);
  return *this;
}

std::string Error::hint() const { return m_hint.empty() ? std::string(error_info(m_code).hint) : m_hint; }

}  // namespace dbw
