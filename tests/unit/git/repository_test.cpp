#include "git/repository.hpp"

#include <sys/stat.h>

#include "base/files.hpp"
#include "expect_error.hpp"
#include "support/git_server.hpp"

namespace dbw::git {
namespace {

namespace fs = std::filesystem;
using test::Scratch;

constexpr std::string_view k_who = "Test <test@example.org> 1700000000 +0000";

std::string raw_commit(const ObjectId& tree, const std::string& parent_lines = {}) {
  const std::string who(k_who);
  return "tree " + tree.hex + "\n" + parent_lines + "author " + who + "\ncommitter " + who + "\n\nmessage\n";
}

TEST(Repository, InitMakesAPrivateBareRepositoryThatGitAccepts) {
  const Scratch scratch;
  const fs::path path = scratch.path() / "made" / "mirror";
  Repository repository = Repository::init(path);
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777u, 0700u);
  EXPECT_FALSE(fs::exists(path / "hooks"));
  EXPECT_EQ(scratch.git(path, {"rev-parse", "--is-bare-repository"}), "true");
  repository.set_ref("refs/heads/main",
                     repository.write_commit(raw_commit(repository.write_tree({}, {{"a/b.sql", "x"}}))));
  EXPECT_EQ(scratch.git(path, {"fsck", "--strict"}), "");
  EXPECT_EQ(Repository::init(path).resolve("refs/heads/main"), repository.resolve("refs/heads/main"));
}

TEST(Repository, InitCompletesWhatAnInterruptedOneLeft) {
  const Scratch scratch;
  fs::create_directories(scratch.path() / "mirror/objects");
  EXPECT_NO_THROW(Repository::init(scratch.path() / "mirror"));
}

TEST(Repository, InitLeavesAForeignFolderAlone) {
  const Scratch scratch;
  fs::create_directories(scratch.path() / "home");
  write_file_atomic(scratch.path() / "home/letter", "x");
  EXPECT_DBW_ERROR(Repository::init(scratch.path() / "home"), ErrorCode::git_not_repository);
}

TEST(Repository, OpenRefusesWhatCannotBeTrustedToBeWhole) {
  const Scratch scratch;
  EXPECT_DBW_ERROR(Repository::open(scratch.path() / "absent"), ErrorCode::git_not_repository);
  EXPECT_DBW_ERROR(Repository::open(scratch.path()), ErrorCode::git_not_repository);
  EXPECT_DBW_ERROR(Repository::open(scratch.bare("sha256", {"--object-format=sha256"})),
                   ErrorCode::git_sha256_repository);
  scratch.git(scratch.path(), {"init", "--quiet", "tree"});
  EXPECT_DBW_ERROR(Repository::open(scratch.path() / "tree"), ErrorCode::git_not_bare);
  EXPECT_DBW_ERROR(Repository::open(scratch.path() / "tree/.git"), ErrorCode::git_not_bare);

  const std::pair<const char*, ErrorCode> planted[] = {{"shallow", ErrorCode::git_shallow},
                                                       {"info/grafts", ErrorCode::git_shallow},
                                                       {"objects/info/alternates", ErrorCode::git_alternates},
                                                       {"objects/info/http-alternates", ErrorCode::git_alternates},
                                                       {"commondir", ErrorCode::git_not_bare}};
  for (const auto& [file, code] : planted) {
    SCOPED_TRACE(file);
    const fs::path path = scratch.path() / fs::path(file).filename();
    Repository::init(path);
    make_folders((path / file).parent_path());
    write_file_atomic(path / file, "");
    EXPECT_DBW_ERROR(Repository::open(path), code);
  }
}

TEST(Repository, OpenRefusesARepositoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "SKIPPED: giving a folder to another user needs root";
  const Scratch scratch;
  const fs::path path = scratch.bare("foreign");
  ASSERT_EQ(::chown(path.c_str(), 65534, 65534), 0);
  EXPECT_DBW_ERROR(Repository::open(path), ErrorCode::git_not_repository);
}

TEST(Repository, ReadsAndWritesRefsByFullName) {
  const Scratch scratch;
  Repository repository = Repository::init(scratch.path() / "mirror");
  const ObjectId tree = repository.write_tree({}, {});
  const ObjectId one = repository.write_commit(raw_commit(tree));
  const ObjectId two = repository.write_commit(raw_commit(tree, "parent " + one.hex + "\n"));
  for (const char* name :
       {"refs/heads/dbw/b", "refs/heads/dbw/a", "refs/heads/main", "refs/tags/main", "refs/heads/dbwx"}) {
    repository.set_ref(name, one);
  }
  repository.set_ref("refs/heads/main", two);
  EXPECT_EQ(repository.resolve("refs/heads/main"), two);
  EXPECT_EQ(repository.resolve("refs/tags/main"), one);
  EXPECT_EQ(repository.resolve("refs/heads/absent"), std::nullopt);
  const auto found = repository.refs("refs/heads/dbw/");
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "refs/heads/dbw/a");
  EXPECT_EQ(found[1].name, "refs/heads/dbw/b");
  repository.delete_ref("refs/heads/dbw/a");
  repository.delete_ref("refs/heads/dbw/a");
  scratch.git(repository.path(), {"pack-refs", "--all"});
  EXPECT_EQ(repository.refs("refs/heads/dbw/").size(), 1u);
  EXPECT_EQ(repository.resolve("refs/heads/main"), two);
  for (const char* name : {"main", "heads/main", "HEAD", "refs/heads/../x", "refs/heads/a b", "refs/heads/*",
                           "refs/heads/x\x7f", "refs/heads/x.lock", ""}) {
    SCOPED_TRACE(name);
    EXPECT_DBW_ERROR(repository.resolve(name), ErrorCode::git_bad_ref);
    EXPECT_DBW_ERROR(repository.refs(std::string(name) + "*"), ErrorCode::git_bad_ref);
  }
  EXPECT_DBW_ERROR(repository.set_ref("refs/heads/x", {std::string(40, '1')}), ErrorCode::git_object_missing);
  write_file_atomic(repository.path() / "refs/heads/symbolic", "ref: refs/heads/main\n");
  EXPECT_DBW_ERROR(repository.resolve("refs/heads/symbolic"), ErrorCode::git_bad_ref);
  write_file_atomic(repository.path() / "refs/heads/main.lock", "");
  EXPECT_DBW_ERROR(repository.set_ref("refs/heads/main", one), ErrorCode::git_write_failed);
}

TEST(Repository, TakesFilesOfAnySizeAsTheyAre) {
  const Scratch scratch;
  Repository repository = Repository::init(scratch.path() / "mirror");
  const fs::path file = scratch.path() / "rows";
  for (const std::size_t size : {0U, 1U, 65'536U, 200'000U}) {
    std::string bytes(size, '\r');
    for (std::size_t i = 0; i < size; i += 3) bytes[i] = static_cast<char>(i);
    write_file_atomic(file, bytes);
    EXPECT_EQ(repository.write_blob_of(file), repository.write_blob(bytes)) << size;
    EXPECT_EQ(repository.write_tree({}, {{"a/b", std::nullopt, file}}), repository.write_tree({}, {{"a/b", bytes}}));
    EXPECT_EQ(repository.read_blob(repository.write_blob_of(file), size), bytes);
  }
  EXPECT_DBW_ERROR(repository.write_blob_of(scratch.path() / "absent"), ErrorCode::file_missing);
}

TEST(Repository, ReadsObjectsOnlyAsWhatTheyAre) {
  const Scratch scratch;
  Repository repository = Repository::init(scratch.path() / "mirror");
  const ObjectId blob = repository.write_blob("12345");
  const ObjectId tree = repository.write_tree({}, {{"a", "12345"}});
  const std::string raw = raw_commit(tree);
  const ObjectId commit = repository.write_commit(raw);
  const ObjectId child =
      repository.write_commit(raw_commit(tree, "parent " + commit.hex + "\nparent " + blob.hex + "\n"));
  EXPECT_EQ(repository.read_blob(blob, 5), "12345");
  EXPECT_EQ(repository.read_commit(commit, 1000), raw);
  EXPECT_EQ(repository.tree_of(commit), tree);
  EXPECT_EQ(repository.parent_of(commit), std::nullopt);
  EXPECT_EQ(repository.parent_of(child), commit);
  EXPECT_DBW_ERROR(repository.read_blob(blob, 4), ErrorCode::git_object_too_large);
  EXPECT_DBW_ERROR(repository.read_commit(commit, raw.size() - 1), ErrorCode::git_object_too_large);
  EXPECT_DBW_ERROR(repository.read_blob(tree, 1000), ErrorCode::git_object_type);
  EXPECT_DBW_ERROR(repository.read_commit(blob, 1000), ErrorCode::git_object_type);
  EXPECT_DBW_ERROR(repository.read_tree(commit), ErrorCode::git_object_type);
  for (const char* id : {"", "abc", "HEAD", "ABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD"}) {
    EXPECT_DBW_ERROR(repository.read_blob({id}, 10), ErrorCode::git_bad_object);
  }
  for (const char* bytes : {"", "tree\n", "parent x\n", "tree 12\n"}) {
    EXPECT_DBW_ERROR(repository.tree_of(repository.write_commit(bytes)), ErrorCode::git_bad_object);
  }
}

TEST(Repository, AMissingObjectIsMissingEvenWithAPromisorRemote) {
  const Scratch scratch;
  Repository::init(scratch.path() / "mirror");
  const fs::path path = scratch.path() / "mirror";
  scratch.script(scratch.path() / "canary", "touch " + (scratch.path() / "ran").string());
  for (const auto& [key, value] :
       {std::pair{"remote.origin.url", std::string("ext::") + (scratch.path() / "canary").string()},
        std::pair{"remote.origin.promisor", std::string("true")}, std::pair{"protocol.allow", std::string("always")}}) {
    scratch.git(path, {"config", key, value});
  }
  const Repository repository = Repository::open(path);
  EXPECT_DBW_ERROR(repository.read_blob({std::string(40, 'a')}, 10), ErrorCode::git_object_missing);
  EXPECT_FALSE(fs::exists(scratch.path() / "ran"));
}

TEST(Repository, NoticesBytesThatDoNotBelongToTheId) {
  const Scratch scratch;
  Repository repository = Repository::init(scratch.path() / "mirror");
  const auto file_of = [&](const ObjectId& id) {
    return repository.path() / "objects" / id.hex.substr(0, 2) / id.hex.substr(2);
  };
  const ObjectId good = repository.write_blob("select 1;");
  const ObjectId evil = repository.write_blob("drop all;");
  write_file_atomic(file_of(good), read_file(file_of(evil), 1000));
  EXPECT_DBW_ERROR(Repository::open(repository.path()).read_blob(good, 100), ErrorCode::git_bad_object);
  write_file_atomic(file_of(evil), "garbage");
  EXPECT_DBW_ERROR(Repository::open(repository.path()).read_blob(evil, 100), ErrorCode::git_bad_object);
}

TEST(Repository, ReplaceRefsHaveNoEffect) {
  const Scratch scratch;
  Repository repository = Repository::init(scratch.path() / "mirror");
  const ObjectId good = repository.write_commit(raw_commit(repository.write_tree({}, {{"a.sql", "good"}})));
  const ObjectId evil = repository.write_commit(raw_commit(repository.write_tree({}, {{"a.sql", "evil"}})));
  repository.set_ref("refs/heads/main", good);
  repository.set_ref("refs/replace/" + good.hex, evil);
  ASSERT_EQ(scratch.git(repository.path(), {"show", "main:a.sql"}), "evil");
  EXPECT_EQ(repository.read_file(repository.tree_of(good), "a.sql", 10), "good");
}

}  // namespace
}  // namespace dbw::git
