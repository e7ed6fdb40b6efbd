#include <algorithm>
#include <set>

#include "review/lexical.hpp"
#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr int k_server_knows_new_types = 17;

/// 'value' as SQL writes it.
std::string as_literal(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'') out += c;
    out += c;
  }
  return out + "'";
}

/// Calls `use` for each string literal. Comments, quoted names and dollar-quoted bodies are skipped.
template <typename Use>
void for_literals(std::string_view sql, Use use) {
  for (std::size_t i = 0; i < sql.size();) {
    std::size_t behind = std::max(skip_opaque(Engine::postgresql, sql, i), i + 1);
    // A doubled quote is part of the literal.
    while (sql[i] == '\'' && behind < sql.size() && sql[behind] == '\'')
      behind = std::max(skip_opaque(Engine::postgresql, sql, behind), behind + 1);
    if (sql[i] == '\'') use(std::string(sql.substr(i, behind - i)));
    i = behind;
  }
}

/// The enum values that the open transaction has added so far.
class EnumValues {
 public:
  explicit EnumValues(const RuleInput& in) : m_in(in) {}

  void follow(const Statement& statement, Findings& out) {
    if (statement.kind == StatementKind::transaction) return follow_transaction(statement.transaction_command);
    if (statement.kind == StatementKind::alter_type) return add(statement);
    if (statement.kind == StatementKind::create_type) m_new_types.insert(statement.target);
    // A comment only shows the text; a function's body runs later.
    if (statement.kind != StatementKind::comment && statement.kind != StatementKind::create_function)
      report_uses(statement, out);
  }

 private:
  void follow_transaction(std::string_view command) {
    if (command == "begin") m_open = true;
    if (command != "commit" && command != "rollback") return;
    m_open = false;
    m_values.clear();
    m_new_types.clear();
  }

  void add(const Statement& statement) {
    const bool known_new = m_in.server_major >= k_server_knows_new_types && m_new_types.count(statement.target) != 0;
    if (known_new || (!m_open && !m_in.file.transactional)) return;
    for (const AlterAction& action : statement.actions) {
      if (action.kind == AlterAction::Kind::add_enum_value) m_values.insert(as_literal(action.name));
    }
  }

  void report_uses(const Statement& statement, Findings& out) const {
    if (m_values.empty()) return;
    const auto report = [&](const std::string& literal) {
      if (m_values.count(literal) != 0)
        out.add(statement.range,
                literal + " was added to its enum in this transaction: it cannot be used before COMMIT",
                statement.target.text());
    };
    const ByteRange& range = statement.range;
    for_literals(m_in.sql.substr(range.start, range.end - range.start), report);
    if (statement.kind != StatementKind::do_block) return;
    for (const std::string& body : statement.nested_sql) for_literals(body, report);
  }

  const RuleInput& m_in;
  bool m_open = false;
  std::set<std::string> m_values;  ///< as literals
  std::set<ObjectName> m_new_types;
};

void check_enum_value_used_in_same_transaction(const RuleInput& in, Findings& out) {
  EnumValues values(in);
  for (const Statement& statement : in.file.parsed.statements) values.follow(statement, out);
}

}  // namespace

constinit const Rule k_rule_enum_value_used_in_same_transaction = {
    .info =
        {
            .id = "enum-value-used-in-same-transaction",
            .category = "transaction",
            .engines = k_postgresql,
            .since = 12,
            .severity = model::Severity::error,
            .summary = "A value that ALTER TYPE ... ADD VALUE adds is used later in the same transaction.",
            .why = "The statement fails with \"unsafe use of new value\", and the transaction is rolled back. A "
                   "default or a CHECK that names the value fails the same way. From PostgreSQL 17 values of a type "
                   "that the transaction itself created may be used.",
            .instead = "Two transactions: ADD VALUE in a change or step of its own, its use in the next.",
            .sources = "PostgreSQL manual, ALTER TYPE, \"Notes\"; measured on PostgreSQL 15.",
        },
    .on_file = check_enum_value_used_in_same_transaction,
};

}  // namespace dbw::review
