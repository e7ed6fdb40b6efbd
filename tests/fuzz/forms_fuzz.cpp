#include "fuzz.hpp"
#include "model/decision.hpp"
#include "model/request.hpp"
#include "model/snapshot.hpp"
#include "model/token.hpp"
#include "model/trust_documents.hpp"

/// Every signed form but the log's: what is read either is refused or can be written again, byte for byte where the
/// form is canonical.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace dbw;
  const std::string_view bytes = fuzz::text_of(data, size);
  fuzz::may_refuse([&] {
    fuzz::require(model::render_decision(model::parse_decision(bytes)) == bytes, "the decision is written as read");
  });
  fuzz::may_refuse([&] {
    fuzz::require(model::emit_envelope(model::parse_envelope(bytes)) == bytes, "the envelope is written as read");
  });
  fuzz::may_refuse([&] {
    fuzz::require(model::emit_token_payload(model::parse_token_payload(bytes)) == bytes,
                  "the token is written as read");
  });
  fuzz::may_refuse([&] {
    fuzz::require(model::emit_snapshot_payload(model::parse_snapshot_payload(bytes)) == bytes,
                  "the snapshot is written as read");
  });
  fuzz::may_refuse([&] {
    const model::Request request = model::parse_request(bytes, "input");
    fuzz::may_refuse([&] { model::parse_request(model::render_request(request), "again"); });
  });
  fuzz::may_refuse([&] { model::parse_cancellation(bytes, "input"); });
  fuzz::may_refuse([&] { model::parse_pin(bytes, "input"); });
  fuzz::may_refuse([&] { model::parse_root(bytes, "input"); });
  fuzz::may_refuse([&] { model::parse_roster(bytes, "input"); });
  fuzz::may_refuse([&] { model::parse_policy(bytes, "input"); });
  fuzz::may_refuse([&] { model::parse_suspension(bytes, "input"); });
  return 0;
}
