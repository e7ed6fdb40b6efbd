#include "differential/mysqltest_reader.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"

namespace dbw::test {
namespace {

const std::set<std::string, std::less<>> k_commands = {"append_file",
                                                       "assert",
                                                       "cat_file",
                                                       "change_user",
                                                       "character_set",
                                                       "chmod",
                                                       "connect",
                                                       "connection",
                                                       "copy_file",
                                                       "copy_files_wildcard",
                                                       "dec",
                                                       "diff_files",
                                                       "die",
                                                       "dirty_close",
                                                       "disable_abort_on_error",
                                                       "disable_async_client",
                                                       "disable_column_names",
                                                       "disable_connect_log",
                                                       "disable_cursor_protocol",
                                                       "disable_info",
                                                       "disable_metadata",
                                                       "disable_non_blocking_api",
                                                       "disable_parsing",
                                                       "disable_prepare_warnings",
                                                       "disable_ps2_protocol",
                                                       "disable_ps_protocol",
                                                       "disable_query_log",
                                                       "disable_reconnect",
                                                       "disable_result_log",
                                                       "disable_rpl_parse",
                                                       "disable_service_connection",
                                                       "disable_session_track_info",
                                                       "disable_testcase",
                                                       "disable_view_protocol",
                                                       "disable_warnings",
                                                       "disconnect",
                                                       "echo",
                                                       "enable_abort_on_error",
                                                       "enable_async_client",
                                                       "enable_column_names",
                                                       "enable_connect_log",
                                                       "enable_cursor_protocol",
                                                       "enable_info",
                                                       "enable_metadata",
                                                       "enable_non_blocking_api",
                                                       "enable_parsing",
                                                       "enable_prepare_warnings",
                                                       "enable_ps2_protocol",
                                                       "enable_ps_protocol",
                                                       "enable_query_log",
                                                       "enable_reconnect",
                                                       "enable_result_log",
                                                       "enable_rpl_parse",
                                                       "enable_service_connection",
                                                       "enable_session_track_info",
                                                       "enable_testcase",
                                                       "enable_view_protocol",
                                                       "enable_warnings",
                                                       "end",
                                                       "end_timer",
                                                       "error",
                                                       "eval",
                                                       "evalp",
                                                       "exec",
                                                       "exec_in_background",
                                                       "execw",
                                                       "exit",
                                                       "file_exists",
                                                       "force-cpdir",
                                                       "force-rmdir",
                                                       "horizontal_results",
                                                       "if",
                                                       "inc",
                                                       "let",
                                                       "list_files",
                                                       "list_files_append_file",
                                                       "list_files_write_file",
                                                       "lowercase_result",
                                                       "mkdir",
                                                       "move_file",
                                                       "output",
                                                       "perl",
                                                       "ping",
                                                       "query",
                                                       "query_attributes",
                                                       "query_get_value",
                                                       "query_horizontal",
                                                       "query_vertical",
                                                       "real_sleep",
                                                       "reap",
                                                       "remove_file",
                                                       "remove_files_wildcard",
                                                       "replace_column",
                                                       "replace_numeric_round",
                                                       "replace_regex",
                                                       "replace_result",
                                                       "reset_connection",
                                                       "result",
                                                       "result_format",
                                                       "rmdir",
                                                       "rowsort",
                                                       "save_master_pos",
                                                       "send",
                                                       "send_eval",
                                                       "send_quit",
                                                       "send_shutdown",
                                                       "shutdown_server",
                                                       "skip",
                                                       "sleep",
                                                       "sorted_result",
                                                       "source",
                                                       "start_timer",
                                                       "sync_slave_with_master",
                                                       "sync_with_master",
                                                       "system",
                                                       "vertical_results",
                                                       "wait_for_slave_to_stop",
                                                       "while",
                                                       "write_file",
                                                       "write_line"};

std::string first_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && (std::isalnum(static_cast<unsigned char>(text[end])) || text[end] == '_')) ++end;
  return to_lower(text.substr(0, end));
}

class Reader {
 public:
  explicit Reader(std::string_view script) : m_script(script) {}

  std::vector<std::string> run() {
    while (m_at < m_script.size()) step();
    return std::move(m_statements);
  }

 private:
  std::string_view rest() const { return m_script.substr(m_at); }

  std::string_view take_line() {
    const std::size_t end = std::min(m_script.find('\n', m_at), m_script.size());
    const std::string_view line = m_script.substr(m_at, end - m_at);
    m_at = std::min(end + 1, m_script.size());
    return line;
  }

  void step() {
    const char c = m_script[m_at];
    if (std::isspace(static_cast<unsigned char>(c)) || c == '}' || c == '{') {
      ++m_at;
    } else if (c == '#') {
      take_line();
    } else if (rest().substr(0, 2) == "--") {
      command(trim(take_line().substr(2)));
    } else if (first_word(rest()) == "if" && is_block()) {
      take_line();
    } else if (first_word(rest()) == "while" && is_block()) {
      take_line();
    } else {
      statement();
    }
  }

  /// if and while of mysqltest have a condition in parentheses and a brace; those of SQL stand inside bodies.
  bool is_block() const {
    const std::string_view line = rest().substr(0, std::min(rest().find('\n'), rest().size()));
    return line.find('(') != std::string_view::npos && line.find("THEN") == std::string_view::npos;
  }

  void command(std::string_view text) {
    const std::string word = first_word(text);
    if (word == "delimiter") m_delimiter = std::string(trim(text.substr(word.size())));
    if (word == "write_file" || word == "append_file" || word == "perl") skip_block(text);
  }

  /// Up to a line that holds the terminator alone: EOF, or the last word of the command.
  void skip_block(std::string_view text) {
    std::string_view terminator = "EOF";
    const std::size_t blank = text.rfind(' ');
    const bool names_file = first_word(text) != "perl";
    if (blank != std::string_view::npos && (!names_file || text.find(' ') != blank))
      terminator = text.substr(blank + 1);
    while (m_at < m_script.size() && trim(take_line()) != terminator) {
    }
  }

  void statement() {
    const std::string text = take_text();
    const std::string word = first_word(text);
    const bool sql_end = word == "end" && m_delimiter != ";";
    if (word == "delimiter") {
      m_delimiter = std::string(trim(std::string_view(text).substr(word.size())));
    } else if (k_commands.count(word) > 0 && !sql_end) {
      if (word == "write_file" || word == "append_file" || word == "perl") {
        take_line();
        skip_block(text);
      }
    } else if (!text.empty()) {
      m_statements.push_back(text);
    }
  }

  /// To the delimiter outside of quotes; comment lines in between belong to the statement.
  std::string take_text() {
    const std::size_t start = m_at;
    char quote = '\0';
    while (m_at < m_script.size()) {
      const char c = m_script[m_at];
      if (quote != '\0') {
        if (c == '\\' && quote != '`')
          ++m_at;
        else if (c == quote)
          quote = '\0';
      } else if (rest().substr(0, m_delimiter.size()) == m_delimiter) {
        const std::string_view text = m_script.substr(start, m_at - start);
        m_at += m_delimiter.size();
        return std::string(trim(text));
      } else if (c == '\'' || c == '"' || c == '`') {
        quote = c;
      } else if (c == '#' && m_at > start && m_script[m_at - 1] == '\n') {
        take_line();
        continue;
      }
      ++m_at;
    }
    m_at = m_script.size();
    return {};
  }

  std::string_view m_script;
  std::size_t m_at = 0;
  std::string m_delimiter = ";";
  std::vector<std::string> m_statements;
};

}  // namespace

std::vector<std::string> mysqltest_statements(std::string_view script) { return Reader(script).run(); }

}  // namespace dbw::test
