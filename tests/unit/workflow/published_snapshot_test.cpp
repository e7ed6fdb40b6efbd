#include "workflow/published_snapshot.hpp"

#include <thread>

#include <fmt/format.h>

#include "base/files.hpp"
#include "support/error_of.hpp"

namespace dbw::workflow {
namespace {

const Timestamp k_at = Timestamp::parse("2026-11-20T12:00:00Z");

/// Hosts with a mirror each over one change repository.
class PublishedSnapshots : public testing::Test {
 protected:
  void SetUp() override { git::Repository::init(m_remote); }
  ChangeRepository host(const std::string& name) const {
    return {m_folder.path() / name, {.url = m_remote.string()}, "refs/heads/main"};
  }
  std::optional<std::string> published(const Place& place) const {
    return read_published_snapshot(git::Repository::open(m_remote), place);
  }
  /// Somebody who may push there, and keeps no rules.
  void put(const std::vector<git::TreeChange>& changes) const {
    git::Repository repository = git::Repository::open(m_remote);
    const std::optional<git::ObjectId> head = repository.resolve(k_schema_ref);
    const git::ObjectId tree = repository.write_tree(head ? repository.tree_of(*head) : git::ObjectId{}, changes);
    repository.set_ref(k_schema_ref,
                       repository.write_commit(
                           fmt::format("tree {}\nauthor m <m@x> 1 +0000\ncommitter m <m@x> 1 +0000\n\nx\n", tree.hex)));
  }

  TemporaryFolder m_folder;
  std::filesystem::path m_remote = m_folder.path() / "changes.git";
};

TEST_F(PublishedSnapshots, HaveNamesOfTheirPlaces) {
  EXPECT_EQ(snapshot_path({"shop", "production", ""}), "shop.production.json");
  EXPECT_EQ(snapshot_path({"shop", "production", "eu-1"}), "shop.production.eu-1.json");
}

TEST_F(PublishedSnapshots, OfManyHostsAtOnceAllArrive) {
  constexpr int hosts = 4, rounds = 4;
  std::vector<std::thread> threads;
  std::vector<std::string> failures(hosts);
  for (int i = 0; i < hosts; ++i) {
    threads.emplace_back([&, i] {
      try {
        ChangeRepository change = host(fmt::format("host-{}", i));
        for (int round = 0; round < rounds; ++round)
          publish_snapshot_file(change, {"shop", fmt::format("e{}", i), ""}, fmt::format("{}", round), "exec", k_at);
      } catch (const std::exception& error) {
        failures[static_cast<std::size_t>(i)] = error.what();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  for (int i = 0; i < hosts; ++i) {
    EXPECT_EQ(failures[static_cast<std::size_t>(i)], "");
    EXPECT_EQ(published({"shop", fmt::format("e{}", i), ""}), fmt::format("{}", rounds - 1));
  }
  const git::Repository remote = git::Repository::open(m_remote);
  EXPECT_EQ(remote.parent_of(*remote.resolve(k_schema_ref)), std::nullopt) << "no history";
}

TEST_F(PublishedSnapshots, AreNotReadThroughNamesThatAreNotTheirs) {
  const Place place{"shop", "production", ""};
  EXPECT_EQ(published(place), std::nullopt);
  EXPECT_EQ(test::code_of([&] { require_published_snapshot(git::Repository::open(m_remote), place); }),
            ErrorCode::snapshot_absent);
  ChangeRepository change = host("host");
  publish_snapshot_file(change, place, "good", "exec", k_at);
  publish_snapshot_file(change, {"shop", "staging", ""}, "other", "exec", k_at);
  put({{"Shop.production.json", "twin"}, {"folder/file", "x"}});
  EXPECT_EQ(test::code_of([&] { published(place); }), ErrorCode::snapshot_signature);
  publish_snapshot_file(change, place, "better", "exec", k_at);
  EXPECT_EQ(published(place), "better");
  EXPECT_EQ(published({"shop", "staging", ""}), "other");
  const git::Repository remote = git::Repository::open(m_remote);
  EXPECT_EQ(remote.read_tree(remote.tree_of(*remote.resolve(k_schema_ref))).size(), 2U);
}

}  // namespace
}  // namespace dbw::workflow
