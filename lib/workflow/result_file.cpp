#include "workflow/result_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::workflow {
namespace {

constexpr std::size_t k_buffer_bytes = 256 * 1024;
constexpr off_t k_write_back_bytes = 8 * 1024 * 1024;

/// RFC 4180, section 2: what must stand between quotes.
constexpr auto k_csv_special = [] {
  std::array<bool, 256> out{};
  for (const char c : {',', '"', '\r', '\n'}) out[static_cast<unsigned char>(c)] = true;
  return out;
}();

bool needs_quotes(std::string_view text) {
  return text.empty() ||
         std::any_of(text.begin(), text.end(), [](char c) { return k_csv_special[static_cast<unsigned char>(c)]; });
}

void append_csv(std::string& out, std::string_view text) {
  if (!needs_quotes(text)) {
    out += text;
    return;
  }
  out += '"';
  for (auto quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    out.append(text.substr(0, quote + 1)) += '"';
    text.remove_prefix(quote + 1);
  }
  out.append(text) += '"';
}

/// JSON string of any bytes: what is not UTF-8 is escaped as printable() shows it.
void append_json(std::string& out, std::string_view text) {
  if (!is_utf8(text)) return append_json(out, printable(text));
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

ResultFile::ResultFile(std::filesystem::path file, std::string_view format, std::int64_t rows_max,
                       std::int64_t bytes_max, const std::vector<crypto::AgeRecipient>& recipients)
    : m_file(std::move(file)),
      m_temporary(m_file.string() + ".part"),
      m_format(format == "json"    ? Format::json
               : format == "table" ? Format::table
                                   : Format::csv),
      m_rows_max(rows_max),
      m_bytes_max(bytes_max) {
  make_folders(m_file.parent_path(), 0700);
  m_fd = Fd(::open(m_temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (!m_fd)
    throw Error(ErrorCode::file_unwritable,
                fmt::format("cannot write {}: {}", m_temporary.string(), std::strerror(errno)));
  if (!recipients.empty()) {
    m_seal = std::make_unique<crypto::AgeWriter>(recipients, [this](std::string_view sealed) {
      m_sealed_hash.update(sealed);
      put(sealed);
    });
  }
  m_worker.emplace([this](std::string_view block) { store(block); });
}

ResultFile::~ResultFile() {
  m_worker.reset();
  if (m_fd) ::unlink(m_temporary.c_str());
}

void ResultFile::columns(const std::vector<db::Column>& columns) {
  const std::size_t before = m_buffer.size();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string& name = columns[i].name;
    if (m_format == Format::csv) append_csv(m_buffer.append(i == 0 ? "" : ","), name);
    if (m_format == Format::table) m_buffer.append(i == 0 ? "" : " | ").append(printable(name));
    if (m_format == Format::json) append_json(m_names.emplace_back(), name);
  }
  if (m_format == Format::csv) m_buffer += "\r\n";
  if (m_format == Format::table) m_buffer += '\n';
  keep(before);
}

bool ResultFile::row(db::Row row) {
  if (!m_truncated.empty()) return false;
  if (rows() >= m_rows_max) {
    m_truncated = "rows";
    return false;
  }
  const std::size_t before = m_buffer.size();
  switch (m_format) {
    case Format::csv:
      append_csv_row(row);
      break;
    case Format::json:
      append_json_row(row);
      break;
    case Format::table:
      append_table_row(row);
      break;
  }
  if (!keep(before)) return false;
  m_rows.store(rows() + 1, std::memory_order_relaxed);
  return true;
}

void ResultFile::append_csv_row(db::Row row) {
  bool first = true;
  for (const db::Field& field : row) {
    if (!std::exchange(first, false)) m_buffer += ',';
    if (field) append_csv(m_buffer, *field);
  }
  m_buffer += "\r\n";
}

void ResultFile::append_json_row(db::Row row) {
  m_buffer += '[';
  for (std::size_t i = 0; i < row.size(); ++i) {
    m_buffer.append(i == 0 ? "[" : ",[").append(m_names[i]) += ',';
    row[i] ? append_json(m_buffer, *row[i]) : static_cast<void>(m_buffer += "null");
    m_buffer += ']';
  }
  m_buffer += "]\n";
}

void ResultFile::append_table_row(db::Row row) {
  bool first = true;
  for (const db::Field& field : row) {
    if (!std::exchange(first, false)) m_buffer += " | ";
    m_buffer += field ? printable(*field) : "NULL";
  }
  m_buffer += '\n';
}

/// What was put behind `before` stays, or goes again where it is too much.
bool ResultFile::keep(std::size_t before) {
  const auto added = static_cast<std::int64_t>(m_buffer.size() - before);
  if (added > m_bytes_max - bytes()) {
    m_buffer.resize(before);
    m_truncated = "bytes";
    return false;
  }
  m_bytes.store(bytes() + added, std::memory_order_relaxed);
  if (m_buffer.size() >= k_buffer_bytes) m_worker->take(m_buffer);
  return true;
}

/// In the thread of m_worker.
void ResultFile::store(std::string_view block) {
  m_hash.update(block);
  m_seal ? m_seal->write(block) : put(block);
}

void ResultFile::put(std::string_view left) {
  while (!left.empty()) {
    const ssize_t written = ::write(m_fd.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw Error(ErrorCode::file_unwritable,
                  fmt::format("cannot write {}: {}", m_temporary.string(), std::strerror(errno)));
    left.remove_prefix(static_cast<std::size_t>(written));
    m_stored += written;
  }
  // Otherwise everything would have to reach the disk at the end, while nothing else is left to do.
  if (m_stored - m_started < k_write_back_bytes) return;
  ::sync_file_range(m_fd.get(), m_started, m_stored - m_started, SYNC_FILE_RANGE_WRITE);
  m_started = m_stored;
}

Digest ResultFile::finish() {
  m_worker->take(m_buffer);
  m_worker->finish();
  if (m_seal) {
    m_seal->finish();
    m_sealed = m_sealed_hash.finish();
  }
  const bool stored = ::fsync(m_fd.get()) == 0 && ::rename(m_temporary.c_str(), m_file.c_str()) == 0;
  if (!stored)
    throw Error(ErrorCode::file_unwritable, fmt::format("cannot write {}: {}", m_file.string(), std::strerror(errno)));
  m_fd.close();
  return m_hash.finish();
}

}  // namespace dbw::workflow
