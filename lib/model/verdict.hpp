#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/sql_types.hpp"
#include "model/request.hpp"
#include "model/trust_documents.hpp"

namespace dbw::model {

enum class Severity { off, info, warning, error, block };
std::string_view severity_name(Severity severity);
std::optional<Severity> parse_severity(std::string_view text);

enum class Risk { low, medium, high, critical, unknown };
std::string_view risk_name(Risk risk);
std::optional<Risk> parse_risk(std::string_view text);

/// One judgement of a rule about one place. Views are of the rule's own record, which lives as long as the program.
struct Finding {
  std::string_view rule;  ///< "create-index-not-concurrent"
  Severity severity = Severity::warning;
  std::string file;  ///< the step's SQL path
  ByteRange range;
  std::string message;          ///< what, in one sentence
  std::string_view why;         ///< what happens to production
  std::string_view suggestion;  ///< what to do instead; SQL where one exists
  std::string object;           ///< "public.orders", may be empty
  bool waived = false;          ///< by policy; then it does not block
  std::string waiver;           ///< who, why, until; or the inline dbw:allow reason that asks for one
  bool by_comment = false;      ///< the waiver, or the wish for one, is an inline comment's
};

struct RiskFactor {
  std::string name;
  int weight = 0;
  std::string source;  ///< where the number comes from, in words
};

struct ReviewedStatement {
  std::string file;
  ByteRange range;
  StatementClass statement_class = StatementClass::opaque;
  bool read_only = false;
};

/// What review says of the SQL of one request (or of plain files).
struct Review {
  std::vector<ReviewedStatement> statements;
  std::vector<Finding> findings;  ///< sorted by file, range, rule
  std::vector<RiskFactor> factors;
  Risk risk = Risk::unknown;
  Digest rule_set;                              ///< digest of rule ids, versions and severities in force
  std::vector<StatementClass> classes() const;  ///< distinct, sorted
  bool read_only() const;                       ///< there are statements and each is proven read-only
  bool blocked() const;                         ///< an unwaived finding of severity block
};

/// What approvers sign the digest of: canonical JSON, no times, signer or statistics.
struct Verdict {
  RequestId request;
  Digest request_sha256;
  std::vector<FileReference> files;
  std::string workflow;
  std::vector<Step> steps;  ///< required, raised ones included, sorted by id
  Review review;
};
std::string emit_verdict(const Verdict& verdict);

}  // namespace dbw::model
