#include "workflow/result_file.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::workflow {
namespace {

constexpr std::size_t k_buffer_bytes = 256 * 1024;

std::string csv_field(const db::Field& field) {
  if (!field) return "";
  const bool quoted = field->empty() || field->find_first_of(",\"\r\n") != std::string_view::npos;
  if (!quoted) return std::string(*field);
  std::string out = "\"";
  for (const char c : *field) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

/// JSON string of any bytes: what is not UTF-8 is escaped as printable() shows it.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : is_utf8(text) ? std::string(text) : printable(text)) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
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
  if (recipients.empty()) return;
  m_seal = std::make_unique<crypto::AgeWriter>(recipients, [this](std::string_view sealed) {
    m_sealed_hash.update(sealed);
    put(sealed);
  });
}

ResultFile::~ResultFile() {
  if (m_fd) ::unlink(m_temporary.c_str());
}

void ResultFile::columns(const std::vector<db::Column>& columns) {
  std::string header;
  for (const db::Column& column : columns) {
    m_names.push_back(column.name);
    if (m_format == Format::csv) header += (header.empty() ? "" : ",") + csv_field(db::Field(column.name));
    if (m_format == Format::table) header += (header.empty() ? "" : " | ") + printable(column.name);
  }
  if (m_format == Format::csv) header += "\r\n";
  if (m_format == Format::table) header += "\n";
  if (m_format != Format::json) write(header);
}

bool ResultFile::row(db::Row row) {
  if (m_rows >= m_rows_max) {
    m_truncated = "rows";
    return false;
  }
  if (!write(render(row))) return false;
  ++m_rows;
  return true;
}

std::string ResultFile::render(db::Row row) const {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i) {
    switch (m_format) {
      case Format::csv:
        if (i != 0) out += ',';
        out += csv_field(row[i]);
        break;
      case Format::json:
        out += i == 0 ? "[" : ",";
        out += fmt::format("[{},{}]", json_text(m_names[i]), row[i] ? json_text(*row[i]) : "null");
        break;
      case Format::table:
        if (i != 0) out += " | ";
        out += row[i] ? printable(*row[i]) : "NULL";
        break;
    }
  }
  return out + (m_format == Format::csv ? "\r\n" : m_format == Format::json ? "]\n" : "\n");
}

bool ResultFile::write(std::string_view text) {
  if (m_bytes + static_cast<std::int64_t>(text.size()) > m_bytes_max) {
    m_truncated = "bytes";
    return false;
  }
  m_bytes += static_cast<std::int64_t>(text.size());
  m_buffer += text;
  if (m_buffer.size() >= k_buffer_bytes) flush();
  return true;
}

void ResultFile::flush() {
  m_hash.update(m_buffer);
  m_seal ? m_seal->write(m_buffer) : put(m_buffer);
  m_buffer.clear();
}

void ResultFile::put(std::string_view left) {
  while (!left.empty()) {
    const ssize_t written = ::write(m_fd.get(), left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0)
      throw Error(ErrorCode::file_unwritable,
                  fmt::format("cannot write {}: {}", m_temporary.string(), std::strerror(errno)));
    left.remove_prefix(static_cast<std::size_t>(written));
  }
}

Digest ResultFile::finish() {
  flush();
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
