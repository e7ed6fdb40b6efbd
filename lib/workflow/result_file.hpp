#pragma once

#include <atomic>
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
#include "workflow/block_worker.hpp"

namespace dbw::workflow {

/// Streams a result into a file of mode 0600 with constant memory; a second thread hashes, seals and writes. The file
/// appears under its name only when complete.
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
  /// So far; may be called from another thread, as bytes().
  std::int64_t rows() const { return m_rows.load(std::memory_order_relaxed); }
  std::int64_t bytes() const { return m_bytes.load(std::memory_order_relaxed); }
  /// "rows" or "bytes" where a bound ended the read, else empty.
  const std::string& truncated() const { return m_truncated; }

 private:
  enum class Format { csv, json, table };
  void append_csv_row(db::Row row);
  void append_json_row(db::Row row);
  void append_table_row(db::Row row);
  bool keep(std::size_t before);
  void store(std::string_view block);
  void put(std::string_view left);

  std::filesystem::path m_file, m_temporary;
  Format m_format;
  std::int64_t m_rows_max, m_bytes_max;
  std::atomic<std::int64_t> m_rows = 0, m_bytes = 0;
  std::string m_truncated;
  std::string m_buffer;
  std::vector<std::string> m_names;  ///< for JSON, as JSON
  Fd m_fd;
  crypto::Sha256 m_hash, m_sealed_hash;
  std::unique_ptr<crypto::AgeWriter> m_seal;
  std::optional<Digest> m_sealed;
  off_t m_stored = 0, m_started = 0;    ///< bytes of the file; those whose way to the disk began
  std::optional<BlockWorker> m_worker;  ///< last: its thread uses what is above, but for m_buffer, rows and bytes
};

}  // namespace dbw::workflow
