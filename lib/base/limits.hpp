#pragma once

#include <cstddef>
#include <cstdint>

/// Every limit of dbw: a named constant with its unit, and why it is there. `docs/limits.md` lists them.
namespace dbw {

/// Signed YAML documents; people read and sign them whole.
inline constexpr std::size_t k_yaml_bytes_max = 64 * 1024;
/// Nesting of YAML and JSON documents; ours need 6.
inline constexpr int k_document_depth_max = 8;
/// SQL of one request; policy may raise it.
inline constexpr std::size_t k_sql_bytes_default = 1024 * 1024;
/// The most that policy may allow for the SQL of one request.
inline constexpr std::size_t k_sql_bytes_max = 16 * 1024 * 1024;
/// One statement; libpg_query's stack need grows with it.
inline constexpr std::size_t k_statement_bytes_max = 1024 * 1024;
/// Statements of one request.
inline constexpr std::size_t k_statements_max = 10'000;
/// Sets of fixes that are tried where all of them together fail: each costs a review of the whole change, so that of a
/// large change fewer are tried, down to those that review this many statements.
inline constexpr std::size_t k_fix_tries_max = 256;
inline constexpr std::size_t k_fix_statements_reviewed_max = 100'000;
/// Files that a fix cuts one into: their numbers have two digits, so that they sort.
inline constexpr std::size_t k_fix_steps_max = 99;
/// Decisions looked at for one request; more is an attack on our time.
inline constexpr std::size_t k_decisions_max = 256;
/// Root versions followed from a pin.
inline constexpr std::size_t k_root_steps_max = 1024;
/// An execution token in its one-line form; CI variables hold it.
inline constexpr std::size_t k_token_bytes_max = 16 * 1024;
/// A database password, secret_id or one-line token of a secrets server.
inline constexpr std::size_t k_password_bytes_max = 16 * 1024;
/// A .pgpass or option file with passwords.
inline constexpr std::size_t k_password_file_bytes_max = 1024 * 1024;
/// An answer of Vault: a login is below 4 KiB.
inline constexpr std::size_t k_vault_answer_bytes_max = 64 * 1024;
/// The certificate revocation lists of a database server's authorities; those of large public ones have some MB.
inline constexpr std::size_t k_revocation_lists_bytes_max = 32 * 1024 * 1024;
/// Rows of one look into a database's catalogue: 100,000 columns are more than a schema that people read.
inline constexpr std::size_t k_own_rows_max = 100'000;
/// The payload of a schema snapshot, and its envelope, which holds it in base64.
inline constexpr std::size_t k_snapshot_bytes_max = 32 * 1024 * 1024;
inline constexpr std::size_t k_snapshot_envelope_bytes_max = k_snapshot_bytes_max / 2 * 3;
/// One line of the audit log.
inline constexpr std::size_t k_audit_line_bytes_max = 32 * 1024;
/// A decision's commit message.
inline constexpr std::size_t k_decision_message_bytes_max = 4 * 1024;
/// A raw commit object that we are willing to parse.
inline constexpr std::size_t k_commit_bytes_max = 16 * 1024;
/// RSA keys of people, where a policy admits them: shorter ones are too weak.
inline constexpr int k_rsa_bits_min = 3072;
/// RSA keys of people: longer ones only cost time to verify.
inline constexpr int k_rsa_bits_max = 8192;
/// RSA keys that CI hosts sign their tokens with; GitLab and GitHub use this length.
inline constexpr int k_web_rsa_bits_min = 2048;
/// A CI host's token; GitLab's grow with the groups of a user.
inline constexpr std::size_t k_web_token_bytes_max = 16 * 1024;
/// A CI host's key set, or its configuration document.
inline constexpr std::size_t k_web_key_set_bytes_max = 256 * 1024;
/// Views of views that a review follows in a schema snapshot, which nobody may have signed.
inline constexpr int k_view_depth_max = 100;
/// Rows of one query result unless policy says otherwise.
inline constexpr std::int64_t k_result_rows_default = 10'000;
/// Bytes of one query result unless policy says otherwise.
inline constexpr std::int64_t k_result_bytes_default = 10 * 1024 * 1024;
/// Rows of one result that is sealed: it travels as one file through Git, whose hosts take up to 100 MB.
inline constexpr std::int64_t k_sealed_rows_bytes_max = 64 * 1024 * 1024;
/// A sealed file: the rows with 16 bytes more for each 64 KiB, and its head.
inline constexpr std::size_t k_sealed_file_bytes_max = 65 * 1024 * 1024;
/// People whom one query's result is sealed for.
inline constexpr std::size_t k_result_recipients_max = 128;
/// The head of a sealed file; each person it is sealed for takes about 100 bytes.
inline constexpr std::size_t k_age_header_bytes_max = 64 * 1024;
/// Age of the freshest root, policy: a root lives at most this many days.
inline constexpr int k_root_days_max = 400;
/// Roster and policy live at most this many days; people renew them.
inline constexpr int k_roster_days_max = 400;
/// A request lives at most this many days: what was reviewed then is not what runs into today's schema.
inline constexpr int k_request_days_max = 90;
/// After policy expired, break-glass requests still run for this many days.
inline constexpr int k_policy_grace_days = 14;
/// Clock skew that is forgiven, in seconds.
inline constexpr int k_clock_skew_seconds = 60;
/// Execution token lifetime: default and most, in seconds.
inline constexpr int k_token_seconds_default = 5 * 60;
inline constexpr int k_token_seconds_max = 15 * 60;

}  // namespace dbw
