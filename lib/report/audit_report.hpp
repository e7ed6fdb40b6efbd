#pragma once

#include <string>

#include "codec/value.hpp"
#include "model/audit_entry.hpp"

/// Entries of the audit log as text and JSON. Everything that came from the log is escaped.
namespace dbw::report {

/// One line: "     17  2026-11-20T10:15:00Z  intent   REQ-20261120-K7QF  shop/production  apply change, steps 001".
std::string audit_entry_line(const model::AuditEntry& entry);
/// Several lines: every field and the body as indented JSON.
std::string audit_entry_text(const model::AuditEntry& entry);
/// The entry as it stands in the log, as a value (for --format json).
codec::Value audit_entry_json(const model::AuditEntry& entry);

}  // namespace dbw::report
