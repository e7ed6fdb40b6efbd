#include "sqlparse/postgresql/tree.hpp"

#include "base/text.hpp"

namespace dbw::sqlparse::postgresql {

Node Node::unwrap(Json element) {
  simdjson::dom::object object;
  if (element.get(object) != simdjson::SUCCESS) return {{}, element};
  auto field = object.begin();
  if (field == object.end()) return {{}, element};
  const std::string_view key = field.key();
  const Json value = field.value();
  const bool is_type = !key.empty() && key.front() >= 'A' && key.front() <= 'Z';
  if (!is_type || ++field != object.end()) return {{}, element};
  return {key, value};
}

std::string_view Node::text(std::string_view field) const {
  std::string_view value;
  if (!m_present || m_fields[field].get(value) != simdjson::SUCCESS) return {};
  return value;
}

bool Node::flag(std::string_view field) const {
  bool value = false;
  return m_present && m_fields[field].get(value) == simdjson::SUCCESS && value;
}

std::int64_t Node::number(std::string_view field) const {
  std::int64_t value = 0;
  if (!m_present || m_fields[field].get(value) != simdjson::SUCCESS) return 0;
  return value;
}

bool Node::has(std::string_view field) const { return m_present && m_fields[field].error() == simdjson::SUCCESS; }

Node Node::child(std::string_view field) const {
  Json value;
  if (!m_present || m_fields[field].get(value) != simdjson::SUCCESS) return {};
  return unwrap(value);
}

std::vector<Node> Node::list(std::string_view field) const {
  std::vector<Node> nodes;
  simdjson::dom::array array;
  if (!m_present || m_fields[field].get(array) != simdjson::SUCCESS) return nodes;
  nodes.reserve(array.size());
  for (const Json element : array) nodes.push_back(unwrap(element));
  return nodes;
}

std::vector<std::string> Node::strings(std::string_view field) const {
  std::vector<std::string> texts;
  simdjson::dom::array array;
  if (!m_present || m_fields[field].get(array) != simdjson::SUCCESS) return texts;
  texts.reserve(array.size());
  for (const Json element : array) texts.emplace_back(unwrap(element).text("sval"));
  return texts;
}

NameView Node::name(std::string_view field) const {
  NameView view;
  simdjson::dom::array array;
  if (!m_present || m_fields[field].get(array) != simdjson::SUCCESS) return view;
  for (const Json element : array) {
    view.schema = view.name;
    view.name = unwrap(element).text("sval");
    if (view.parts++ == 0) view.first = view.name;
  }
  return view;
}

ObjectName object_name(const std::vector<std::string>& parts) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return {{}, parts.back()};
  return {parts[parts.size() - 2], parts.back()};
}

ObjectName range_var_name(const Node& range_var) {
  return {std::string(range_var.text("schemaname")), std::string(range_var.text("relname"))};
}

std::vector<std::string> name_parts(const Node& object) {
  if (object.is("String")) return {std::string(object.text("sval"))};
  if (object.is("List")) {
    std::vector<std::string> parts;
    for (const Node& item : object.list("items")) {
      for (std::string& part : name_parts(item)) parts.push_back(std::move(part));
    }
    return parts;
  }
  if (object.is("TypeName")) return object.strings("names");
  if (object.is("ObjectWithArgs")) return object.strings("objname");
  const ObjectName name = range_var_name(object);
  if (name.schema.empty()) return {name.name};
  return {name.schema, name.name};
}

std::string constant_text(const Node& given) {
  Node node = given;
  while (node.is("TypeCast")) node = node.child("arg");
  if (node.is("A_Const")) {
    for (const std::string_view part : {"ival", "fval", "sval", "bsval", "boolval"}) {
      if (!node.has(part)) continue;
      const Node value = node.child(part);
      if (part == "ival") return std::to_string(value.number("ival"));
      if (part == "boolval") return value.flag("boolval") ? "true" : "false";
      return std::string(value.text(part));
    }
    return node.flag("isnull") ? "null" : "";
  }
  if (node.is("Integer")) return std::to_string(node.number("ival"));
  if (node.is("Float")) return std::string(node.text("fval"));
  if (node.is("Boolean")) return node.flag("boolval") ? "true" : "false";
  if (node.is("String")) return std::string(node.text("sval"));
  if (node.is("TypeName")) return object_name(node.strings("names")).name;
  return {};
}

Node option(const Node& statement, std::string_view list, std::string_view name) {
  Node found;
  for (const Node& option : statement.list(list)) {
    if (option.text("defname") == name) found = option;
  }
  return found;
}

bool is_on(const Node& option) {
  if (!option.has("arg")) return true;
  const std::string value = to_lower(constant_text(option.child("arg")));
  return value != "off" && value != "false" && value != "0";
}

bool has_option(const Node& statement, std::string_view list, std::string_view name) {
  const Node found = option(statement, list, name);
  return found && is_on(found);
}

}  // namespace dbw::sqlparse::postgresql
