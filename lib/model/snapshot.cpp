#include "model/snapshot.hpp"

#include <limits>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "model/form.hpp"
#include "model/token.hpp"

namespace dbw::model {
namespace {

using codec::Reader;
using codec::Value;
using schema::Catalogue;
using schema::Relation;

constexpr std::int64_t k_integer_max = (std::int64_t{1} << 53) - 1;

/// A map that leaves out what is empty, false or absent.
class Fields {
 public:
  Fields& add(const char* name, const std::string& text) {
    if (!text.empty()) m_map.emplace_back(name, text);
    return *this;
  }
  Fields& add(const char* name, std::string_view text) { return add(name, std::string(text)); }
  Fields& add(const char* name, bool flag) {
    if (flag) m_map.emplace_back(name, true);
    return *this;
  }
  Fields& add(const char* name, const std::optional<std::int64_t>& number) {
    if (number) m_map.emplace_back(name, *number);
    return *this;
  }
  Fields& add(const char* name, const std::vector<std::string>& texts) {
    Value::List items(texts.begin(), texts.end());
    if (!items.empty()) m_map.emplace_back(name, std::move(items));
    return *this;
  }
  Fields& add(const char* name, const schema::Name& it) {
    if (!it.name.empty()) m_map.emplace_back(name, Fields().add("schema", it.schema).add("name", it.name).value());
    return *this;
  }
  template <typename Item, typename Emit>
  Fields& each(const char* name, const std::vector<Item>& items, Emit emit) {
    Value::List values;
    for (const Item& item : items) values.push_back(emit(item));
    if (!values.empty()) m_map.emplace_back(name, std::move(values));
    return *this;
  }
  Value value() { return Value(std::move(m_map)); }

 private:
  Value::Map m_map;
};

schema::Name read_name(Reader& reader) {
  schema::Name out{reader.text_if("schema").value_or(""), reader.text("name")};
  reader.finish();
  return out;
}

schema::Name name_if(Reader& parent, std::string_view field) {
  std::optional<Reader> reader = parent.map(field);
  return reader ? read_name(*reader) : schema::Name{};
}

std::string text_or_empty(Reader& reader, std::string_view field) { return reader.text_if(field).value_or(""); }

template <typename Kind>
Kind read_kind(Reader& reader, std::optional<Kind> (*parse)(std::string_view)) {
  const std::string text = reader.text("kind");
  const std::optional<Kind> kind = parse(text);
  if (!kind) throw reader.error(ErrorCode::field_value, "kind", "\"" + printable(text) + "\" is not known");
  return *kind;
}

/// 64-bit numbers are written as text: JSON readers round what is above 2^53.
std::optional<std::int64_t> read_wide(Reader& reader, std::string_view field) {
  const std::optional<std::string> text = reader.text_if(field);
  if (!text) return std::nullopt;
  const std::optional<std::int64_t> number = parse_decimal(*text);
  if (!number || std::to_string(*number) != *text)
    throw reader.error(ErrorCode::field_value, field, "\"" + printable(*text) + "\" is not a 64-bit number");
  return number;
}

Value column_value(const schema::Column& it) {
  return Fields()
      .add("name", it.name)
      .add("type", it.type)
      .add("type_arguments", it.type_arguments)
      .add("array", it.array)
      .add("unsigned", it.is_unsigned)
      .add("not_null", it.not_null)
      .add("auto_increment", it.auto_increment)
      .add("default", it.default_sql)
      .add("on_update", it.on_update)
      .add("generated", it.generated)
      .add("charset", it.charset)
      .add("collation", it.collation)
      .add("comment", it.comment)
      .value();
}

schema::Column read_column(Reader& reader) {
  schema::Column out;
  out.name = reader.text("name");
  out.type = text_or_empty(reader, "type");
  out.type_arguments = reader.texts_if("type_arguments");
  out.array = reader.boolean_or("array", false);
  out.is_unsigned = reader.boolean_or("unsigned", false);
  out.not_null = reader.boolean_or("not_null", false);
  out.auto_increment = reader.boolean_or("auto_increment", false);
  out.default_sql = text_or_empty(reader, "default");
  out.on_update = text_or_empty(reader, "on_update");
  out.generated = reader.one_of_if("generated", {"stored", "virtual"}).value_or("");
  out.charset = text_or_empty(reader, "charset");
  out.collation = text_or_empty(reader, "collation");
  out.comment = text_or_empty(reader, "comment");
  return out;
}

Value constraint_value(const schema::Constraint& it) {
  return Fields()
      .add("kind", constraint_kind_name(it.kind))
      .add("name", it.name)
      .add("columns", it.columns)
      .add("references", it.references)
      .add("referenced_columns", it.referenced_columns)
      .add("on_delete", it.on_delete)
      .add("on_update", it.on_update)
      .add("not_validated", !it.validated)
      .add("expression", it.expression)
      .value();
}

schema::Constraint read_constraint(Reader& reader) {
  schema::Constraint out;
  out.kind = read_kind(reader, parse_constraint_kind);
  out.name = text_or_empty(reader, "name");
  out.columns = reader.texts_if("columns");
  out.references = name_if(reader, "references");
  out.referenced_columns = reader.texts_if("referenced_columns");
  out.on_delete = text_or_empty(reader, "on_delete");
  out.on_update = text_or_empty(reader, "on_update");
  out.validated = !reader.boolean_or("not_validated", false);
  out.expression = text_or_empty(reader, "expression");
  return out;
}

Value index_value(const schema::Index& it) {
  // An expression has no name, and a list holds no empty text.
  std::vector<std::string> columns = it.columns;
  for (std::string& column : columns) {
    if (column.empty()) column = "()";
  }
  return Fields()
      .add("name", it.name)
      .add("columns", columns)
      .add("method", it.method)
      .add("unique", it.unique)
      .add("invalid", !it.valid)
      .add("predicate", it.predicate)
      .value();
}

schema::Index read_index(Reader& reader) {
  schema::Index out;
  out.name = reader.text("name");
  out.columns = reader.texts_if("columns");
  for (std::string& column : out.columns) {
    if (column == "()") column.clear();
  }
  out.method = text_or_empty(reader, "method");
  out.unique = reader.boolean_or("unique", false);
  out.valid = !reader.boolean_or("invalid", false);
  out.predicate = text_or_empty(reader, "predicate");
  return out;
}

Value relation_value(const Relation& it) {
  return Fields()
      .add("kind", schema::relation_kind_name(it.kind))
      .add("name", it.name)
      .add("owner", it.owner)
      .each("columns", it.columns, column_value)
      .each("constraints", it.constraints, constraint_value)
      .each("indexes", it.indexes, index_value)
      .each("triggers", it.triggers,
            [](const schema::Trigger& trigger) {
              return Fields().add("name", trigger.name).add("definition", trigger.definition).value();
            })
      .add("partition_of", it.partition_of)
      .add("definition", it.definition)
      .each("reads", it.reads,
            [](const schema::Dependency& read) {
              return Fields().add("relation", read.relation).add("columns", read.columns).value();
            })
      .add("row_security", it.row_security)
      .add("storage_engine", it.storage_engine)
      .add("collation", it.collation)
      .add("rows", it.rows)
      .add("bytes", it.bytes)
      .value();
}

template <typename Item, typename Read>
void read_list(Reader& parent, std::string_view field, std::vector<Item>& out, Read read) {
  parent.list_if(field, [&](Reader& reader) {
    out.push_back(read(reader));
    reader.finish();
  });
}

Relation read_relation(Reader& reader) {
  Relation out;
  out.kind = read_kind(reader, schema::parse_relation_kind);
  out.name = name_if(reader, "name");
  out.owner = text_or_empty(reader, "owner");
  read_list(reader, "columns", out.columns, read_column);
  read_list(reader, "constraints", out.constraints, read_constraint);
  read_list(reader, "indexes", out.indexes, read_index);
  read_list(reader, "triggers", out.triggers, [](Reader& trigger) {
    return schema::Trigger{trigger.text("name"), text_or_empty(trigger, "definition")};
  });
  out.partition_of = name_if(reader, "partition_of");
  out.definition = text_or_empty(reader, "definition");
  read_list(reader, "reads", out.reads, [](Reader& read) {
    return schema::Dependency{name_if(read, "relation"), read.texts_if("columns")};
  });
  out.row_security = reader.boolean_or("row_security", false);
  out.storage_engine = text_or_empty(reader, "storage_engine");
  out.collation = text_or_empty(reader, "collation");
  out.rows = reader.integer_if("rows", 0, k_integer_max);
  out.bytes = reader.integer_if("bytes", 0, k_integer_max);
  return out;
}

Value routine_value(const schema::Routine& it) {
  return Fields()
      .add("name", it.name)
      .add("arguments", it.arguments)
      .add("returns", it.returns)
      .add("volatility", it.volatility)
      .add("security_definer", it.security_definer)
      .add("language", it.language)
      .value();
}

schema::Routine read_routine(Reader& reader) {
  schema::Routine out;
  out.name = name_if(reader, "name");
  out.arguments = text_or_empty(reader, "arguments");
  out.returns = text_or_empty(reader, "returns");
  out.volatility = text_or_empty(reader, "volatility");
  out.security_definer = reader.boolean_or("security_definer", false);
  out.language = text_or_empty(reader, "language");
  return out;
}

Value sequence_value(const schema::Sequence& it) {
  return Fields()
      .add("name", it.name)
      .add("last_value", it.last_value ? std::to_string(*it.last_value) : std::string())
      .add("max_value", std::to_string(it.max_value))
      .add("owned_by_table", it.owned_by_table)
      .add("owned_by_column", it.owned_by_column)
      .value();
}

schema::Sequence read_sequence(Reader& reader) {
  schema::Sequence out;
  out.name = name_if(reader, "name");
  out.last_value = read_wide(reader, "last_value");
  out.max_value = read_wide(reader, "max_value").value_or(std::numeric_limits<std::int64_t>::max());
  out.owned_by_table = name_if(reader, "owned_by_table");
  out.owned_by_column = text_or_empty(reader, "owned_by_column");
  return out;
}

Value type_value(const schema::Type& it) {
  return Fields()
      .add("name", it.name)
      .add("base", it.base)
      .add("labels", it.labels)
      .add("constrained", it.constrained)
      .value();
}

schema::Type read_type(Reader& reader) {
  schema::Type out;
  out.name = name_if(reader, "name");
  out.base = text_or_empty(reader, "base");
  out.labels = reader.texts_if("labels");
  out.constrained = reader.boolean_or("constrained", false);
  return out;
}

Catalogue read_catalogue(Reader& reader) {
  Catalogue out;
  out.engine = *parse_engine(reader.one_of("engine", {"postgresql", "mysql", "mariadb", "sqlite"}));
  out.server_version = reader.text("server_version");
  read_list(reader, "relations", out.relations, read_relation);
  read_list(reader, "routines", out.routines, read_routine);
  read_list(reader, "sequences", out.sequences, read_sequence);
  read_list(reader, "types", out.types, read_type);
  reader.list_if("settings", [&](Reader& setting) {
    out.settings[setting.text("name")] = text_or_empty(setting, "value");
    setting.finish();
  });
  return out;
}

}  // namespace

Snapshot parse_snapshot_payload(std::string_view json) {
  constexpr std::string_view source = "snapshot";
  const Value document = codec::parse_json(json, source, k_snapshot_bytes_max);
  Reader reader(document, std::string(source));
  Snapshot out;
  out.database = reader.name("database");
  out.environment = reader.name("environment");
  out.target = reader.name("target");
  out.taken_at = reader.time("taken_at");
  out.log_size = reader.integer("log_size", 0, k_integer_max);
  out.catalogue = read_catalogue(reader);
  reader.finish();
  // The readers forgive what the signed form does not: a number as text, an empty list, another order of the settings.
  if (emit_snapshot_payload(out) != json)
    throw Error(ErrorCode::envelope_malformed, "the snapshot is not written as dbw writes it");
  return out;
}

Envelope parse_snapshot_file(std::string_view json) {
  if (json.ends_with('\n')) json.remove_suffix(1);
  Envelope envelope = parse_envelope(json, k_snapshot_envelope_bytes_max);
  if (envelope.payload_type != k_snapshot_payload_type) {
    throw Error(ErrorCode::envelope_malformed,
                "the envelope holds \"" + printable(envelope.payload_type) + "\", not a schema snapshot",
                "Make one with dbw-exec snapshot.");
  }
  return envelope;
}

Snapshot parse_snapshot_envelope(std::string_view json) {
  return parse_snapshot_payload(parse_snapshot_file(json).payload);
}

std::string emit_snapshot_payload(const Snapshot& snapshot) {
  const Catalogue& catalogue = snapshot.catalogue;
  const std::vector<std::pair<std::string, std::string>> settings(catalogue.settings.begin(), catalogue.settings.end());
  Value document = Fields()
                       .add("database", snapshot.database)
                       .add("environment", snapshot.environment)
                       .add("target", snapshot.target)
                       .add("taken_at", snapshot.taken_at.text())
                       .add("log_size", std::optional(snapshot.log_size))
                       .add("engine", engine_name(catalogue.engine))
                       .add("server_version", catalogue.server_version)
                       .each("settings", settings,
                             [](const auto& setting) {
                               return Fields().add("name", setting.first).add("value", setting.second).value();
                             })
                       .each("relations", catalogue.relations, relation_value)
                       .each("routines", catalogue.routines, routine_value)
                       .each("sequences", catalogue.sequences, sequence_value)
                       .each("types", catalogue.types, type_value)
                       .value();
  return codec::emit_json(document);
}

}  // namespace dbw::model
