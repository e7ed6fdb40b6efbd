#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbw::review {

/// A program that runs SQL files as migrations.
enum class MigrationTool { goose, dbmate, sql_migrate, golang_migrate };
std::vector<std::string> migration_tool_names();
std::string_view migration_tool_name(MigrationTool tool);
/// "goose", "dbmate", "sql-migrate", "golang-migrate"; nullopt for anything else.
std::optional<MigrationTool> parse_migration_tool(std::string_view name);

/// A file that holds the way forward and the way back, as its tool reads it. Both texts are as long as the file: what
/// belongs to the other one is blank, but for line breaks.
struct Migration {
  std::string up;                   ///< with what stands before the first line that says a direction
  std::optional<std::string> down;  ///< nullopt: no line says that there is one
  bool transactional = true;        ///< up runs in one transaction
};
/// nullopt where no line of the file says what is run on the way forward. golang-migrate has files for each way.
std::optional<Migration> read_migration(MigrationTool tool, std::string_view sql);
/// The tool that the file's lines are written for.
std::optional<MigrationTool> recognise_migration(std::string_view sql);

}  // namespace dbw::review
