#include "review/cast_table.hpp"

#include <charconv>
#include <optional>

namespace dbw::review {
namespace {

using sqlparse::ColumnDefinition;

std::optional<int> argument(const ColumnDefinition& column, std::size_t index) {
  if (index >= column.type_arguments.size()) return std::nullopt;
  const std::string& text = column.type_arguments[index];
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// varchar(10) -> varchar(20), varchar, text.
bool grows(const ColumnDefinition& from, const ColumnDefinition& to) {
  if (to.type_arguments.empty()) return true;
  const auto old_length = argument(from, 0);
  const auto new_length = argument(to, 0);
  return old_length && new_length && *new_length >= *old_length;
}

/// numeric(10,2) -> numeric(12,2), numeric. A change of the scale rewrites.
bool numeric_grows(const ColumnDefinition& from, const ColumnDefinition& to) {
  if (to.type_arguments.empty()) return true;
  return grows(from, to) && !from.type_arguments.empty() &&
         argument(from, 1).value_or(0) == argument(to, 1).value_or(0);
}

}  // namespace

bool changes_catalogue_only(const ColumnDefinition& from, const ColumnDefinition& to) {
  if (from.array != to.array) return false;
  if (from.type == to.type && from.type_arguments == to.type_arguments) return true;
  if (from.array) return false;
  if (from.type == "varchar" && (to.type == "varchar" || to.type == "text"))
    return to.type == "text" || grows(from, to);
  if (from.type == "text" && to.type == "varchar") return to.type_arguments.empty();
  if (from.type == "numeric" && to.type == "numeric") return numeric_grows(from, to);
  if (from.type == "varbit" && to.type == "varbit") return grows(from, to);
  if (from.type == "cidr" && to.type == "inet") return true;
  return from.type == "xml" && to.type == "text";
}

}  // namespace dbw::review
