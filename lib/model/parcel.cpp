#include "model/parcel.hpp"

#include "base/bytes.hpp"
#include "codec/json.hpp"
#include "model/form.hpp"

namespace dbw::model {
namespace {

using codec::Reader;
using codec::Value;

std::string read_bytes(Reader& reader, std::string_view field) {
  const Value* value = reader.raw(field);
  if (value == nullptr) throw reader.error(ErrorCode::field_missing, field, "the field is missing");
  if (value->kind() != Value::Kind::text) throw reader.error(ErrorCode::field_type, field, "expected base64 text");
  return at_field(reader, field, [&] { return from_base64(value->text()); });
}

void read_files(Reader& reader, Parcel& parcel) {
  reader.list_if("files", [&](Reader& each) {
    Parcel::File file{each.text("path"), read_bytes(each, "bytes")};
    if (!is_relative_path(file.path)) {
      throw each.error(ErrorCode::field_value, "path",
                       "a path below the request's folder, components [a-z0-9][a-z0-9._-]*");
    }
    if (!parcel.files.empty() && parcel.files.back().path >= file.path)
      throw each.error(ErrorCode::field_value, "path", "the files are not sorted by path, each once");
    each.finish();
    parcel.files.push_back(std::move(file));
  });
}

}  // namespace

Parcel parse_parcel(std::string_view bytes, std::string_view source) {
  const Value document = codec::parse_json(bytes, source, k_parcel_bytes_max);
  Reader reader(document, std::string(source));
  require_kind(reader, "parcel");
  Parcel parcel;
  parcel.repo_id = reader.hex("repo_id", 16);
  const std::string request = reader.text("request");
  parcel.request = at_field(reader, "request", [&] { return RequestId(request); });
  read_files(reader, parcel);
  reader.list_if("decisions", [&](Reader& each) {
    parcel.decisions.push_back({each.name("person"), read_bytes(each, "commit")});
    each.finish();
  });
  reader.finish();
  if (parcel.files.empty() && parcel.decisions.empty())
    throw reader.error(ErrorCode::field_missing, "files", "a parcel holds files, decisions or both");
  return parcel;
}

std::string render_parcel(const Parcel& parcel) {
  Value::List files, decisions;
  for (const Parcel::File& file : parcel.files)
    files.emplace_back(Value::Map{{"path", file.path}, {"bytes", to_base64(file.bytes)}});
  for (const Parcel::DecisionCommit& each : parcel.decisions)
    decisions.emplace_back(Value::Map{{"person", each.person}, {"commit", to_base64(each.commit)}});
  Value value;
  value.set("dbw", "parcel/v1").set("repo_id", parcel.repo_id).set("request", parcel.request.text());
  if (!files.empty()) value.set("files", std::move(files));
  if (!decisions.empty()) value.set("decisions", std::move(decisions));
  return codec::emit_json(value);
}

}  // namespace dbw::model
