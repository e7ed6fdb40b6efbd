#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"

namespace dbw::model {

enum class RequestKind { change, query, migration, grant, resume };
enum class RequestMode { apply, dry_run, break_glass };
std::string_view kind_name(RequestKind kind);
std::string_view mode_name(RequestMode mode);
std::optional<RequestKind> parse_kind(std::string_view text);
std::optional<RequestMode> parse_mode(std::string_view text);

struct FileReference {
  std::string path;  ///< below the request's folder, components [a-z0-9][a-z0-9._-]*
  Digest sha256;
};

/// A step that runs its one UPDATE or DELETE piece by piece, each piece in a transaction of its own.
struct Batch {
  std::string key;        ///< a column as the catalogue spells it: NOT NULL, first of an index, an integer or a uuid
  std::int64_t size = 0;  ///< rows of the table that one piece looks at, whether or not they match
  Milliseconds pause{0};  ///< between two pieces
  std::optional<Seconds> lag_max;            ///< wait while a replica is further behind
  std::optional<std::int64_t> sessions_max;  ///< wait while more sessions of the server are busy
  friend bool operator==(const Batch&, const Batch&) = default;
};

/// Where a request of kind migration stands among the migrations of its database. Its one step is the migration, the
/// step's digest its checksum, the step's rollback the way down.
struct Migration {
  std::string version;  ///< digits, with "." or "_" between numbers
  std::string name;
  std::string after;  ///< the version before it; empty: it is the first
  friend bool operator==(const Migration&, const Migration&) = default;
};

/// Goes on with a step that stopped half-way.
struct Resumption {
  RequestId request;
  std::string run;                         ///< 128 bits in hexadecimal: the run that stopped, as log and ledger name it
  std::optional<std::int64_t> statement;   ///< from 1: the first to run; absent for a batched step, whose ledger knows
  RequestKind kind = RequestKind::change;  ///< of what is gone on with: change or migration
  friend bool operator==(const Resumption&, const Resumption&) = default;
};

struct RequestStep {
  std::string id;
  FileReference sql;
  std::optional<FileReference> rollback;
  bool transactional = true;  ///< transaction: required | none
  std::optional<Seconds> statement_timeout;
  std::optional<Seconds> lock_timeout;
  std::optional<std::int64_t> rows_min;  ///< expect, per step: the sum over its statements
  std::optional<std::int64_t> rows_max;
  std::optional<Batch> batch;
  std::int64_t lock_retries = 0;  ///< how often a transaction starts over that did not get a lock in time
};

/// kind: query. The rows are sealed for the people in `to`; without any they stay on the executor's host.
struct ResultsWish {
  std::vector<std::string> to;
  std::string format = "csv";  ///< csv | json | table
  std::optional<std::int64_t> max_rows;
  std::optional<std::int64_t> max_bytes;
};

struct Request {
  std::string repo_id;
  RequestId id;
  RequestKind kind = RequestKind::change;
  RequestMode mode = RequestMode::apply;
  std::string database;
  std::string environment;
  std::vector<std::string> members;  ///< of the environment's fleet; empty: all of them
  std::string requester;
  std::vector<std::string> authors;
  std::string title;
  std::string reason;
  std::string ticket;  ///< empty: none
  Timestamp created_at;
  Timestamp expires_at;
  std::vector<RequestStep> steps;
  std::optional<ResultsWish> results;
  std::string nonce;
  std::optional<RequestId> supersedes;
  std::optional<RequestId> reverts;
  std::optional<Migration> migration;
  std::optional<Resumption> resumes;  ///< of kind resume: for its first step
};

/// A batch's pause: "250ms", or as parse_duration. Throws Error{bad_time}.
Milliseconds parse_pause(std::string_view text);
std::string format_pause(Milliseconds pause);
inline constexpr std::int64_t k_batch_size_max = 1'000'000;
inline constexpr Milliseconds k_batch_pause_max{3'600'000};

/// Every file that the request names: of each step its SQL, then its rollback.
std::vector<FileReference> files_of(const Request& request);

/// kind grant is refused with Error{request_kind_unsupported} until they exist.
Request parse_request(std::string_view yaml, std::string_view source);
/// YAML whose parse gives the same request.
std::string render_request(const Request& request);

/// A requester's withdrawal of a request of their own, on the request's branch as `cancel.yaml` with `cancel.yaml.sig`.
struct Cancellation {
  std::string repo_id;
  RequestId request;
  Digest request_sha256;
  std::string by;
  Timestamp created_at;
  std::string reason;
};
Cancellation parse_cancellation(std::string_view yaml, std::string_view source);
std::string render_cancellation(const Cancellation& cancellation);

}  // namespace dbw::model
