#include "review/schema_drift.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "base/text.hpp"
#include "review/drift_scope.hpp"

namespace dbw::review {
namespace {

using schema::Catalogue;
using schema::Relation;

/// Of a text in a line, and what is shown before the first byte that differs.
constexpr std::size_t k_text_bytes_max = 120, k_text_before_max = 40;

/// What kind of part, its name -> what it is.
using Parts = std::map<std::pair<std::string, std::string>, std::string>;
/// What kind of object, its name, a function's arguments.
using ObjectKey = std::tuple<std::string, schema::Name, std::string>;
using Objects = std::map<ObjectKey, Parts>;

std::string object_label(const ObjectKey& key) {
  const auto& [kind, name, arguments] = key;
  return fmt::format("{} {}{}", kind, name.text(), arguments);
}

void put(Parts& parts, const char* kind, const std::string& name, const std::string& text) {
  if (text.empty()) return;
  std::string& known = parts[{kind, name}];
  known += (known.empty() ? "" : "; ") + text;
}

std::string text_of(const schema::Column& it) {
  std::string out = it.type;
  if (!it.type_arguments.empty()) out += fmt::format("({})", join(it.type_arguments, ","));
  if (it.array) out += "[]";
  if (it.is_unsigned) out += " unsigned";
  if (it.not_null) out += " not null";
  if (it.auto_increment) out += " numbered";
  if (!it.generated.empty()) out += " generated " + it.generated;
  if (!it.charset.empty()) out += " charset " + it.charset;
  if (!it.collation.empty()) out += " collation " + it.collation;
  if (!it.on_update.empty()) out += " on update " + it.on_update;
  if (!it.default_sql.empty()) out += " default " + it.default_sql;
  return out;
}

std::string text_of(const schema::Constraint& it) {
  std::string out = fmt::format("{} ({})", constraint_kind_name(it.kind), join(it.columns, ", "));
  if (!it.references.name.empty())
    out += fmt::format(" references {} ({})", it.references.text(), join(it.referenced_columns, ", "));
  if (!it.on_delete.empty()) out += " on delete " + it.on_delete;
  if (!it.on_update.empty()) out += " on update " + it.on_update;
  if (!it.validated) out += " not validated";
  return it.expression.empty() ? out : out + ": " + it.expression;
}

std::string text_of(const schema::Index& it) {
  std::string out = it.unique ? "unique " : "";
  out += fmt::format("{} ({})", it.method, join(it.columns, ", "));
  if (!it.valid) out += " invalid";
  return it.predicate.empty() ? out : out + " where " + it.predicate;
}

Parts parts_of(const Relation& it, bool query) {
  Parts out;
  std::vector<std::string> names;
  for (const schema::Column& column : it.columns) {
    put(out, "column", column.name, text_of(column));
    names.push_back(column.name);
  }
  put(out, "order of columns", "", join(names, ", "));
  put(out, "owner", "", it.owner);
  put(out, "definition", "", it.definition);
  put(out, "partition of", "", it.partition_of.text());
  put(out, "row security", "", it.row_security ? "on" : "off");
  put(out, "storage engine", "", it.storage_engine);
  put(out, "collation", "", it.collation);
  for (const schema::Index& index : it.indexes) put(out, "index", index.name, text_of(index));
  if (query) return out;
  for (const schema::Constraint& constraint : it.constraints)
    put(out, "constraint", constraint.name, text_of(constraint));
  for (const schema::Trigger& trigger : it.triggers) put(out, "trigger", trigger.name, trigger.definition);
  return out;
}

/// Counters say how far they came, and each table has sizes: neither is part of a schema.
Objects objects_of(const Catalogue& catalogue, const DriftScope& scope, bool query) {
  Objects out;
  for (const Relation& it : catalogue.relations) {
    if (scope.covers(it)) out[{std::string(relation_kind_name(it.kind)), it.name, ""}] = parts_of(it, query);
  }
  for (const schema::Routine& it : catalogue.routines) {
    if (!scope.covers(it.name)) continue;
    Parts& parts = out[{it.returns.empty() ? "procedure" : "function", it.name, fmt::format("({})", it.arguments)}];
    put(parts, "result", "", it.returns);
    put(parts, "volatility", "", it.volatility);
    put(parts, "rights", "", it.security_definer ? "its definer's" : "its caller's");
    put(parts, "language", "", it.language);
  }
  for (const schema::Sequence& it : catalogue.sequences) {
    if (!scope.covers(it)) continue;
    Parts& parts = out[{"sequence", it.name, ""}];
    put(parts, "largest value", "", std::to_string(it.max_value));
    put(parts, "owner", "", it.owned_by_table.text() + " " + it.owned_by_column);
  }
  for (const schema::Type& it : catalogue.types) {
    if (!scope.covers(it.name)) continue;
    Parts& parts = out[{it.base.empty() ? "enumeration" : "domain", it.name, ""}];
    put(parts, "base", "", it.base);
    put(parts, "values", "", join(it.labels, ", "));
    put(parts, "constraint", "", it.constrained ? "some" : "none");
  }
  return out;
}

/// Long texts from shortly before the byte where they begin to differ.
std::string shown(std::string_view text, std::string_view other) {
  const auto differs = std::mismatch(text.begin(), text.end(), other.begin(), other.end()).first;
  const std::size_t same = static_cast<std::size_t>(differs - text.begin());
  std::size_t from = same > k_text_before_max ? same - k_text_before_max : 0;
  while (from != 0 && from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0U) == 0x80U) ++from;
  const std::string_view cut = truncate_utf8(text.substr(from), k_text_bytes_max);
  return fmt::format("{}{}{}", from == 0 ? "" : "...", printable(cut), from + cut.size() < text.size() ? "..." : "");
}

class Comparison {
 public:
  explicit Comparison(Engine engine) : m_hides(engine == Engine::mysql || engine == Engine::mariadb) {}

  void compare(const Objects& was, const Objects& is) {
    for (const auto& [key, parts] : was) {
      const auto now = is.find(key);
      if (now == is.end()) {
        say(object_label(key), gone());
      } else {
        compare(object_label(key), parts, now->second);
      }
    }
    for (const auto& [key, parts] : is) {
      if (!was.contains(key)) say(object_label(key), "was not there");
    }
  }
  /// On MySQL and MariaDB, where rights decide what an account sees.
  void require_shown(const Objects& objects, const char* whose) {
    for (const auto& [key, parts] : objects) {
      if (m_hides && std::get<0>(key) == "view" && !parts.contains({"definition", ""}))
        say(object_label(key), fmt::format("its definition is not shown to {}: GRANT SHOW VIEW", whose));
    }
  }
  void say(const std::string& what, const std::string& text) {
    m_lines.push_back(fmt::format("{}: {}", printable(what), text));
  }
  std::vector<std::string> take() { return std::move(m_lines); }

 private:
  void compare(const std::string& object, const Parts& was, const Parts& is) {
    const auto label = [&](const Parts::key_type& part) {
      return part.second.empty() ? object + ": " + part.first
                                 : fmt::format("{}: {} {}", object, part.first, part.second);
    };
    for (const auto& [part, text] : was) {
      const auto now = is.find(part);
      const bool seen = now != is.end();
      if (seen && now->second == text) continue;
      say(label(part), fmt::format("was {}, {}", shown(text, seen ? now->second : ""),
                                   seen ? "is " + shown(now->second, text) : gone()));
    }
    for (const auto& [part, text] : is) {
      if (!was.contains(part)) say(label(part), fmt::format("was not there, is {}", shown(text, "")));
    }
  }
  std::string gone() const { return m_hides ? "is gone, or this account may not see it" : "is gone"; }

  bool m_hides;
  std::vector<std::string> m_lines;
};

}  // namespace

std::vector<std::string> schema_drift(const DriftInput& input) {
  const DriftScope scope(input);
  const Objects was = objects_of(input.reviewed, scope, input.query);
  const Objects is = objects_of(input.live, scope, input.query);
  Comparison out(input.live.engine);
  out.require_shown(was, "the account that the snapshot was taken with");
  out.require_shown(is, "the account that the step runs with");
  out.compare(was, is);
  if (!input.query && !input.sees_triggers && !is.empty())
    out.say("triggers",
            "they are not shown to the account that the step runs with: GRANT TRIGGER on the whole database");
  return out.take();
}

}  // namespace dbw::review
