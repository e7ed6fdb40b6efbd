#include "base/text.hpp"
#include "sqlparse/postgresql/facts.hpp"

/// Functions, procedures and policies: objects that act with rights of their own.
namespace dbw::sqlparse::postgresql {
namespace {

/// CREATE names the list of options "options", ALTER names it "actions".
void fill_security(Statement& statement, const Node& root, std::string_view list) {
  statement.security_definer = has_option(root, list, "security");
  for (const Node& each : root.list(list)) {
    if (each.text("defname") != "set") continue;
    const Node set = each.child("arg");
    const bool resets = set.text("kind") == "VAR_RESET" || set.text("kind") == "VAR_RESET_ALL";
    if (to_lower(set.text("name")) == "search_path" && !resets) statement.sets_search_path = true;
  }
}

}  // namespace

void fill_create_function(Statement& statement, const Node& root, const Source&) {
  take_named(statement, ObjectKind::function, object_name(root.strings("funcname")), Access::create);
  statement.or_replace = root.flag("replace");
  fill_security(statement, root, "options");
  const std::vector<Node> bodies = option(root, "options", "as").child("arg").list("items");
  if (bodies.size() == 1) statement.nested_sql.push_back(constant_text(bodies.front()));
}

void fill_alter_function(Statement& statement, const Node& root, const Source&) {
  take_named(statement, ObjectKind::function, object_name(root.child("func").strings("objname")), Access::alter);
  fill_security(statement, root, "actions");
}

void fill_policy(Statement& statement, const Node& root, const Source&) {
  const bool creates = root.is("CreatePolicyStmt");
  add_object(statement, ObjectKind::policy, {{}, std::string(root.text("policy_name"))},
             creates ? Access::create : Access::alter);
  // ALTER POLICY does not say whether the policy is permissive: most are.
  const bool permissive = !creates || root.flag("permissive");
  statement.policy_admits_all = permissive && to_lower(constant_text(root.child("qual"))) == "true";
}

}  // namespace dbw::sqlparse::postgresql
