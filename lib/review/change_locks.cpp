#include "review/change_locks.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "review/work.hpp"

namespace dbw::review {

using sqlparse::Access;
using sqlparse::ObjectKind;
using sqlparse::ObjectName;
using sqlparse::Statement;
using sqlparse::StatementKind;

namespace {

bool locks_rows(const Statement& statement) {
  return statement.kind == StatementKind::update || statement.kind == StatementKind::delete_ ||
         statement.kind == StatementKind::merge;
}

/// Table b is taken right behind table a by one transaction.
struct OrderEdge {
  std::size_t to;
  std::size_t transaction;
  const Statement* statement;
};

/// Which tables follow which. A circle means that two transactions can wait for each other.
class LockGraph {
 public:
  std::size_t node(const ObjectName& table) {
    const auto [entry, first] = m_nodes.emplace(table, m_tables.size());
    if (first) {
      m_tables.push_back(table);
      m_edges.emplace_back();
    }
    return entry->second;
  }
  void connect(std::size_t from, OrderEdge edge) { m_edges[from].push_back(edge); }
  const ObjectName& table(std::size_t node) const { return m_tables[node]; }
  const std::vector<OrderEdge>& edges(std::size_t node) const { return m_edges[node]; }
  std::size_t size() const { return m_tables.size(); }

  /// For each node the number of its strongly connected component (Tarjan, without recursion: hostile input may make
  /// long chains).
  std::vector<std::size_t> components() const;

 private:
  std::map<ObjectName, std::size_t> m_nodes;
  std::vector<ObjectName> m_tables;
  std::vector<std::vector<OrderEdge>> m_edges;
};

std::vector<std::size_t> LockGraph::components() const {
  constexpr std::size_t k_none = static_cast<std::size_t>(-1);
  struct Visit {
    std::size_t node;
    std::size_t edge;
  };
  std::vector<std::size_t> found(size(), k_none), lowest(size(), 0), component(size(), k_none), open;
  std::size_t counter = 0, components = 0;
  for (std::size_t start = 0; start < size(); ++start) {
    if (found[start] != k_none) continue;
    std::vector<Visit> visits = {{start, 0}};
    while (!visits.empty()) {
      Visit& visit = visits.back();
      const std::size_t node = visit.node;
      if (visit.edge == 0 && found[node] == k_none) {
        found[node] = lowest[node] = counter++;
        open.push_back(node);
      }
      if (visit.edge < m_edges[node].size()) {
        const std::size_t to = m_edges[node][visit.edge++].to;
        if (found[to] == k_none) {
          visits.push_back({to, 0});
        } else if (component[to] == k_none) {
          lowest[node] = std::min(lowest[node], found[to]);
        }
        continue;
      }
      if (lowest[node] == found[node]) {
        for (std::size_t member = k_none; member != node;) {
          member = open.back();
          open.pop_back();
          component[member] = components;
        }
        ++components;
      }
      visits.pop_back();
      if (!visits.empty()) lowest[visits.back().node] = std::min(lowest[visits.back().node], lowest[node]);
    }
  }
  return component;
}

}  // namespace

class ChangeLocksReader::Pass {
 public:
  explicit Pass(Engine engine) : m_facts(engine), m_postgresql(engine == Engine::postgresql) {}

  void start_file(bool in_transaction) { m_facts.start_file(in_transaction); }

  void take(const Statement& statement) {
    const std::string& command = statement.transaction_command;
    const bool ends = command == "commit" || command == "rollback" || command == "prepare";
    // MySQL commits before and after each DDL statement.
    const bool commits = !m_postgresql && statement.statement_class == StatementClass::ddl;
    const bool begins = command == "begin" && (!m_postgresql || !m_facts.in_transaction());
    if (ends || commits || begins) end_transaction();
    if (!commits && m_facts.in_transaction()) take_locks(statement);
    m_facts.apply(statement);
  }

  void end_transaction() {
    if (!m_held.empty()) {
      std::vector<LockWindow>& windows = m_out.m_windows[m_first];
      for (Held& held : m_held) {
        held.window.work = m_work - held.work_before;
        windows.push_back(std::move(held.window));
      }
    }
    m_held.clear();
    m_index.clear();
    m_ordered.clear();
    m_work = 0;
    ++m_transaction;
  }

  ChangeLocks locks() {
    find_inversions();
    return std::move(m_out);
  }

 private:
  struct Held {
    LockWindow window;
    std::size_t work_before;
  };

  void take_locks(const Statement& statement) {
    if (statement.temporary) return;
    if (m_postgresql) {
      for (const TableLock& lock : table_locks(statement)) {
        if (lock.mode < LockMode::share || lock.table.name.empty() || m_facts.created_table(lock.table)) continue;
        hold(lock, statement);
        order(lock.table, statement);
      }
      m_work += works_through_old_table(statement, m_facts);
    }
    if (!locks_rows(statement)) return;
    for (const sqlparse::ObjectUse& use : statement.objects) {
      const bool old = use.kind == ObjectKind::table && !m_facts.created_table(use.name);
      if (old && use.access == Access::write) order(use.name, statement);
    }
  }

  void hold(const TableLock& lock, const Statement& statement) {
    if (m_held.empty()) m_first = &statement;
    const auto [entry, first] = m_index.emplace(lock.table, m_held.size());
    if (first) m_held.push_back({{lock.table, lock.mode, 0}, m_work});
    LockWindow& window = m_held[entry->second].window;
    window.mode = std::max(window.mode, lock.mode);
  }

  void order(const ObjectName& table, const Statement& statement) {
    const std::size_t node = m_graph.node(table);
    if (!m_ordered.insert(node).second) return;
    if (m_ordered.size() > 1) m_graph.connect(m_last, {node, m_transaction, &statement});
    m_last = node;
  }

  // An edge inside a component lies on a circle. No transaction makes a circle alone: it takes each table once.
  void find_inversions() {
    const std::vector<std::size_t> component = m_graph.components();
    struct Latest {
      std::size_t from;
      OrderEdge edge;
    };
    std::map<std::size_t, Latest> latest;
    for (std::size_t from = 0; from < m_graph.size(); ++from) {
      for (const OrderEdge& edge : m_graph.edges(from)) {
        if (component[edge.to] != component[from]) continue;
        const auto [entry, first] = latest.emplace(component[from], Latest{from, edge});
        if (!first && edge.transaction >= entry->second.edge.transaction) entry->second = {from, edge};
      }
    }
    for (const auto& [number, last] : latest)
      m_out.m_inversions.emplace(last.edge.statement,
                                 LockInversion{m_graph.table(last.from), m_graph.table(last.edge.to)});
  }

  ChangeLocks m_out;
  ChangeFacts m_facts;
  bool m_postgresql;
  std::vector<Held> m_held;  ///< of the running transaction, in the order of the locks
  std::map<ObjectName, std::size_t> m_index;
  const Statement* m_first = nullptr;
  std::size_t m_work = 0;  ///< statements of the running transaction whose time grows with the data
  LockGraph m_graph;
  std::set<std::size_t> m_ordered;  ///< tables that the running transaction has taken
  std::size_t m_last = 0;
  std::size_t m_transaction = 0;
};

ChangeLocksReader::ChangeLocksReader(Engine engine) : m_pass(std::make_unique<Pass>(engine)) {}
ChangeLocksReader::~ChangeLocksReader() = default;
void ChangeLocksReader::start_file(bool in_transaction) { m_pass->start_file(in_transaction); }
void ChangeLocksReader::take(const Statement& statement) { m_pass->take(statement); }
void ChangeLocksReader::end_file() { m_pass->end_transaction(); }
ChangeLocks ChangeLocksReader::locks() { return m_pass->locks(); }

const std::vector<LockWindow>& ChangeLocks::windows_from(const Statement& statement) const {
  static const std::vector<LockWindow> k_none;
  const auto found = m_windows.find(&statement);
  return found != m_windows.end() ? found->second : k_none;
}

std::optional<LockInversion> ChangeLocks::inversion_at(const Statement& statement) const {
  const auto found = m_inversions.find(&statement);
  return found != m_inversions.end() ? std::optional(found->second) : std::nullopt;
}

}  // namespace dbw::review
