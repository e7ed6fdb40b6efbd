#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/files.hpp"
#include "crypto/age.hpp"
#include "crypto/hash.hpp"
#include "db/rows.hpp"

namespace dbw::workflow {

/// Streams a result into a file of mode 0600 with constant memory. The file appears under its name only when complete.
class ResultFile : public db::RowSink {
 public:
  /// `format`: csv (RFC 4180, CRLF, header line; NULL is an empty field, the empty string is ""), json (one object list
  /// [name, value] per line, names may repeat), table (for people). Throws Error{file_unwritable}.
  /// With `recipients`, only what is sealed for them reaches the disk.
  ResultFile(std::filesystem::path file, std::string_view format, std::int64_t rows_max, std::int64_t bytes_max,
             const std::vector<crypto::AgeRecipient>& recipients = {});
  ~ResultFile() override;

  void columns(const std::vector<db::Column>& columns) override;
  bool row(db::Row row) override;

  /// Syncs and renames; returns the SHA-256 of the result's bytes. Throws Error{file_unwritable}.
  Digest finish();
  /// After finish(): the SHA-256 of the sealed file; nullopt where it is not sealed.
  const std::optional<Digest>& sealed() const { return m_sealed; }
  std::int64_t rows() const { return m_rows; }
  std::int64_t bytes() const { return m_bytes; }
  /// "rows" or "bytes" where a bound ended the read, else empty.
  const std::string& truncated() const { return m_truncated; }

 private:
  enum class Format { csv, json, table };
  std::string render(db::Row row) const;
  bool write(std::string_view text);
  void flush();
  void put(std::string_view left);

  std::filesystem::path m_file, m_temporary;
  Format m_format;
  std::int64_t m_rows_max, m_bytes_max;
  std::int64_t m_rows = 0, m_bytes = 0;
  std::string m_truncated;
  std::string m_buffer;
  std::vector<std::string> m_names;
  Fd m_fd;
  crypto::Sha256 m_hash, m_sealed_hash;
  std::unique_ptr<crypto::AgeWriter> m_seal;
  std::optional<Digest> m_sealed;
};

}  // namespace dbw::workflow
