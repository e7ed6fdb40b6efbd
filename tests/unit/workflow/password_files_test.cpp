#include "workflow/password_files.hpp"

#include "support/error_of.hpp"

namespace dbw::workflow {
namespace {

constexpr PasswordQuery k_query{"db.example.org", "5432", "shop", "change"};

std::string in_pgpass(std::string_view text, const PasswordQuery& query = k_query) {
  const auto found = find_in_pgpass(text, query);
  return found ? "got:" + std::string(found->reveal()) : "none";
}

TEST(PasswordFiles, PgpassTakesTheFirstLineThatMatchesAsAWhole) {
  EXPECT_EQ(in_pgpass("db.example.org:5432:shop:change:secret\n"), "got:secret");
  EXPECT_EQ(in_pgpass("*:*:*:*:first\ndb.example.org:5432:shop:change:second\n"), "got:first");
  EXPECT_EQ(in_pgpass("db.example.org:5432:shop:change"), "none") << "no fifth field";
  EXPECT_EQ(in_pgpass("db.example:5432:shop:change:p\n"), "none") << "a prefix is another host";
  EXPECT_EQ(in_pgpass("db.example.org.evil:5432:shop:change:p\n"), "none");
  EXPECT_EQ(in_pgpass("db.*:5432:shop:change:p\n"), "none") << "'*' only as a whole field";
  EXPECT_EQ(in_pgpass("*x:5432:shop:change:p\n"), "none");
  EXPECT_EQ(in_pgpass("db.example.org:5433:shop:change:p\n"), "none");
  EXPECT_EQ(in_pgpass("db.example.org:5432:Shop:change:p\n"), "none");
  EXPECT_EQ(in_pgpass("db.example.org:5432:shop:guard:p\n*:5432:*:change:q"), "got:q");
  EXPECT_EQ(in_pgpass("::::p\n"), "none") << "an empty field is no wildcard";
  EXPECT_EQ(in_pgpass("# db.example.org:5432:shop:change:p\n\n"), "none");
  EXPECT_EQ(in_pgpass(""), "none");
}

TEST(PasswordFiles, PgpassEscapesAndPasswords) {
  EXPECT_EQ(in_pgpass("*:*:*:*:a\\:b\\\\c"), "got:a:b\\c");
  EXPECT_EQ(in_pgpass("*:*:*:*:a:b:c"), "got:a:b:c") << "the password is the rest of the line";
  EXPECT_EQ(in_pgpass("*:*:*:*: sp ace \r\n"), "got: sp ace ");
  EXPECT_EQ(in_pgpass("*:*:*:*:end\\"), "got:end\\");
  EXPECT_EQ(in_pgpass("*:*:*:*:\n"), "got:");
  const PasswordQuery odd{"::1", "5432", "a\\b", "x:y"};
  EXPECT_EQ(in_pgpass("\\:\\:1:5432:a\\\\b:x\\:y:p", odd), "got:p");
  EXPECT_EQ(in_pgpass("::1:5432:a\\\\b:x\\:y:p", odd), "got:p") << "libpq lets it pass as well";
  EXPECT_EQ(in_pgpass("\\*:*:*:*:p", {"*", "1", "a", "b"}), "got:p");
  EXPECT_EQ(in_pgpass("\\*:*:*:*:p"), "none") << "an escaped star is a star";
}

TEST(PasswordFiles, PgpassKnowsSocketsByFolderOrAsLocalhost) {
  const PasswordQuery socket{"/var/run/postgresql", "5432", "shop", "change"};
  EXPECT_EQ(in_pgpass("/var/run/postgresql:*:*:*:p", socket), "got:p");
  EXPECT_EQ(in_pgpass("localhost:*:*:*:p", socket), "got:p");
  const PasswordQuery other{"/srv/pg", "5432", "shop", "change"};
  EXPECT_EQ(in_pgpass("localhost:*:*:*:p", other), "none");
}

constexpr PasswordQuery k_maria{"my.example.org", "3306", "shop", "change"};

std::string in_my_cnf(std::string_view text, std::string_view group = "client", const PasswordQuery& query = k_maria) {
  const auto found = find_in_my_cnf(text, group, query);
  return found ? "got:" + std::string(found->reveal()) : "none";
}

/// The expectations are what my_print_defaults of MariaDB 10.11 prints for the same lines.
TEST(PasswordFiles, MyCnfReadsValuesAsTheVendorsProgramsDo) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"password = \"a#b\\\"c\" # comment", "got:a#b\"c"},
      {"password=plain#cut", "got:plain"},
      {"password='it\\s\\q\\\\'", "got:it \\q\\"},
      {"password=\"x", "got:\"x"},
      {"password=a\"b#c\"d#e", "got:a\"b#c\"d"},
      {"password=\"end\\\\\"#gone", "got:end\\"},
      {"password=", "got:"},
      {"password", "none"},
      {"password=one\npassword=two", "got:two"},
  };
  for (const auto& [line, expected] : cases)
    EXPECT_EQ(in_my_cnf("[client]\n" + std::string(line) + "\n"), expected) << line;
}

TEST(PasswordFiles, MyCnfReadsOneGroupAndOnlyForWhomItIs) {
  const std::string text = "; c\n[mysqld]\npassword=no\n[ shop ]\nuser = change\nhost=my.example.org\npassword=yes\n";
  EXPECT_EQ(in_my_cnf(text, "shop"), "got:yes");
  const auto error_of = [&](std::string_view group, const PasswordQuery& query) {
    return test::code_of([&] { in_my_cnf(text, group, query); });
  };
  EXPECT_EQ(error_of("client", k_maria), ErrorCode::credential_entry_missing);
  EXPECT_EQ(error_of("shop", {"my.example.org", "3306", "shop", "guard"}), ErrorCode::credential_entry_missing);
  EXPECT_EQ(error_of("shop", {"evil.example.org", "3306", "shop", "change"}), ErrorCode::credential_entry_missing);
  EXPECT_EQ(test::code_of([] { in_my_cnf("!include /etc/x\n[client]\npassword=x"); }),
            ErrorCode::credential_entry_missing);
}

}  // namespace
}  // namespace dbw::workflow
