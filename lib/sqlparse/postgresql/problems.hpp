#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "sqlparse/postgresql/grammar.hpp"
#include "sqlparse/postgresql/lexer.hpp"
#include "sqlparse/statement.hpp"

/// Names for what the grammar refuses, so that the author reads "psql meta-command" and not "syntax error".
namespace dbw::sqlparse::postgresql {

/// Identifiers that are not plain ASCII: look-alike letters, and U&"..." names, which hide theirs. Where there are
/// very many, the last problem stands for the rest and spans them.
std::vector<ParseProblem> identifier_problems(std::string_view sql, const std::vector<Token>& tokens);

/// Why one piece did not parse. The error's offset counts from the piece's start.
ParseProblem explain(std::string_view sql, const std::vector<Token>& tokens, const Piece& piece,
                     const GrammarError& error);

}  // namespace dbw::sqlparse::postgresql
