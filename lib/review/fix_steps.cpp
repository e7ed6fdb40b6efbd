#include "review/fix_steps.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "model/step_line.hpp"
#include "review/lexical.hpp"

namespace dbw::review {
namespace {

using sqlparse::AlterAction;
using sqlparse::Statement;
using sqlparse::StatementKind;

std::string text_of(const File& file, ByteRange range) {
  return file.parsed.sql.substr(range.start, range.end - range.start);
}

/// What belongs to one statement: the bytes before it, and those behind it up to the end of its last line.
struct Segment {
  std::size_t start = 0;
  std::size_t end = 0;
  bool terminated = false;  ///< by a semicolon
};

/// Behind the blanks of a line and the comments that begin on it.
std::size_t line_end(Engine engine, std::string_view sql, std::size_t at) {
  while (at < sql.size() && sql[at] != '\n') {
    const bool comment = sql[at] == '-' || sql[at] == '#' || sql[at] == '/';
    const std::size_t behind = comment ? skip_opaque(engine, sql, at) : at;
    if (behind == at && sql[at] != ' ' && sql[at] != '\t') return std::string_view::npos;  // another statement
    at = std::max(behind, at + 1);
    if (sql[at - 1] == '\n') return at;
  }
  return std::min(at + 1, sql.size());
}

Segment segment_behind(const File& file, std::size_t start, std::size_t statement_end) {
  const std::string_view sql = file.parsed.sql;
  Segment out{start, statement_end, false};
  std::size_t at = statement_end;
  while (at < sql.size() && sql[at] != ';') at = std::max(skip_opaque(file.parsed.engine, sql, at), at + 1);
  if (at >= sql.size()) return {start, sql.size(), false};
  out.terminated = true;
  const std::size_t line = line_end(file.parsed.engine, sql, at + 1);
  out.end = line == std::string_view::npos ? at + 1 : line;
  return out;
}

std::vector<Segment> segments_of(const File& file) {
  std::vector<Segment> out;
  for (const Statement& statement : file.parsed.statements)
    out.push_back(segment_behind(file, out.empty() ? 0 : out.back().end, statement.range.end));
  if (!out.empty()) out.back().end = file.parsed.sql.size();
  return out;
}

std::string apply_edits(const File& file, ByteRange range, std::vector<Edit> edits) {
  std::stable_sort(edits.begin(), edits.end(),
                   [](const Edit& a, const Edit& b) { return a.range.start < b.range.start; });
  std::string out;
  std::size_t at = range.start;
  for (const Edit& edit : edits) {
    out += file.parsed.sql.substr(at, edit.range.start - at) + edit.text;
    at = edit.range.end;
  }
  return out + file.parsed.sql.substr(at, range.end - at);
}

/// SET without LOCAL: outside a transaction LOCAL has no effect.
std::string for_session(const std::string& set) {
  const Lexemes lexemes(Engine::postgresql, set);
  if (!lexemes.is(1, "local")) return set;
  const auto start = static_cast<std::size_t>(lexemes[1].text.data() - set.data());
  const auto next = static_cast<std::size_t>(lexemes[2].text.data() - set.data());
  return set.substr(0, start) + set.substr(next);
}

/// What a later step must be told again.
class SessionState {
 public:
  void apply(const File& file, const Statement& statement) {
    if (is_command(statement, "begin")) m_open = true;
    if (is_command(statement, "begin") || statement.kind == StatementKind::set)
      m_said.push_back({text_of(file, statement.range), &statement});
    if (!is_command(statement, "commit")) return;
    m_open = false;
    std::erase_if(m_said,
                  [](const Said& it) { return it.statement->kind != StatementKind::set || it.statement->set_local; });
  }
  bool open() const { return m_open; }
  /// For a step that goes on where the one before was cut.
  std::string again() const {
    std::string out;
    for (const Said& said : m_said) out += said.text + ";\n";
    return out;
  }
  /// For one whose statements stand for themselves. A lock_timeout would end CONCURRENTLY, which waits for every old
  /// transaction, and leave an invalid index.
  std::string for_statements(bool in_transaction, bool concurrently) const {
    std::string out;
    for (const Said& said : m_said) {
      const bool skipped =
          said.statement->kind != StatementKind::set || (concurrently && said.statement->setting == "lock_timeout");
      if (!skipped) out += (in_transaction ? said.text : for_session(said.text)) + ";\n";
    }
    return out;
  }
  /// Behind such a step: what LOCAL would have ended.
  std::string resets() const {
    std::set<std::string> settings;
    for (const Said& said : m_said) {
      if (said.statement->kind == StatementKind::set && said.statement->set_local)
        settings.insert(said.statement->setting);
    }
    settings.erase("lock_timeout");
    std::string out;
    for (const std::string& setting : settings) out += "RESET " + setting + ";\n";
    return out;
  }

 private:
  struct Said {
    std::string text;
    const Statement* statement;
  };
  std::vector<Said> m_said;
  bool m_open = false;
};

/// What cannot rename, move or drop a table that it does not name, or change which table a name means.
bool minds_its_own(const Statement& statement) {
  switch (statement.kind) {
    case StatementKind::select:
    case StatementKind::insert:
    case StatementKind::update:
    case StatementKind::delete_:
    case StatementKind::create_table:
    case StatementKind::create_index:
    case StatementKind::comment:
    case StatementKind::transaction:
      return true;
    case StatementKind::set:
      return statement.setting.ends_with("timeout");
    case StatementKind::alter_table:
      return statement.target_kind == sqlparse::ObjectKind::table &&
             std::none_of(statement.actions.begin(), statement.actions.end(),
                          [](const AlterAction& action) { return action.cascade; });
    default:
      return false;
  }
}

/// Adding to a table, and its rows, go before or behind the proof of a constraint alike.
bool only_adds(const Statement& statement) {
  using Kind = AlterAction::Kind;
  switch (statement.kind) {
    case StatementKind::insert:
    case StatementKind::update:
    case StatementKind::delete_:
    case StatementKind::create_index:
    case StatementKind::comment:
      return true;
    case StatementKind::alter_table:
      return std::all_of(statement.actions.begin(), statement.actions.end(), [](const AlterAction& action) {
        return action.kind == Kind::add_column || action.kind == Kind::add_constraint ||
               action.kind == Kind::set_default || action.kind == Kind::drop_default ||
               action.kind == Kind::set_not_null;
      });
    default:
      return false;
  }
}

class StepWriter {
 public:
  StepWriter(const File& file, const Rewrites& rewrites)
      : m_file(file), m_rewrites(rewrites), m_segments(segments_of(file)) {
    m_splits = std::any_of(rewrites.begin(), rewrites.end(), [](const auto& it) { return it.second.needs_steps(); });
  }

  std::vector<FixStep> write() {
    for (std::size_t i = 0; i < m_file.parsed.statements.size(); ++i) write_statement(i);
    flush_proofs();
    if (m_open.has_work || m_steps.empty())
      emit(m_open.again + m_open.sql, m_file.transactional, false);
    else
      m_steps.back().sql += m_comments + m_open.tail;
    for (std::size_t i = 0; m_splits && i < m_steps.size(); ++i) finish_step(i);
    return {m_steps.begin(), m_steps.end()};
  }

 private:
  struct Step : FixStep {
    bool alone = false;
  };
  struct Open {
    std::string again;  ///< what the step is told of the ones before
    std::string sql;
    std::string comments;
    std::string tail;  ///< with the settings that outlive the file
    bool has_work = false;
  };

  void write_statement(std::size_t i) {
    static const Rewrite k_unchanged;
    const Statement& statement = m_file.parsed.statements[i];
    const auto found = m_rewrites.find(i);
    const Rewrite& rewrite = found != m_rewrites.end() ? found->second : k_unchanged;
    if (needs_proofs_first(statement)) flush_proofs();
    for (const std::string& sql : rewrite.before) emit_alone(sql + ";\n");
    const std::size_t start = m_segments[i].start;
    const std::string lead = m_file.parsed.sql.substr(start, statement.range.start - start);
    const std::string sql = apply_edits(m_file, statement.range, rewrite.edits) + ending(i);
    if (rewrite.batch)
      emit_batch(lead + sql, *rewrite.batch);
    else if (rewrite.alone)
      emit_alone(lead + sql);
    else
      add(i, lead, sql);
    for (const std::string& other : rewrite.behind) emit_alone(other + ";\n");
    m_validate.insert(m_validate.end(), rewrite.validate.begin(), rewrite.validate.end());
    m_finish.insert(m_finish.end(), rewrite.finish.begin(), rewrite.finish.end());
    if (!rewrite.validate.empty()) m_tables.insert(statement.target.name);
  }

  bool needs_proofs_first(const Statement& statement) const {
    if (m_tables.empty()) return false;
    if (!minds_its_own(statement)) return true;
    const std::string& own = table_of(statement).name;
    const auto waits = [&](const std::string& name) { return m_tables.count(name) != 0; };
    return (waits(own) && !only_adds(statement)) ||
           std::any_of(statement.objects.begin(), statement.objects.end(),
                       [&](const sqlparse::ObjectUse& use) { return use.name.name != own && waits(use.name.name); });
  }

  /// The bytes behind a statement: a comma for the semicolon where the next one joins it.
  std::string ending(std::size_t i) const {
    const std::size_t from = m_file.parsed.statements[i].range.end;
    std::string out = m_file.parsed.sql.substr(from, m_segments[i].end - from);
    const auto next = m_rewrites.find(i + 1);
    if (!m_segments[i].terminated) return m_splits ? ";" + out : out;
    if (next == m_rewrites.end() || !next->second.joins_previous) return out;
    out.erase(semicolon_in(out), 1);
    return "," + out;
  }

  std::size_t semicolon_in(std::string_view text) const {
    std::size_t at = 0;
    while (at < text.size() && text[at] != ';') at = std::max(skip_opaque(m_file.parsed.engine, text, at), at + 1);
    return at;
  }

  void add(std::size_t i, const std::string& lead, const std::string& sql) {
    const Statement& statement = m_file.parsed.statements[i];
    const bool control =
        is_command(statement, "begin") || is_command(statement, "commit") || statement.kind == StatementKind::set;
    std::string around = lead + ending(i);
    around.erase(lead.size() + semicolon_in(std::string_view(around).substr(lead.size())), 1);
    m_open.sql += lead + sql;
    if (trim(around).empty()) around.clear();
    m_open.comments += around;
    m_open.tail += statement.kind == StatementKind::set && !statement.set_local ? lead + sql : around;
    m_open.has_work = m_open.has_work || !control;
    m_session.apply(m_file, statement);
    if (is_command(statement, "commit") && !m_open.has_work && !m_open.again.empty()) drop_empty_transaction();
  }

  /// What stood in it runs in steps of its own.
  void drop_empty_transaction() {
    m_open.sql = m_open.comments;
    m_open.again = m_session.again();
  }

  void emit(const std::string& sql, bool transactional, bool alone, std::optional<model::Batch> batch = std::nullopt) {
    m_steps.push_back({{{}, m_comments + sql, transactional, std::move(batch)}, alone});
    m_comments.clear();
  }

  /// One statement and nothing else: settings that matter to it, fix_backfill has ruled out.
  void emit_batch(const std::string& sql, const model::Batch& batch) {
    cut();
    emit(sql, true, false, batch);
  }

  void emit_alone(const std::string& sql) {
    cut();
    const std::string line_end = sql.ends_with('\n') ? "" : "\n";
    emit(m_session.for_statements(false, true) + sql + line_end + m_session.resets(), false, true);
  }

  /// Ends the step that is open. One without work is not written: its comments go to the next.
  void cut() {
    const std::string line_end = m_open.sql.ends_with('\n') ? "" : "\n";
    if (m_open.has_work)
      emit(m_open.again + m_open.sql + (m_session.open() ? line_end + "COMMIT;\n" : ""), m_file.transactional, false);
    else
      m_comments += m_open.comments;
    m_open = {};
    m_open.again = m_session.again();
  }

  void flush_proofs() {
    if (m_validate.empty()) return;
    cut();
    for (const std::vector<std::string>* statements : {&m_validate, &m_finish}) {
      std::string sql;
      for (const std::string& statement : *statements) sql += statement + ";\n";
      if (sql.empty()) continue;
      if (!m_file.transactional) sql += m_session.resets();
      emit(m_session.for_statements(m_file.transactional, false) + sql, m_file.transactional, false);
    }
    m_validate.clear();
    m_finish.clear();
    m_tables.clear();
  }

  void finish_step(std::size_t i) {
    Step& step = m_steps[i];
    step.path = step_path(m_file.path, i + 1);
    step.sql.erase(0, std::min(step.sql.find_first_not_of('\n'), step.sql.size()));
    if (!step.sql.ends_with('\n')) step.sql += '\n';
    step.sql.insert(0, head_of(i));
  }

  std::string head_of(std::size_t i) const {
    const Step& step = m_steps[i];
    const std::size_t slash = m_file.path.rfind('/');
    const std::string name = slash == std::string::npos ? m_file.path : m_file.path.substr(slash + 1);
    const std::string place =
        m_steps.size() == 1 ? "" : fmt::format("{} of {} of {}, in one request", i + 1, m_steps.size(), name);
    const bool known = step.alone || step.batch || m_file.transactional;
    if (known) return model::render_step_line({!step.alone, step.batch}, place);
    // Whoever ran the file knew; dbw's own transaction serves such a step.
    return fmt::format("-- {}{}as the file ran, no transaction around it.\n", place,
                       place.empty() ? "Runs " : ": runs ");
  }

  const File& m_file;
  const Rewrites& m_rewrites;
  std::vector<Segment> m_segments;
  bool m_splits = false;
  std::vector<Step> m_steps;
  Open m_open;
  std::string m_comments;  ///< of steps that were not written
  SessionState m_session;
  std::vector<std::string> m_validate;
  std::vector<std::string> m_finish;
  std::set<std::string> m_tables;  ///< that the waiting proofs are about
};

bool keeps_session(const Statement& statement) {
  const bool locks = std::any_of(statement.functions.begin(), statement.functions.end(), [](const auto& use) {
    return use.name.name.starts_with("pg_advisory") || use.name.name.starts_with("pg_try_advisory");
  });
  return locks || (statement.statement_class == StatementClass::session && statement.kind != StatementKind::set);
}

bool controls_transaction(const File& file, const Statement& statement) {
  if (statement.kind == StatementKind::set || statement.kind == StatementKind::lock)
    return statement.kind == StatementKind::lock || statement.statement_class == StatementClass::transaction;
  if (statement.kind != StatementKind::transaction) return statement.statement_class == StatementClass::transaction;
  const bool plain = is_command(statement, "begin") || is_command(statement, "commit");
  return !plain || to_lower(text_of(file, statement.range)).find("chain") != std::string::npos;
}

}  // namespace

bool is_command(const Statement& statement, std::string_view command) {
  return statement.kind == StatementKind::transaction && statement.transaction_command == command;
}

std::optional<std::string> why_in_one_piece(const File& file) {
  if (model::has_step_line(file.parsed.sql)) return "a line of the file says already how it runs as a step";
  for (const Statement& statement : file.parsed.statements) {
    if (statement.temporary) return "the file makes a temporary object, which ends with its session";
    if (statement.statement_class == StatementClass::opaque || statement.kind == StatementKind::do_block ||
        statement.kind == StatementKind::call)
      return "the file holds code that may depend on one transaction";
    if (keeps_session(statement)) return "the file changes its session in a way that a second one does not see";
    if (controls_transaction(file, statement)) return "the file controls its transaction beyond BEGIN and COMMIT";
  }
  return std::nullopt;
}

std::vector<FixStep> write_steps(const File& file, const Rewrites& rewrites) {
  std::vector<FixStep> out = StepWriter(file, rewrites).write();
  out.front().path = file.path;
  return out;
}

std::string step_path(std::string_view path, std::size_t number) {
  if (number == 1) return std::string(path);
  const std::size_t name = path.rfind('/') + 1;  // 0 where there is no slash
  const std::size_t dot = path.rfind('.');
  const std::string step = fmt::format(".step{:02}", number);
  if (dot == std::string_view::npos || dot <= name) return std::string(path) + step + ".sql";
  const std::string out = std::string(path.substr(0, dot)) + step + std::string(path.substr(dot));
  return out > path ? out : std::string(path) + step + ".sql";
}

}  // namespace dbw::review
