#include <unistd.h>

#include "base/files.hpp"
#include "base/process.hpp"
#include "base/text.hpp"
#include "cli/suggest.hpp"
#include "cli/table.hpp"
#include "harness.hpp"

namespace dbw::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Help, OfTheTool) {
  const Outcome run = run_demo({"--help"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.err, "");
  for (const char* part : {"dbw-demo - a tool for tests\n", "Usage: dbw-demo COMMAND [options]\n", "\n  show   ",
                           "  -C, --repo FOLDER         ", "Exit statuses:\n  0   done", "  70  a bug"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
  EXPECT_THAT(run.out, Not(HasSubstr("completion")));
}

TEST(Help, OfACommandWhereverItStands) {
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"show", "--help"}, {"--help", "show"}, {"show", "--nonsense", "-h"}}) {
    const Outcome run = run_demo(arguments);
    EXPECT_EQ(run.status, 0);
    for (const char* part : {"Usage: dbw-demo show --database NAME [options] REQUEST [FILE...]\n",
                             "A second paragraph.", "  -d, --database NAME       The database. Required.\n",
                             "Examples:\n  dbw-demo show -d shop REQ-1\n", "Exit statuses:"}) {
      EXPECT_THAT(run.out, HasSubstr(part));
    }
  }
}

TEST(Help, OfAGroup) { EXPECT_THAT(run_demo({"root", "-h"}).out, HasSubstr("Commands:\n  sign   ")); }

TEST(Manual, IsRoff) {
  const Outcome run = run_demo({"man"});
  EXPECT_EQ(run.status, 0);
  EXPECT_EQ(run.out.rfind(".TH dbw\\-demo 1 ", 0), 0u);
  for (const char* part : {".SH SYNOPSIS\n", ".SS dbw\\-demo show \\-\\-database NAME", ".SS dbw\\-demo root sign",
                           ".B \\-C, \\-\\-repo \\fIFOLDER\\fP\n", ".SH EXIT STATUS\n"}) {
    EXPECT_THAT(run.out, HasSubstr(part));
  }
}

/// What bash offers behind `words`; the last one is being typed.
std::string bash_offers(const std::vector<std::string>& words) {
  const TemporaryFolder folder;
  const Outcome script = run_demo({"completion", "bash"});
  write_file_atomic(folder.path() / "c.bash", script.out);
  const std::string program =
      "source \"$0\"; COMP_WORDS=(dbw-demo \"$@\"); COMP_CWORD=$#; _dbw_demo; echo \"${COMPREPLY[*]}\"";
  ProcessRequest request{{"bash", "--norc", "-c", program, (folder.path() / "c.bash").string()}, clean_environment()};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.folder = folder.path();
  return std::string(trim(run_process(request).output));
}

TEST(Completion, Bash) {
  EXPECT_EQ(bash_offers({"sh"}), "show");
  EXPECT_EQ(bash_offers({"root", "s"}), "sign");
  EXPECT_EQ(bash_offers({"show", "--da"}), "--database");
  EXPECT_EQ(bash_offers({"show", "--format", ""}), "text json");
  EXPECT_EQ(bash_offers({"--color", "al"}), "always");
  EXPECT_EQ(bash_offers({"show", "c"}), "c.bash");
  EXPECT_EQ(bash_offers({"compl"}), "");
}

TEST(Completion, ZshAndFish) {
  const std::string zsh = run_demo({"completion", "zsh"}).out;
  EXPECT_EQ(zsh.rfind("#compdef dbw-demo\n", 0), 0u);
  EXPECT_THAT(zsh, HasSubstr("'show:show what was understood'"));
  EXPECT_THAT(zsh, Not(HasSubstr("$path")));  // zsh's $path is the search path
  const std::string fish = run_demo({"completion", "fish"}).out;
  EXPECT_THAT(fish,
              HasSubstr("complete -c dbw-demo -n '__fish_use_subcommand' -f -a show -d 'show what was understood'\n"));
  EXPECT_THAT(fish, HasSubstr("-n '__fish_seen_subcommand_from root; and __fish_seen_subcommand_from sign'"));
  EXPECT_THAT(fish, HasSubstr(" -l format -x -a 'text json'"));
}

TEST(Suggest, FindsTyposOnly) {
  const std::vector<std::string> known = {"approve", "reject", "revoke", "--push"};
  EXPECT_EQ(cli::closest("aprove", known), "approve");
  EXPECT_EQ(cli::closest("rejcet", known), "reject");
  EXPECT_EQ(cli::closest("--psuh", known), "--push");
  EXPECT_EQ(cli::closest("zebra", known), "");
  EXPECT_EQ(cli::closest("", known), "");
  EXPECT_EQ(cli::closest(std::string(100'000, 'a'), known), "");
}

TEST(Table, Aligns) {
  cli::Table table({"ID", "TITLE", "STATE"});
  EXPECT_TRUE(table.empty());
  table.add({"REQ-1", "Größe", "approved"});
  table.add({"R", "a\x1b[0m", ""});
  table.add({"only"});
  EXPECT_FALSE(table.empty());
  EXPECT_EQ(table.text(),
            "ID     TITLE     STATE\n"
            "REQ-1  Größe     approved\n"
            "R      a\\x1b[0m\n"
            "only\n");
}

TEST(Wrap, BreaksAtBlanks) {
  EXPECT_EQ(cli::wrap("aaa bbb ccc", 2, 9), "aaa bbb\n  ccc");
  EXPECT_EQ(cli::wrap("one\n\n  code stays as it is", 0, 10), "one\n\n  code stays as it is");
  EXPECT_EQ(cli::wrap("averyveryverylongword", 0, 5), "averyveryverylongword");
}

}  // namespace
}  // namespace dbw::test
