#include "git/tree.hpp"

#include "base/bytes.hpp"
#include "expect_error.hpp"
#include "support/git_server.hpp"

namespace dbw::git {
namespace {

using test::Scratch;
using namespace std::string_literals;

const std::string k_id(40, '1');

std::string entry(const std::string& mode, const std::string& name, const std::string& id = k_id) {
  return mode + " " + name + "\0"s + from_hex(id);
}

TEST(Tree, ParsesAndEmitsTheSameBytes) {
  const std::string raw = entry("100644", "a") + entry("100664", "a-old") + entry("100755", "a.b") +
                          entry("40000", "a0") + entry("120000", "l") + entry("160000", "m");
  EXPECT_EQ(emit_tree(parse_tree(raw)), raw);
  EXPECT_EQ(parse_tree("").size(), 0u);
}

TEST(Tree, RefusesMalformedTrees) {
  const std::string cases[] = {"100644 a",
                               "100644 a\0"s,
                               entry("100644", "a").substr(0, 20),
                               entry("100600", "a"),
                               entry("040000", "a"),
                               entry("", "a"),
                               entry("100644", ""),
                               entry("100644", "a/b"),
                               entry("100644", "b") + entry("100644", "a"),
                               entry("100644", "a") + entry("100644", "a"),
                               entry("40000", "a") + entry("100644", "a.b"),
                               "\0"s};
  for (const std::string& each : cases) {
    SCOPED_TRACE(each);
    EXPECT_DBW_ERROR(parse_tree(each), ErrorCode::git_bad_object);
  }
}

TEST(Tree, FoldsNamesAsFileSystemsDo) {
  EXPECT_EQ(fold_name("A.SQL"), "a.sql");
  EXPECT_EQ(fold_name(".Git"), ".git");
  EXPECT_EQ(fold_name(".g\u200Cit"), ".git");
  EXPECT_EQ(fold_name(".git. "), ".git");
  EXPECT_EQ(fold_name("\u212A\u017F"), "ks");
}

TEST(Tree, ReadsWhatGitWrote) {
  const Scratch scratch;
  const auto path = scratch.bare("repository");
  const std::string head = scratch.commit(
      path, "refs/heads/main",
      {{"requests/2026/11/REQ-1/up.sql", "select 1;\r\n"}, {".dbw/root/1.yaml", "root"}, {"run", "x", "100755"}});
  const Repository repository = Repository::open(path);
  const ObjectId tree = repository.tree_of({head});
  EXPECT_EQ(repository.read_file(tree, "requests/2026/11/REQ-1/up.sql", 100), "select 1;\r\n");
  EXPECT_EQ(repository.read_file(tree, ".dbw/root/1.yaml", 100), "root");
  EXPECT_EQ(repository.read_file(tree, "requests/2026/11/REQ-1/down.sql", 100), std::nullopt);
  EXPECT_EQ(repository.read_file(tree, "requests/2026/11/REQ-1/up.sql/below", 100), std::nullopt);
  EXPECT_EQ(repository.read_file(tree, "absent/2026/up.sql", 100), std::nullopt);
  EXPECT_EQ(repository.read_tree(tree).size(), 3u);
  const auto folder = repository.find(tree, "requests/2026");
  ASSERT_TRUE(folder);
  EXPECT_EQ(folder->kind, EntryKind::folder);
  EXPECT_EQ(repository.find(tree, "requests/2027"), std::nullopt);
  EXPECT_DBW_ERROR(repository.read_file(tree, "requests/2026/11/REQ-1/up.sql", 10), ErrorCode::git_object_too_large);
}

TEST(Tree, RefusesPathsThatLeaveOrAlias) {
  const Scratch scratch;
  Repository repository = Repository::init(scratch.path() / "mirror");
  const ObjectId tree = repository.write_tree({}, {{"a/b.sql", "x"}});
  for (const char* path :
       {"",        "/a/b.sql",    "a//b.sql", "a/b.sql/",      "../a",     "a/../a/b.sql",  "a/./b.sql", ".",
        "..",      ".git/config", "a/.GIT/x", ".gIt",          "a\\b.sql", "a/b\nsql",      "a/-b.sql",  "_a",
        ".hidden", "a/.dbw",      "a/b sql",  "a/git~1\u200B", "~",        "a/\xC3\xBC.sql"}) {
    SCOPED_TRACE(path);
    EXPECT_DBW_ERROR(repository.read_file(tree, path, 10), ErrorCode::git_bad_path);
    EXPECT_DBW_ERROR(repository.write_tree(tree, {{path, "x"}}), ErrorCode::git_bad_path);
  }
  EXPECT_DBW_ERROR(repository.read_file(tree, "a/b.sql\0.txt"s, 10), ErrorCode::git_bad_path);
  EXPECT_DBW_ERROR(repository.read_file(tree, std::string(5000, 'a'), 10), ErrorCode::git_bad_path);
  EXPECT_DBW_ERROR(repository.find(tree, "a/../a"), ErrorCode::git_bad_path);
}

TEST(Tree, RefusesAnythingButRegularFiles) {
  const Scratch scratch;
  const auto path = scratch.bare("repository");
  const std::string lfs = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n";
  const std::string head = scratch.commit(path, "refs/heads/main",
                                          {{"link.sql", "/etc/passwd", "120000"},
                                           {"run.sql", "x", "100755"},
                                           {"module", k_id, "160000"},
                                           {"folder-link", "real", "120000"},
                                           {"real/a.sql", "a"},
                                           {"big.sql", lfs}});
  const Repository repository = Repository::open(path);
  const ObjectId tree = repository.tree_of({head});
  for (const char* name : {"link.sql", "run.sql", "module", "real", "folder-link/a.sql", "module/a.sql"}) {
    SCOPED_TRACE(name);
    EXPECT_DBW_ERROR(repository.read_file(tree, name, 1000), ErrorCode::git_bad_mode);
  }
  EXPECT_DBW_ERROR(repository.find(tree, "module/a.sql"), ErrorCode::git_bad_mode);
  EXPECT_DBW_ERROR(repository.read_file(tree, "big.sql", 1000), ErrorCode::git_lfs_pointer);
  EXPECT_EQ(repository.read_file(tree, "real/a.sql", 1000), "a");
}

TEST(Tree, RefusesCaseTwinsOfEveryComponent) {
  const Scratch scratch;
  const auto path = scratch.bare("repository");
  const std::string head = scratch.commit(path, "refs/heads/main",
                                          {{"one/a.sql", "a"},
                                           {"one/A.sql", "A"},
                                           {"two/b.sql", "b"},
                                           {"TWO/c.sql", "c"},
                                           {"three/k.sql", "k"},
                                           {"three/\u212A.sql", "kelvin"},
                                           {"three/fine.sql", "f"}});
  const Repository repository = Repository::open(path);
  const ObjectId tree = repository.tree_of({head});
  for (const char* name : {"one/a.sql", "one/A.sql", "two/b.sql", "TWO/c.sql", "three/k.sql"}) {
    SCOPED_TRACE(name);
    EXPECT_DBW_ERROR(repository.read_file(tree, name, 1000), ErrorCode::git_case_twin);
  }
  EXPECT_EQ(repository.read_file(tree, "three/fine.sql", 1000), "f");
}

TEST(Tree, AFolderAndAFileOfOneNameAreTwins) {
  const Scratch scratch;
  const auto path = scratch.bare("repository");
  Repository repository = Repository::open(path);
  const ObjectId inner = repository.write_tree({}, {{"x", "x"}});
  const ObjectId blob = repository.write_blob("y");
  const std::string raw = entry("100644", "a", blob.hex) + entry("40000", "a", inner.hex);
  const ObjectId tree{scratch.object(path, "tree", raw)};
  EXPECT_DBW_ERROR(repository.read_file(tree, "a/x", 10), ErrorCode::git_case_twin);
}

TEST(Tree, AttributesNeverChangeBytes) {
  const Scratch scratch;
  const auto path = scratch.bare("repository");
  const std::string head =
      scratch.commit(path, "refs/heads/main",
                     {{".gitattributes", "*.sql text eol=crlf ident filter=evil working-tree-encoding=UTF-16\n"},
                      {"a.sql", "-- $Id$\nselect 1;\n"}});
  const Repository repository = Repository::open(path);
  EXPECT_EQ(repository.read_file(repository.tree_of({head}), "a.sql", 100), "-- $Id$\nselect 1;\n");
}

TEST(Tree, WritesTheTreeThatGitWouldWrite) {
  const Scratch scratch;
  const auto path = scratch.bare("repository");
  const std::string before =
      scratch.commit(path, "refs/heads/main", {{"a/b/c", "1"}, {"a/x", "2"}, {"z/only", "3"}, {"l", "t", "120000"}});
  const std::string after = scratch.commit(
      path, "refs/heads/next",
      {{"a/b/c", "new"}, {"a/b/d/e", "4"}, {"a/x", "2"}, {"l", "t", "120000"}, {"a-b", "5"}, {"a.b", "6"}});
  Repository repository = Repository::open(path);
  const ObjectId tree = repository.write_tree(repository.tree_of({before}), {{"z/only", std::nullopt},
                                                                             {"a.b", "6"},
                                                                             {"a/b/d/e", "4"},
                                                                             {"a/b/c", "new"},
                                                                             {"a-b", "5"},
                                                                             {"absent/file", std::nullopt}});
  EXPECT_EQ(tree, repository.tree_of({after}));
  EXPECT_EQ(repository.write_tree(tree, {}), tree);
  EXPECT_EQ(repository.write_tree({}, {}).hex, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
  EXPECT_DBW_ERROR(repository.write_tree(tree, {{"q", "1"}, {"q", "2"}}), ErrorCode::git_bad_path);
  EXPECT_DBW_ERROR(repository.write_tree(tree, {{"q", "1"}, {"q/r", "2"}}), ErrorCode::git_bad_path);
  EXPECT_DBW_ERROR(repository.write_tree(tree, {{"l/r", "2"}}), ErrorCode::git_bad_mode);
}

}  // namespace
}  // namespace dbw::git
