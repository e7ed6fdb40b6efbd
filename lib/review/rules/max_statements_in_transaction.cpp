#include "review/rule_helpers.hpp"

namespace dbw::review {
namespace {

constexpr std::size_t k_transaction_statements_max = 100;

/// Calls `use(range of the first statement, count)` for each transaction of the file.
template <typename Use>
void for_transaction_sizes(const File& file, Use use) {
  bool open = file.transactional;
  std::size_t count = 0;
  ByteRange first;
  const auto end = [&] {
    if (count > 0) use(first, count);
    count = 0;
  };
  for (const Statement& statement : file.parsed.statements) {
    const std::string& command = statement.transaction_command;
    if (command == "begin" || command == "commit" || command == "rollback") {
      end();
      open = command == "begin";
    } else if (open && count++ == 0) {
      first = statement.range;
    }
  }
  end();
}

void check_max_statements_in_transaction_file(const RuleInput& in, Findings& out) {
  for_transaction_sizes(in.file, [&](ByteRange first, std::size_t count) {
    if (count > k_transaction_statements_max)
      out.add(first, "a transaction of " + std::to_string(count) + " statements begins here");
  });
}

}  // namespace

constinit const Rule k_rule_max_statements_in_transaction = {
    .info =
        {
            .id = "max-statements-in-transaction",
            .category = "transaction",
            .engines = k_every_engine,
            .severity = model::Severity::off,
            .summary = "A transaction of more than 100 statements.",
            .why = "It holds all its locks until the last statement, undoes everything for the fault of one, and "
                   "nobody reads it in a review.",
            .instead = "Several steps, each a transaction of its own that can stand alone.",
            .sources = "PostgreSQL manual, \"Explicit Locking\"; MySQL manual, \"InnoDB Locking\"; SQLite "
                       "documentation, \"Transaction\".",
        },
    .on_file = check_max_statements_in_transaction_file,
};

}  // namespace dbw::review
