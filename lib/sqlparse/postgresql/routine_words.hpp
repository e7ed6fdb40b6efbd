#pragma once

#include <set>
#include <string>
#include <string_view>

/// The names in the text of a routine in SQL or PL/pgSQL, which no grammar is asked for: every one that it could use is
/// there, and some that it does not use.
namespace dbw::sqlparse::postgresql {

struct RoutineWords {
  std::set<std::string> words;      ///< all names, as the server folds them
  std::set<std::string> calls;      ///< those before a parenthesis
  std::set<std::string> members;    ///< those behind a dot
  std::set<std::string> operators;  ///< every piece of a run of operator characters
  bool unclear = false;  ///< there may be more: it runs text that it makes (EXECUTE), or holds what is not taken apart
                         ///< here (U&"..." names, overlong names and runs)
  bool logs = false;     ///< RAISE LOG or WARNING, #option dump
  bool beyond_ascii = false;  ///< a name without quotes holds letters that some encodings fold
};

RoutineWords routine_words(std::string_view body);

}  // namespace dbw::sqlparse::postgresql
