#include "sqlparse/postgresql/grammar.hpp"

#include <pg_query.h>
#include <pthread.h>
#include <unistd.h>

#include <exception>

#include <fmt/format.h>

#include "base/error.hpp"

namespace dbw::sqlparse::postgresql {
namespace {

// Measured with 1+1+1...: libpg_query's JSON output needs just under 120 bytes of stack for each byte of SQL.
constexpr std::size_t k_stack_bytes_per_sql_byte = 128;
constexpr std::size_t k_stack_bytes_base = std::size_t{16} * 1024 * 1024;

struct Job {
  const std::function<void()>* work = nullptr;
  std::exception_ptr failure = nullptr;
  pthread_t thread = {};
};

extern "C" void* run_job(void* pointer) {
  Job* job = static_cast<Job*>(pointer);
  try {
    (*job->work)();
  } catch (...) {
    job->failure = std::current_exception();
  }
  return nullptr;
}

class ThreadAttributes {
 public:
  ThreadAttributes() : m_valid(pthread_attr_init(&m_attributes) == 0) {}
  ~ThreadAttributes() {
    if (m_valid) pthread_attr_destroy(&m_attributes);
  }
  ThreadAttributes(const ThreadAttributes&) = delete;
  ThreadAttributes& operator=(const ThreadAttributes&) = delete;
  bool valid() const { return m_valid; }
  pthread_attr_t* get() { return &m_attributes; }

 private:
  pthread_attr_t m_attributes{};
  bool m_valid;
};

/// The parser counts characters from 1; everything else here counts bytes from 0.
std::size_t byte_offset(std::string_view sql, int character) {
  std::size_t at = 0;
  for (int seen = 1; at < sql.size() && seen < character; ++seen) {
    ++at;
    while (at < sql.size() && (static_cast<unsigned char>(sql[at]) & 0xC0u) == 0x80u) ++at;
  }
  return at;
}

std::optional<GrammarError> grammar_error(const PgQueryError* error, std::string_view sql) {
  if (error == nullptr) return std::nullopt;
  return GrammarError{error->message != nullptr ? error->message : "syntax error", byte_offset(sql, error->cursorpos)};
}

struct SplitResult {
  PgQuerySplitResult result;
  ~SplitResult() { pg_query_free_split_result(result); }
};
void free_parse_result(PgQueryParseResult* result) {
  pg_query_free_parse_result(*result);
  delete result;
}

}  // namespace

void run_on_parser_stacks(unsigned threads, std::size_t sql_bytes, const std::function<void()>& work) {
  ThreadAttributes attributes;
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t wanted = k_stack_bytes_base + k_stack_bytes_per_sql_byte * sql_bytes;
  const std::size_t stack = (wanted / page + 1) * page;
  const bool sized = attributes.valid() && pthread_attr_setstacksize(attributes.get(), stack) == 0;
  std::vector<Job> jobs(threads, Job{.work = &work});
  std::size_t started = 0;
  while (sized && started < jobs.size() &&
         pthread_create(&jobs[started].thread, attributes.get(), run_job, &jobs[started]) == 0) {
    ++started;
  }
  for (std::size_t i = 0; i < started; ++i) pthread_join(jobs[i].thread, nullptr);
  for (const Job& job : jobs) {
    if (job.failure) std::rethrow_exception(job.failure);
  }
  // Fewer threads than wanted have done all the work.
  if (started > 0) return;
  throw Error(ErrorCode::sql_parser_unavailable,
              fmt::format("no thread with a stack of {} bytes could be started", stack));
}

Ranges parse_ranges(const std::string& sql) {
  const SplitResult split{pg_query_split_with_parser(sql.c_str())};
  Ranges out;
  out.error = grammar_error(split.result.error, sql);
  if (out.error) return out;
  for (int i = 0; i < split.result.n_stmts; ++i) {
    const PgQuerySplitStmt& statement = *split.result.stmts[i];
    const std::size_t start = static_cast<std::size_t>(statement.stmt_location);
    const std::size_t length = static_cast<std::size_t>(statement.stmt_len);
    out.ranges.push_back({start, length == 0 ? sql.size() : start + length});
  }
  return out;
}

JsonTree::JsonTree(const std::string& sql) {
  const std::shared_ptr<PgQueryParseResult> parsed(new PgQueryParseResult(pg_query_parse(sql.c_str())),
                                                   free_parse_result);
  m_error = grammar_error(parsed->error, sql);
  if (!m_error) m_json = parsed->parse_tree;
  m_result = parsed;
}

}  // namespace dbw::sqlparse::postgresql
