#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

/// What to call instead; empty where nothing speaks against the function.
std::string_view better_function(std::string_view name) {
  struct Row {
    std::string_view name, better;
  };
  static constexpr Row k_functions[] = {{"md5", "sha256 or SHA2"},
                                        {"sha", "SHA2"},
                                        {"sha1", "SHA2"},
                                        {"password", "nothing: hash passwords in the application"},
                                        {"old_password", "nothing: hash passwords in the application"},
                                        {"encrypt", "AES_ENCRYPT with a mode"},
                                        {"des_encrypt", "AES_ENCRYPT with a mode"},
                                        {"uuid_generate_v1", "gen_random_uuid"},
                                        {"timeofday", "clock_timestamp"}};
  for (const Row& row : k_functions) {
    if (row.name == name) return row.better;
  }
  return "";
}

void check_disallowed_function(const RuleInput& in, Findings& out) {
  if (repeats_its_body(in)) return;
  for (const sqlparse::FunctionUse& use : in.statement.functions) {
    const std::string_view better = better_function(to_lower(use.name.name));
    if (!better.empty())
      out.add(in.statement.range, use.name.name + "() is used; rather " + std::string(better), use.name.name);
  }
}

}  // namespace

constinit const Rule k_rule_disallowed_function = {
    .info =
        {
            .id = "disallowed-function",
            .category = "security",
            .engines = k_postgresql | k_mysql,
            .revision = 2,
            .severity = model::Severity::off,
            .summary = "A call of a function that has a better one: md5, sha1, password, encrypt, uuid_generate_v1, "
                       "timeofday.",
            .why = "Digests of MD5 and SHA-1 can be forged, the old MySQL password functions are broken and gone from "
                   "MySQL 8, and version 1 UUIDs tell the time and the machine.",
            .instead = "encode(sha256(convert_to(a, 'UTF8')), 'hex'), SHA2(a, 256), gen_random_uuid()",
            .sources = "PostgreSQL manual, \"Binary String Functions\" and uuid-ossp; MySQL manual, \"Encryption and "
                       "Compression Functions\"; MariaDB manual, \"Encryption, Hashing and Compression Functions\".",
        },
    .on_statement = check_disallowed_function,
};

}  // namespace dbw::review
