#include "trust_scene.hpp"

namespace dbw::test {
namespace {

const std::vector<Attack> k_request_attacks{
    {1, "flip one SQL byte after approval", ErrorCode::trust_file_digest,
     [] {
       const std::string edited = replaced(k_sql, "'new'", "'old'");
       return thrown([&] { trust::require_file({"backfill.sql", crypto::sha256(k_sql)}, edited, 1000); });
     }},
    {1, "name other SQL in the request after approval", ErrorCode::trust_stale,
     [] {
       return stale_after([](World& world) {
         world.request =
             replaced(world.request, crypto::sha256(k_sql).text(), crypto::sha256("DROP TABLE orders;\n").text());
       });
     }},
    {2, "change only white space of the request", ErrorCode::trust_stale,
     [] { return stale_after([](World& world) { world.request += "\n"; }); }},
    {5, "claim to be bob, sign as alice", ErrorCode::trust_requester_mismatch,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "requester: alice", "requester: bob"); });
     }},
    {5, "request changed behind its signature", ErrorCode::sshsig_bad_signature,
     [] {
       const World world;
       const trust::Authority authority = world.authority();
       trust::SignedRequest document = world.signed_request();
       document.bytes = replaced(document.bytes, "production", "staging");
       return thrown([&] { trust::verify_request(authority, document, world.now); });
     }},
    {5, "request signed by a key nobody knows", ErrorCode::trust_unknown_key,
     [] { return request_changed([](std::string yaml) { return yaml; }, "mallory"); }},
    {38, "request signed by a machine", ErrorCode::trust_wrong_usage,
     [] { return request_changed([](std::string yaml) { return yaml; }, "reviewer"); }},
    {38, "request signed by a key for approvals only", ErrorCode::trust_wrong_usage,
     [] { return request_changed([](std::string yaml) { return yaml; }, "alice2"); }},
    {10, "bidirectional characters in SQL", ErrorCode::trust_file_characters,
     [] { return file_of("SELECT '\xE2\x80\xAE';\n"); }},
    {16, "LFS pointer instead of SQL", ErrorCode::trust_file_lfs_pointer,
     [] { return file_of("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"); }},
    {93, "file above the limit", ErrorCode::trust_file_too_large, [] { return file_of(std::string(1001, '-')); }},
    {25, "request of another repository", ErrorCode::trust_wrong_repository,
     [] { return request_changed([](std::string yaml) { return replaced(std::move(yaml), k_repo, k_other_repo); }); }},
    {6, "environment twice", ErrorCode::yaml_duplicate_key,
     [] { return request_changed([](std::string yaml) { return yaml + "environment: staging\n"; }); }},
    {57, "field nobody knows", ErrorCode::field_unknown,
     [] { return request_changed([](std::string yaml) { return yaml + "host: evil.example\n"; }); }},
    {13, "path out of the folder", ErrorCode::field_value,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "path: backfill.sql", "path: ../backfill.sql"); });
     }},
    {79, "clock ahead: the request has expired", ErrorCode::trust_request_expired,
     [] {
       World world;
       world.now = Timestamp::parse("2026-12-05T00:00:00Z");
       const trust::Authority authority = world.authority();
       return thrown([&] { world.verified(authority); });
     }},
    {108, "request that lives for a year", ErrorCode::trust_request_life,
     [] {
       return request_changed([](std::string yaml) {
         return replaced(std::move(yaml), "expires_at: 2026-12-04", "expires_at: 2027-11-04");
       });
     }},
    {99, "dml carries a privilege statement", ErrorCode::trust_no_workflow,
     [] {
       return matched([](World& world) {
         world.review.statements.push_back({"backfill.sql", {0, 1}, StatementClass::privilege, false});
       });
     }},
    {98, "no statement at all", ErrorCode::trust_no_statements,
     [] { return matched([](World& world) { world.review.statements.clear(); }); }},
    {68, "risk unknown does not go unapproved", ErrorCode::trust_no_approvers,
     [] {
       return matched([](World& world) {
         world.request = replaced(replaced(world.request, "kind: change", "kind: query"), "environment: production",
                                  "environment: staging");
         const auto at = world.request.find("    rollback:");
         world.request.erase(at, world.request.find('\n', at) + 1 - at);
         world.review.statements = {{"backfill.sql", {0, 1}, StatementClass::read, true}};
         world.review.risk = model::Risk::unknown;
       });
     }},
    {59, "database that policy does not list", ErrorCode::trust_unknown_database,
     [] {
       return request_changed(
           [](std::string yaml) { return replaced(std::move(yaml), "database: shop", "database: bank"); });
     }},
    {98, "requester outside the workflow's groups", ErrorCode::trust_requester_group,
     [] {
       return matched([](World& world) {
         world.request = replaced(replaced(world.request, "requester: alice", "requester: erin"), "authors: [alice]",
                                  "authors: [erin]");
       });
     }},
};

class RequestAttack : public ::testing::TestWithParam<Attack> {};
TEST_P(RequestAttack, Fails) { expect_failure(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Trust, RequestAttack, ::testing::ValuesIn(k_request_attacks), attack_name);

}  // namespace
}  // namespace dbw::test
