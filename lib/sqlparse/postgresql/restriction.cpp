#include <algorithm>

#include "base/text.hpp"
#include "sqlparse/postgresql/effects.hpp"
#include "sqlparse/postgresql/functions.hpp"

/// Does a condition choose rows at all? Only what is certain counts as a choice: a condition that looks at no column
/// treats all rows alike.
namespace dbw::sqlparse::postgresql {
namespace {

enum class Truth { unknown, always, never };

// Deeper conditions than any person writes count as no restriction.
constexpr int k_condition_depth_max = 500;

Truth truth(const Node& condition, int depth);

Truth opposite(Truth truth) {
  if (truth == Truth::unknown) return truth;
  return truth == Truth::always ? Truth::never : Truth::always;
}

Truth known(bool holds) { return holds ? Truth::always : Truth::never; }

std::string column_text(const Node& node) {
  return node.is("ColumnRef") ? join(node.strings("fields"), ".") : std::string();
}

bool same_column(const Node& left, const Node& right) {
  if (!left.is("ColumnRef") || !right.is("ColumnRef")) return false;
  const std::string column = column_text(left);
  return !column.empty() && column == column_text(right);
}

bool is_constant(Node node) {
  while (node.is("TypeCast")) node = node.child("arg");
  return node.is("A_Const");
}

/// Columns, sub-queries, parameters and volatile functions can make a difference between rows, or between runs.
bool varies(const Node& condition) {
  return any_node(condition, [](const Node& node) {
    return node.is("ColumnRef") || node.is("SubLink") || node.is("ParamRef") || node.is("CurrentOfExpr") ||
           (node.is("FuncCall") && !function_facts(object_name(node.name("funcname"))).constant);
  });
}

Truth of_constant(const Node& node) {
  const std::string text = to_lower(constant_text(node));
  for (const std::string_view yes : {"true", "t", "yes", "y", "on", "1"}) {
    if (text == yes) return Truth::always;
  }
  return Truth::never;
}

Truth compare_constants(std::string_view op, const std::string& left, const std::string& right) {
  const bool numbers = !left.empty() && !right.empty() && left.find_first_not_of("0123456789") == std::string::npos &&
                       right.find_first_not_of("0123456789") == std::string::npos;
  const bool shorter = left.size() < right.size();
  const bool less = numbers && left.size() != right.size() ? shorter : left < right;
  if (op == "=") return known(left == right);
  if (op == "<>" || op == "!=") return known(left != right);
  if (op == "<") return known(less);
  if (op == "<=") return known(less || left == right);
  if (op == ">") return known(!less && left != right);
  if (op == ">=") return known(!less);
  return Truth::always;
}

bool is_null_test_of(const Node& node, std::string_view kind, std::string* column) {
  if (!node.is("NullTest") || node.text("nulltesttype") != kind) return false;
  *column = column_text(node.child("arg"));
  return !column->empty();
}

/// x IS NULL OR x IS NOT NULL.
bool covers_null_and_not_null(const std::vector<Node>& branches) {
  for (const Node& a : branches) {
    for (const Node& b : branches) {
      std::string left;
      std::string right;
      if (is_null_test_of(a, "IS_NULL", &left) && is_null_test_of(b, "IS_NOT_NULL", &right) && left == right)
        return true;
    }
  }
  return false;
}

Truth of_bool_expr(const Node& node, int depth) {
  const std::vector<Node> arguments = node.list("args");
  std::vector<Truth> truths;
  for (const Node& argument : arguments) truths.push_back(truth(argument, depth + 1));
  const auto any = [&](Truth wanted) { return std::find(truths.begin(), truths.end(), wanted) != truths.end(); };
  const auto all = [&](Truth wanted) {
    return std::all_of(truths.begin(), truths.end(), [&](Truth t) { return t == wanted; });
  };
  if (node.text("boolop") == "NOT_EXPR") return truths.empty() ? Truth::unknown : opposite(truths.front());
  const bool is_or = node.text("boolop") == "OR_EXPR";
  const Truth decisive = is_or ? Truth::always : Truth::never;
  if (any(decisive)) return decisive;
  // The square of the branches is looked at only where there are few.
  if (is_or && arguments.size() <= 64 && covers_null_and_not_null(arguments)) return Truth::always;
  return all(opposite(decisive)) ? opposite(decisive) : Truth::unknown;
}

Truth of_operator(const Node& node) {
  const std::string_view op = node.name("name").name;
  const Node left = node.child("lexpr");
  const Node right = node.child("rexpr");
  const std::string_view kind = node.text("kind");
  if (kind == "AEXPR_OP" && (op == "=" || op == ">=" || op == "<=") && same_column(left, right)) return Truth::always;
  if (kind == "AEXPR_NOT_DISTINCT" && same_column(left, right)) return Truth::always;
  if ((kind == "AEXPR_LIKE" || kind == "AEXPR_ILIKE") && (op == "~~" || op == "~~*")) {
    const std::string pattern = constant_text(right);
    if (!pattern.empty() && pattern.find_first_not_of('%') == std::string::npos) return Truth::always;
  }
  if (kind == "AEXPR_OP" && is_constant(left) && is_constant(right))
    return compare_constants(op, constant_text(left), constant_text(right));
  return varies(node) ? Truth::unknown : Truth::always;
}

Truth of_null_test(const Node& node) {
  const Node argument = node.child("arg");
  if (!is_constant(argument)) return varies(argument) ? Truth::unknown : Truth::always;
  const bool is_null = argument.flag("isnull");
  return known(is_null == (node.text("nulltesttype") == "IS_NULL"));
}

Truth truth(const Node& condition, int depth) {
  if (depth > k_condition_depth_max) return Truth::always;
  if (is_constant(condition)) return of_constant(condition);
  if (condition.is("BoolExpr")) return of_bool_expr(condition, depth);
  if (condition.is("A_Expr")) return of_operator(condition);
  if (condition.is("NullTest")) return of_null_test(condition);
  if (condition.is("SubLink") && condition.text("subLinkType") == "EXISTS_SUBLINK") {
    const Node select = condition.child("subselect");
    const bool bare =
        !select.has("fromClause") && !select.has("whereClause") && !select.has("larg") && !select.has("limitCount");
    return bare ? Truth::always : Truth::unknown;
  }
  return varies(condition) ? Truth::unknown : Truth::always;
}

}  // namespace

Restriction restriction_of(const Node& condition) {
  if (!condition) return Restriction::none;
  return truth(condition, 0) == Truth::always ? Restriction::always_true : Restriction::some;
}

}  // namespace dbw::sqlparse::postgresql
