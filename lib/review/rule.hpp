#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "base/sql_types.hpp"
#include "model/verdict.hpp"
#include "review/bodies.hpp"
#include "review/change_index.hpp"
#include "review/facts.hpp"
#include "review/held_locks.hpp"
#include "review/lexemes.hpp"
#include "review/schema_state.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::review {

struct File;
struct ReviewInput;

/// Which engines a rule knows about: a set of bits.
struct Engines {
  unsigned bits = 0;
  constexpr bool has(Engine engine) const { return (bits & (1u << static_cast<unsigned>(engine))) != 0; }
  friend constexpr Engines operator|(Engines a, Engines b) { return {a.bits | b.bits}; }
};
inline constexpr Engines k_postgresql{1u << static_cast<unsigned>(Engine::postgresql)};
inline constexpr Engines k_sqlite{1u << static_cast<unsigned>(Engine::sqlite)};
inline constexpr Engines k_mysql{1u << static_cast<unsigned>(Engine::mysql) |
                                 1u << static_cast<unsigned>(Engine::mariadb)};  ///< MySQL and MariaDB
inline constexpr Engines k_mysql_alone{1u << static_cast<unsigned>(Engine::mysql)};
inline constexpr Engines k_mariadb{1u << static_cast<unsigned>(Engine::mariadb)};
inline constexpr Engines k_every_engine = k_postgresql | k_mysql | k_sqlite;
std::vector<Engine> engines_of(Engines engines);

/// Everything there is to say about a rule: the code, `explain`, the docs page and the tests read this one record. Its
/// examples are the files of tests/rules/<id>/.
struct RuleInfo {
  std::string_view id;        ///< "create-index-not-concurrent"; stable for ever
  std::string_view category;  ///< locking, online-ddl, destructive, data-dependent, backward-compat, transaction, dml,
                              ///< type-choice, hygiene, naming, security
  Engines engines = k_postgresql;
  int since = 0;     ///< first major server version it applies to; 0: all
  int until = 0;     ///< last one; 0: all
  int revision = 1;  ///< raised when the rule's answers change; part of the rule-set digest
  /// off: opinions of some teams, which policy switches on.
  model::Severity severity = model::Severity::warning;
  bool suppressible =
      true;  ///< false: neither an inline comment nor a waiver lifts it, only the policy's severities can
  std::string_view summary;  ///< what it looks for, one sentence
  std::string_view why;      ///< what happens to production
  std::string_view instead;  ///< what to do; SQL where one exists
  std::string_view sources;  ///< where the facts come from
};

/// Collects what rules find; knows the rule that is running, its severity and the file.
class Findings {
 public:
  /// One finding of the running rule. The reference is good until the next call, for at_most.
  model::Finding& add(ByteRange range, std::string message, std::string object = {});
  /// Lowers a finding to `severity` where it stands higher.
  static void at_most(model::Finding& finding, model::Severity severity);

  /// For the driver: who runs, and where what it looks at stands in the file if that is inside a body.
  void start(const RuleInfo& info, model::Severity severity, std::string_view file) {
    m_info = &info;
    m_severity = severity;
    m_file = file;
  }
  void enter_text(std::optional<Origin> body) { m_body = std::move(body); }
  std::vector<model::Finding>& list() { return m_list; }
  /// Room for so many, because findings are large.
  void expect(std::size_t count) { m_list.reserve(count); }

 private:
  const RuleInfo* m_info = nullptr;
  model::Severity m_severity = model::Severity::warning;
  std::string_view m_file;
  std::optional<Origin> m_body;
  std::vector<model::Finding> m_list;
};

/// What a rule may look at. `facts` is what earlier statements of the change established, `index` what the
/// whole of it does. A rule costs the same for each statement, however many there are.
struct RuleInput {
  const ReviewInput& review;
  const File& file;
  const sqlparse::Statement& statement;  ///< on_statement; on_file is given an empty one
  const ChangeFacts& facts;
  const ChangeIndex& index;
  int server_major;
  const Lexemes& lexemes;           ///< of the statement; of on_file none
  std::string_view sql;             ///< what the statement's range indexes: the file's text, or a body's
  const std::vector<Body>& bodies;  ///< of the statement's nested_sql, read once
  const HeldLocks& locks;           ///< PostgreSQL: what earlier statements of the transaction have locked
  bool old_table;                   ///< what on_old_table (rule_helpers.hpp) says, found out once
  const SchemaState& schema;        ///< before the statement; of statements in bodies before the outer one
};

using Check = void (*)(const RuleInput&, Findings&);

/// A set of kinds of statements; made of nothing, all of them.
class StatementKinds {
 public:
  constexpr StatementKinds() : m_bits(~std::uint64_t{0}) {}
  constexpr StatementKinds(std::initializer_list<sqlparse::StatementKind> kinds) : m_bits(0) {
    for (const sqlparse::StatementKind kind : kinds) m_bits |= bit(kind);
  }
  constexpr bool has(sqlparse::StatementKind kind) const { return (m_bits & bit(kind)) != 0; }

 private:
  static constexpr std::uint64_t bit(sqlparse::StatementKind kind) {
    static_assert(sqlparse::k_statement_kinds_count <= 64);
    return std::uint64_t{1} << static_cast<unsigned>(kind);
  }
  std::uint64_t m_bits;
};

/// on_statement runs once per statement of the kinds in order, also for statements found in bodies; on_file once behind
/// each file's last statement. A rule that has nothing to say of most kinds names the others: calling it only to hear
/// that costs more than what it does.
struct Rule {
  RuleInfo info;
  Check on_statement = nullptr;
  Check on_file = nullptr;
  StatementKinds kinds = StatementKinds();
};

#define DBW_RULE(name) extern const Rule k_rule_##name;
#include "review/rules/rules.def"
#undef DBW_RULE

}  // namespace dbw::review
