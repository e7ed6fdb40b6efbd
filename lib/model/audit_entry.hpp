#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/ids.hpp"
#include "base/time.hpp"
#include "codec/value.hpp"

namespace dbw::model {

/// One line of an executor's log. `body` is per type and holds ASCII keys, text, integers, lists and maps only.
struct AuditEntry {
  std::string log;  ///< origin "<repo_id>/<executor>"
  std::int64_t seq = 0;
  Digest
      prev;  ///< leaf hash of the line before; of line 0: tuple_hash("dbw/audit-genesis/v1", origin, root digest text)
  Timestamp at;
  std::string type;  ///< genesis trust decision intent result deny query adopt ...
  std::optional<RequestId> request;
  std::optional<Digest> request_sha256;
  std::string database, environment;  ///< empty where the type has none
  std::string run;                    ///< hex, empty where none
  std::optional<Digest> evidence;
  codec::Value body;
  std::string tool_name, tool_version, tool_build;
};
AuditEntry parse_audit_entry(std::string_view json);
std::string emit_audit_entry(const AuditEntry& entry);

}  // namespace dbw::model
