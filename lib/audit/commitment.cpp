#include "audit/commitment.hpp"

#include "audit/layout.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/json.hpp"
#include "codec/reader.hpp"
#include "crypto/hash.hpp"

namespace dbw::audit {
namespace {

constexpr std::size_t k_salt_bytes = 32;

/// JSON of the profile holds any UTF-8 but NUL.
bool fits_json(std::string_view text) { return is_utf8(text) && text.find('\0') == std::string_view::npos; }

}  // namespace

Digest commitment(const Opening& opening) {
  if (opening.salt.size() != k_salt_bytes)
    throw Error(ErrorCode::audit_redaction_mismatch,
                "a salt has " + std::to_string(opening.salt.size()) + " bytes, expected 32");
  return crypto::tuple_hash("dbw/redact/v1", {opening.path, opening.salt, opening.text});
}

Opening new_opening(std::string_view path, std::string_view text) {
  return {std::string(path), crypto::random_bytes(k_salt_bytes), std::string(text)};
}

bool verify_opening(const Opening& opening, const Digest& expected) {
  return opening.salt.size() == k_salt_bytes && commitment(opening) == expected;
}

std::string emit_openings(const std::vector<Opening>& openings) {
  codec::Value::List items;
  for (const Opening& opening : openings) {
    codec::Value item;
    item.set("path", opening.path);
    item.set("salt", to_hex(opening.salt));
    if (fits_json(opening.text))
      item.set("text", opening.text);
    else
      item.set("text_base64", to_base64(opening.text));
    items.push_back(std::move(item));
  }
  codec::Value document;
  document.set("openings", std::move(items));
  document.set("v", std::int64_t{1});
  return codec::emit_json(document);
}

std::vector<Opening> parse_openings(std::string_view json) {
  const codec::Value document = codec::parse_json(json, "openings", k_evidence_bytes_max);
  codec::Reader reader(document, "openings");
  reader.integer("v", 1, 1);
  std::vector<Opening> openings;
  reader.list_if("openings", [&](codec::Reader& item) {
    Opening opening;
    opening.path = item.text("path");
    opening.salt = from_hex(item.hex("salt", k_salt_bytes));
    const codec::Value* text = item.raw("text");
    const codec::Value* coded = item.raw("text_base64");
    const codec::Value* present = text != nullptr ? text : coded;
    if ((text == nullptr) == (coded == nullptr) || present->kind() != codec::Value::Kind::text)
      throw item.error(ErrorCode::field_value, "text", "expected either text or text_base64");
    opening.text = text != nullptr ? text->text() : from_base64(coded->text());
    item.finish();
    openings.push_back(std::move(opening));
  });
  reader.finish();
  return openings;
}

}  // namespace dbw::audit
