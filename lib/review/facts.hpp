#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "review/names.hpp"
#include "sqlparse/statement.hpp"

namespace dbw::review {

/// What the statements before the current one have done to the objects of this change: one pass that all rules share.
/// Wherever it cannot be sure (ROLLBACK, a changed search_path, a body that may run anything) it forgets, because
/// forgetting makes rules stricter.
class ChangeFacts {
 public:
  struct KnownConstraint {
    sqlparse::Constraint constraint;
    bool validated = false;
    int transaction = 0;  ///< of the statement that added it
  };

  explicit ChangeFacts(Engine engine) : m_engine(engine) {}

  /// Created earlier in this change, certainly (not IF NOT EXISTS) and under exactly this name.
  bool created_table(const sqlparse::ObjectName& table) const;
  bool created_column(const sqlparse::ObjectName& table, std::string_view column) const;
  bool created_index(const sqlparse::ObjectName& index) const;
  /// The column's type where it was added or declared earlier in this change, else nullptr.
  const sqlparse::ColumnDefinition* column(const sqlparse::ObjectName& table, std::string_view column) const;
  /// A foreign key of the column that this change made, else nullptr.
  const sqlparse::Constraint* foreign_key(const sqlparse::ObjectName& table, std::string_view column) const;
  const KnownConstraint* constraint(const sqlparse::ObjectName& table, std::string_view name) const;
  /// A validated CHECK (column IS NOT NULL) was made earlier in this change.
  bool proven_not_null(const sqlparse::ObjectName& table, std::string_view column) const;
  /// Some validated CHECK of the table was made earlier in this change.
  bool has_validated_check(const sqlparse::ObjectName& table) const;

  /// What an earlier statement attached as the DEFAULT partition of the table, else nullptr.
  const sqlparse::ObjectName* default_partition(const sqlparse::ObjectName& parent) const;

  bool in_transaction() const { return m_implicit || m_explicit; }
  bool in_explicit_transaction() const { return m_explicit; }
  bool in_runner_transaction() const { return m_implicit; }
  /// Statements with the same number commit together.
  int transaction() const { return m_transaction; }
  bool lock_timeout_in_force() const { return m_lock_timeout.in_force(); }
  bool statement_timeout_in_force() const { return m_statement_timeout.in_force(); }
  /// DDL / DML on objects that existed before the change was seen.
  bool seen_ddl() const { return m_seen_ddl; }
  bool seen_dml() const { return m_seen_dml; }
  /// The statement of the same file right before, or nullptr. Inside a body: the one before the body's statement.
  const sqlparse::Statement* previous() const { return m_previous; }
  /// The BEGIN that is open, for messages.
  ByteRange open_begin() const { return m_begin; }

  /// `batched`: its rows are changed piece by piece, in transactions that no DDL shares.
  void start_file(bool in_transaction, bool batched = false);
  void apply(const sqlparse::Statement& statement);

 private:
  /// As a statement wrote it, until another one changes it.
  struct Column {
    const sqlparse::ColumnDefinition* written;  ///< of the input, which outlives the facts
    std::shared_ptr<const sqlparse::ColumnDefinition> changed = nullptr;
    const sqlparse::ColumnDefinition& get() const { return changed ? *changed : *written; }
  };
  struct Table {
    std::string schema;
    bool created = false;
    std::map<std::string, Column> columns;  ///< created in this change
    std::map<std::string, KnownConstraint> constraints;
    std::map<std::string, std::set<std::string>> foreign_keys;  ///< column -> names in `constraints`
    sqlparse::ObjectName default_partition;
    std::map<std::string, int> proven;  ///< "column is not null" -> how many validated CHECKs say so
    void put(const std::string& name, KnownConstraint constraint);
    void erase(const std::string& name);
    void clear_constraints();
  };
  /// A setting that limits how long something may take, for the session and for the transaction.
  struct Timeout {
    bool session = false;
    bool local = false;
    bool in_force() const { return session || local; }
    void set(bool on, bool for_transaction, bool in_transaction);
  };
  std::string fold(std::string_view name) const;
  const Table* find(const sqlparse::ObjectName& name) const;
  Table& record(const sqlparse::ObjectName& name);
  void forget(const sqlparse::ObjectName& name);
  void forget_everything();
  void apply_create_table(const sqlparse::Statement& statement);
  void apply_alter(const sqlparse::Statement& statement);
  void apply_action(const sqlparse::Statement& statement, const sqlparse::AlterAction& action);
  static void change_type(Column& column, const sqlparse::AlterAction& action);
  static void redefine(Column& column, const sqlparse::AlterAction& action);
  void apply_setting(const sqlparse::Statement& statement);
  void apply_transaction(const sqlparse::Statement& statement);
  void note_class(const sqlparse::Statement& statement);

  Engine m_engine;
  NameMap<Table> m_tables;         ///< by bare name: another schema's table of that name replaces the entry
  NameMap<std::string> m_indexes;  ///< bare name -> schema
  bool m_implicit = false;
  bool m_explicit = false;
  bool m_batched = false;
  int m_transaction = 0;
  ByteRange m_begin;
  Timeout m_lock_timeout;
  Timeout m_statement_timeout;
  bool m_seen_ddl = false;
  bool m_seen_dml = false;
  const sqlparse::Statement* m_previous = nullptr;  ///< of the input, which outlives the facts
};

/// Behind the statement names may mean other objects: it runs what cannot be read, changes where names are looked up,
/// or undoes what was done.
bool moves_objects(const sqlparse::Statement& statement);
/// The table that a rename takes the name from: RENAME TABLE a TO b, c TO d names several.
sqlparse::ObjectName renamed_table(const sqlparse::Statement& statement, const sqlparse::AlterAction& action);
/// The table that a statement is about: CREATE INDEX and triggers name it beside their own object.
const sqlparse::ObjectName& table_of(const sqlparse::Statement& statement);

}  // namespace dbw::review
