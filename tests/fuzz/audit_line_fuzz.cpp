#include "audit/bodies.hpp"
#include "audit/layout.hpp"
#include "audit/line.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes = dbw::fuzz::text_of(data, size);
  dbw::fuzz::may_refuse([&] {
    const dbw::audit::Line line = dbw::audit::parse_line(bytes);
    dbw::fuzz::require(line.json + '\t' + line.key_id.text() + '\t' + dbw::to_base64(line.signature) == bytes,
                       "the parts give the line again");
    dbw::fuzz::require(dbw::model::emit_audit_entry(line.entry) == line.json, "the entry is written as it was read");
    dbw::fuzz::may_refuse([&] { dbw::audit::named_evidence(line.entry); });
  });
  dbw::fuzz::may_refuse([&] {
    dbw::fuzz::require(dbw::audit::checkpoint_text(dbw::audit::parse_checkpoint_text(bytes)) == bytes,
                       "the checkpoint is written as it was read");
  });
  dbw::fuzz::may_refuse([&] { dbw::audit::parse_openings(bytes); });
  dbw::fuzz::may_refuse([&] { dbw::audit::parse_trust_manifest(bytes); });
  dbw::fuzz::may_refuse([&] { dbw::audit::parse_files_manifest(bytes); });
  dbw::fuzz::may_refuse([&] { dbw::audit::parse_decisions_manifest(bytes); });
  return 0;
}
