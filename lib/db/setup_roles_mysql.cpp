// Whether an account is weak enough to run SQL of requests, from what SHOW GRANTS says.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.hpp"
#include "db/mysql_session.hpp"
#include "db/setup_mysql.hpp"

namespace dbw::db {
namespace {

/// One line of SHOW GRANTS.
struct Grant {
  std::vector<std::string> privileges;  ///< upper case, without column lists
  std::string database;                 ///< "*", or a name, in which % and _ are wildcards where `object` is "*"
  std::string object;                   ///< "*", a table, "PROCEDURE name", "FUNCTION name"
  bool with_grant = false;
};

/// Reads `name` with its quotes doubled; leaves `text` behind it.
std::string take_name(std::string_view& text) {
  std::string out;
  if (!text.starts_with('`')) {
    const std::size_t end = std::min(text.find_first_of(". "), text.size());
    out = text.substr(0, end);
    text.remove_prefix(end);
    return out;
  }
  text.remove_prefix(1);
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '`' && !text.starts_with('`')) break;
    if (c == '`') text.remove_prefix(1);
    out += c;
  }
  return out;
}

/// Splits at commas outside of parentheses and back-ticks, up to the word ON; empty where there is no ON.
std::vector<std::string> take_privileges(std::string_view& text) {
  std::vector<std::string> out(1);
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '`') quoted = !quoted;
    if (!quoted && c == '(') ++depth;
    if (!quoted && depth == 0 && text.substr(i).starts_with(" ON ")) {
      text.remove_prefix(i + 4);
      for (std::string& each : out) each = std::string(trim(each));
      return out;
    }
    if (!quoted && depth == 0 && c == ',') {
      out.emplace_back();
    } else if (depth == 0) {
      out.back() += c;
    }
    if (!quoted && c == ')') --depth;
  }
  return {};
}

std::optional<Grant> parse_grant(std::string_view line) {
  Grant out;
  constexpr std::string_view k_grant = "GRANT ";
  if (!line.starts_with(k_grant)) return std::nullopt;
  line.remove_prefix(k_grant.size());
  out.privileges = take_privileges(line);
  if (out.privileges.empty()) return std::nullopt;
  std::string kind;
  for (const std::string_view each : {"PROCEDURE ", "FUNCTION ", "PACKAGE BODY ", "PACKAGE ", "TABLE "}) {
    if (!line.starts_with(each)) continue;
    if (each != "TABLE ") kind = each;
    line.remove_prefix(each.size());
    break;
  }
  out.database = take_name(line);
  if (!line.starts_with('.')) return std::nullopt;
  line.remove_prefix(1);
  out.object = kind + take_name(line);
  out.with_grant = line.find(" WITH GRANT OPTION") != std::string_view::npos;
  return out;
}

/// Whether `pattern` of a grant on a whole database covers `name`; case does not count, to be on the safe side.
bool covers(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '%') return covers(pattern.substr(1), name) || (!name.empty() && covers(pattern, name.substr(1)));
  if (name.empty()) return false;
  const bool escaped = pattern[0] == '\\' && pattern.size() > 1;
  const char c = escaped ? pattern[1] : pattern[0];
  if (c != name[0] && (escaped || c != '_')) return false;
  return covers(pattern.substr(escaped ? 2 : 1), name.substr(1));
}

class Judge {
 public:
  Judge(std::string_view ledger, RoleUse use) : m_ledger(to_lower(ledger)), m_use(use) {}

  void judge(const std::string& line) {
    if (line.starts_with("SET DEFAULT ROLE") || line.starts_with("REVOKE ")) return;
    const std::optional<Grant> grant = parse_grant(line);
    if (!grant) return refuse(fmt::format("has a role, or a right that dbw does not know: {}", printable(what(line))));
    if (grant->with_grant) refuse("may pass its rights on");
    for (const std::string& privilege : grant->privileges) judge(*grant, privilege);
  }
  std::vector<Refusal> take() { return std::move(m_found); }

 private:
  /// Without the name and, in old servers, the hash of the password behind it.
  static std::string_view what(const std::string& line) {
    return std::string_view(line).substr(0, std::min(line.find(" TO "), line.size()));
  }

  void judge(const Grant& grant, const std::string& privilege) {
    if (privilege == "USAGE") return;
    if (grant.database == "*") return refuse(fmt::format("has {} on every database", printable(privilege)));
    const bool whole = grant.object == "*";
    if (reaches(grant, m_ledger) && !(allowed_in_ledger(grant, privilege) && !whole))
      refuse(fmt::format("has {} in the ledger's database", printable(privilege)));
    if (reaches(grant, "mysql")) refuse(fmt::format("has {} in database mysql", printable(privilege)));
    constexpr std::array<std::string_view, 3> k_reading = {"SELECT", "SHOW VIEW", "EXECUTE"};
    if (m_use == RoleUse::read && std::find(k_reading.begin(), k_reading.end(), privilege) == k_reading.end())
      refuse(fmt::format("may write: it has {}", printable(privilege)));
  }

  static bool reaches(const Grant& grant, std::string_view database) {
    const std::string given = to_lower(grant.database);
    return grant.object == "*" ? covers(given, database) : given == database;
  }

  bool allowed_in_ledger(const Grant& grant, std::string_view privilege) const {
    const std::string object = to_lower(grant.object);
    if (privilege == "SELECT" && object == "target") return true;
    if (m_use == RoleUse::read) return false;
    return (privilege == "SELECT" && object == "claim") ||
           (privilege == "EXECUTE" &&
            (object == "procedure finish" || object == "procedure note_batch" || object == "procedure lock_target"));
  }

  void refuse(const std::string& reason) {
    m_found.push_back({ErrorCode::db_role_too_strong, "the account " + reason});
  }

  std::string m_ledger;
  RoleUse m_use;
  std::vector<Refusal> m_found;
};

/// A right on all of the database, from one line of SHOW GRANTS.
bool gives_on_database(const std::string& line, std::string_view privilege, const std::string& database) {
  const std::optional<Grant> grant = parse_grant(line);
  if (!grant || grant->object != "*" || !covers(grant->database, database)) return false;
  return std::any_of(grant->privileges.begin(), grant->privileges.end(), [&](const std::string& each) {
    return each == privilege || each == "ALL PRIVILEGES" || each == "ALL";
  });
}

void add_lines(Session& session, std::string_view sql, std::vector<std::string>& lines) {
  for (const OwnedRow& row : session.own_rows(sql)) lines.push_back(row.at(0).value_or(""));
}

}  // namespace

std::vector<Refusal> grant_excess(const std::vector<std::string>& grants, std::string_view ledger, RoleUse use) {
  Judge judge(ledger, use);
  for (const std::string& line : grants) judge.judge(line);
  return judge.take();
}

bool grants_trigger(const std::vector<std::string>& grants, const std::string& database) {
  return std::any_of(grants.begin(), grants.end(),
                     [&](const std::string& line) { return gives_on_database(line, "TRIGGER", database); });
}

namespace {

std::vector<std::string> grant_lines(Session& session) {
  std::vector<std::string> lines;
  add_lines(session, "SHOW GRANTS", lines);
  if (session.engine() == Engine::mariadb) {
    try {
      // What everybody has; servers before 10.11 know no such role.
      add_lines(session, "SHOW GRANTS FOR PUBLIC", lines);
    } catch (const DatabaseError& error) {
      if (error.code() != ErrorCode::db_statement_failed) throw;
    }
  }
  return lines;
}

std::string own_database(Session& session) { return session.own_value("SELECT DATABASE()").value_or(""); }

}  // namespace

std::vector<Refusal> mysql::role_excess(Session& session, RoleUse use) {
  return grant_excess(grant_lines(session), ledger_database(own_database(session)), use);
}

bool sees_triggers(Session& session) {
  const bool shows_all = session.engine() == Engine::postgresql || session.engine() == Engine::sqlite;
  return shows_all || grants_trigger(grant_lines(session), own_database(session));
}

}  // namespace dbw::db
