#include "trust/snapshots.hpp"

#include "crypto/note.hpp"
#include "support/error_of.hpp"
#include "support/trust_world.hpp"

namespace dbw::trust {
namespace {

/// A snapshot that exec-prod took of production a day ago, and what its log knows of it.
struct Published {
  model::Snapshot snapshot;
  std::string signer = "exec-prod";
  std::string type{model::k_snapshot_payload_type};
  Seconds max_age{7 * 86400};
  test::World world;

  Published() {
    snapshot.database = "shop";
    snapshot.environment = "production";
    snapshot.target = "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d";
    snapshot.taken_at = test::k_now - Seconds(86400);
    snapshot.log_size = 7;
    snapshot.catalogue.server_version = "15";
  }
  std::string file() const {
    const test::TestKey key = test::key_of(signer);
    const std::string payload = model::emit_snapshot_payload(snapshot);
    return model::emit_envelope({type, payload, key.key.id.text(), key.sign(crypto::dsse_pae(type, payload))}) + "\n";
  }
  model::SnapshotRecord record() const { return {crypto::sha256(file()), snapshot.log_size, snapshot.taken_at}; }
  void verify(const std::string& bytes, const model::SnapshotRecord* newest) const {
    const SnapshotFacts facts{"shop", "production", "9b1d9b1d9b1d9b1d9b1d9b1d9b1d9b1d", newest, max_age};
    const auto verified = verify_snapshot(world.authority(), bytes, facts, world.now);
    EXPECT_EQ(verified->log_size, snapshot.log_size);
  }
  std::optional<ErrorCode> refusal(const std::string& bytes, const model::SnapshotRecord* newest) const {
    return test::code_of([&] { verify(bytes, newest); });
  }
  std::optional<ErrorCode> refusal() const {
    const model::SnapshotRecord newest = record();
    return refusal(file(), &newest);
  }
};

TEST(PublishedSnapshot, OfTheExecutorInTheLogAndYoungCounts) {
  const Published published;
  const model::SnapshotRecord newest = published.record();
  EXPECT_NO_THROW(published.verify(published.file(), &newest));
}

TEST(PublishedSnapshot, OfAnybodyElseIsRefused) {
  for (const char* signer : {"issuer", "exec-staging", "alice", "stranger"}) {
    Published published;
    published.signer = signer;
    EXPECT_EQ(published.refusal(), ErrorCode::snapshot_signature) << signer;
  }
}

TEST(PublishedSnapshot, WithAnotherPayloadUnderTheSignatureIsRefused) {
  Published published;
  const model::Envelope good = model::parse_snapshot_file(published.file());
  published.snapshot.log_size = 8;
  const std::string forged = model::emit_envelope(
      {good.payload_type, model::emit_snapshot_payload(published.snapshot), good.key_id, good.signature});
  const model::SnapshotRecord newest{crypto::sha256(forged), 8, published.snapshot.taken_at};
  EXPECT_EQ(published.refusal(forged, &newest), ErrorCode::snapshot_signature);
}

TEST(PublishedSnapshot, ThatIsNoneIsRefused) {
  Published published;
  const model::SnapshotRecord newest = published.record();
  for (const std::string bytes : {"", "{}", "not json", "{\"payload\":\"e30=\"}"})
    EXPECT_EQ(published.refusal(bytes, &newest), ErrorCode::snapshot_signature) << bytes;
  published.type = "application/vnd.dbw.token.v1+json";
  EXPECT_EQ(published.refusal(), ErrorCode::snapshot_signature);
}

TEST(PublishedSnapshot, OfAnotherPlaceIsRefused) {
  for (std::string model::Snapshot::*field :
       {&model::Snapshot::database, &model::Snapshot::environment, &model::Snapshot::target}) {
    Published published;
    published.snapshot.*field = "other";
    EXPECT_EQ(published.refusal(), ErrorCode::snapshot_other_target);
  }
}

TEST(PublishedSnapshot, ThatTheLogDoesNotKnowAsItsNewestIsRefused) {
  Published published;
  EXPECT_EQ(published.refusal(published.file(), nullptr), ErrorCode::snapshot_not_newest);
  const std::string older = published.file();
  published.snapshot.log_size = 9;
  const model::SnapshotRecord newer = published.record();
  published.snapshot.log_size = 7;
  EXPECT_EQ(published.refusal(older, &newer), ErrorCode::snapshot_not_newest);
  // The digest is that of the file as it lies there.
  const model::SnapshotRecord same = published.record();
  EXPECT_EQ(published.refusal(older.substr(0, older.size() - 1), &same), ErrorCode::snapshot_not_newest);
}

TEST(PublishedSnapshot, EndsWithItsAge) {
  Published published;
  published.max_age = Seconds(86400);
  const model::SnapshotRecord newest = published.record();
  EXPECT_NO_THROW(published.verify(published.file(), &newest));
  published.max_age = Seconds(86399);
  EXPECT_EQ(published.refusal(), ErrorCode::snapshot_too_old);
}

TEST(PublishedSnapshot, OfASuspendedExecutorIsRefused) {
  Published published;
  published.world.suspend("machines: [exec-prod]");
  EXPECT_EQ(published.refusal(), ErrorCode::trust_suspended);
}

}  // namespace
}  // namespace dbw::trust
