#include "workflow/scaffold.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "crypto/hash.hpp"

namespace dbw::workflow {
namespace {

struct ProfileShape {
  std::string_view name;
  std::size_t people_min;
  std::size_t keys_min;             ///< per person
  int threshold;                    ///< of root, roster and policy
  std::vector<std::string> groups;  ///< what a person gets who was given none
};

const ProfileShape& shape_of(std::string_view profile) {
  static const std::vector<ProfileShape> k_shapes = {
      {"solo", 1, 2, 1, {"owners"}}, {"small", 3, 1, 2, {"dev"}}, {"team", 3, 1, 2, {"dev", "team-leads", "dba"}}};
  for (const ProfileShape& shape : k_shapes) {
    if (shape.name == profile) return shape;
  }
  throw Error(ErrorCode::bad_usage, fmt::format("no such profile: {}", printable(profile)),
              "Profiles: solo, small, team.");
}

void check(const ScaffoldOptions& options, const ProfileShape& shape) {
  if (options.people.size() < shape.people_min) {
    throw Error(ErrorCode::scaffold_people,
                fmt::format("profile {} needs {} people, got {}", shape.name, shape.people_min, options.people.size()),
                "Give each as --person NAME:EMAIL:KEY.pub[:GROUP,GROUP].");
  }
  for (const ScaffoldPerson& person : options.people) {
    for (const crypto::PublicKey& key : person.keys) {
      if (key.is_ed25519()) continue;
      throw Error(ErrorCode::key_needs_ed25519,
                  fmt::format("the key {} of {} is of type {}", key.id.text(), person.name, key.type),
                  "Everybody here is in the root too, and root keys are Ed25519; add other kinds to the roster later.");
    }
    if (person.keys.size() >= shape.keys_min) continue;
    throw Error(ErrorCode::scaffold_people,
                fmt::format("profile {} needs {} keys for {}, got {}", shape.name, shape.keys_min, person.name,
                            person.keys.size()),
                "Repeat --person with the same name and the other key; the approving key should be a security key.");
  }
  for (const ScaffoldMachine& machine : options.machines) {
    if (machine.key.kind != crypto::KeyKind::ed25519)
      throw Error(ErrorCode::key_needs_ed25519,
                  fmt::format("the key {} of {} is of type {}", machine.key.id.text(), machine.name, machine.key.type));
  }
  const auto has_use = [&](std::string_view use) {
    return std::any_of(options.machines.begin(), options.machines.end(),
                       [&](const auto& machine) { return machine.use == use; });
  };
  if (!has_use("execute")) {
    throw Error(ErrorCode::scaffold_machines, "no executor key was given",
                "Make one with dbw-sign keygen --machine FILE and pass --executor NAME:FILE.pub.");
  }
}

bool has_issuer(const ScaffoldOptions& options) {
  return std::any_of(options.machines.begin(), options.machines.end(),
                     [](const auto& machine) { return machine.use == "token"; });
}

std::string names_of(const std::vector<ScaffoldPerson>& people) {
  std::vector<std::string> names;
  for (const ScaffoldPerson& person : people) names.push_back(person.name);
  return join(names, ", ");
}

std::string head(std::string_view kind, const std::string& repo_id, Timestamp now, int days) {
  return fmt::format("dbw: {}/v1\nrepo_id: {}\nversion: 1\nissued_at: {}\nexpires_at: {}\n", kind, repo_id, now.text(),
                     (now + Seconds(days * 86400)).text());
}

std::string root_text(const ScaffoldOptions& options, const std::string& repo_id, const ProfileShape& shape) {
  std::string text =
      "# Root of trust. Its SHA-256 is what everybody pins; later versions need the threshold of the old and of the "
      "new people.\n" +
      head("root", repo_id, options.now, 365) + "people:\n";
  for (const ScaffoldPerson& person : options.people) {
    text += fmt::format("  {}:\n    keys:\n", person.name);
    for (const crypto::PublicKey& key : person.keys) text += fmt::format("      - {}\n", key.text());
  }
  const std::string names = names_of(options.people);
  text += "roles:\n";
  for (const auto& [role, threshold] :
       {std::pair{"root", shape.threshold}, {"policy", shape.threshold}, {"roster", shape.threshold}, {"suspend", 1}}) {
    text += fmt::format("  {}: {{threshold: {}, people: [{}]}}\n", role, threshold, names);
  }
  return text;
}

std::string roster_text(const ScaffoldOptions& options, const std::string& repo_id, const ProfileShape& shape) {
  std::string text =
      "# Who is who: people with their keys, e-mail addresses and groups; machines with exactly one use each.\n" +
      head("roster", repo_id, options.now, 90) + "root_version: 1\npeople:\n";
  for (const ScaffoldPerson& person : options.people) {
    const std::vector<std::string>& groups = person.groups.empty() ? shape.groups : person.groups;
    text += fmt::format("  {}:\n    human: {}\n    status: active\n    emails: [{}]\n    groups: [{}]\n    keys:\n",
                        person.name, person.name, codec::yaml_scalar(person.email), join(groups, ", "));
    for (const crypto::PublicKey& key : person.keys) {
      text += fmt::format("      - {{key: {}, uses: [request, approve]}}\n", key.text());
    }
  }
  text += "machines:\n";
  for (const ScaffoldMachine& machine : options.machines) {
    text += fmt::format("  {}:\n    use: {}\n    environments: [{}]\n    key: {}\n", machine.name, machine.use,
                        join(options.environments, ", "), machine.key.text());
  }
  return text;
}

std::string executor_for(const ScaffoldOptions& options, const std::string& environment) {
  std::string first;
  for (const ScaffoldMachine& machine : options.machines) {
    if (machine.use != "execute") continue;
    if (first.empty()) first = machine.name;
    if (machine.name.find(environment.substr(0, 4)) != std::string::npos) return machine.name;
  }
  return first;
}

std::string databases_text(const ScaffoldOptions& options) {
  std::string text = "databases:\n";
  for (const ScaffoldDatabase& database : options.databases) {
    text += fmt::format("  {}:\n    engine: {}\n", database.name, engine_name(database.engine));
    if (!database.server_version.empty()) text += fmt::format("    server_version: \"{}\"\n", database.server_version);
    text += "    environments:\n";
    for (const std::string& environment : options.environments) {
      text += fmt::format(
          "      # target: the random id that `dbw-exec adopt` writes into the database\n"
          "      {}: {{executor: {}, target: \"{}\", token: {}}}\n",
          environment, executor_for(options, environment), crypto::random_hex(16),
          has_issuer(options) ? "required" : "none");
    }
  }
  return text;
}

constexpr std::string_view k_solo_workflows = R"(workflows:
  # One human, two keys: what one key asked for, the other (a security key) approves. Every run names this for what it is.
  - name: write
    match: {environment: "*", classes: [read, dml, ddl]}
    require: {reason: true}
    steps:
      - {id: second-key, groups: [owners], need: 1}
    same_human_other_key: true
    approval_ttl: 1d
)";

constexpr std::string_view k_small_workflows = R"(workflows:
  # Any change needs one other person.
  - name: write
    match: {environment: "*", kind: change, classes: [read, dml, ddl]}
    require: {reason: true}
    steps:
      - {id: peer, groups: [dev], need: 1}
    raise:
      # Risky changes need a second pair of eyes: both other people.
      - {when: {risk: [critical]}, add: [{id: second-peer, groups: [dev], need: 1}]}
    approval_ttl: 7d
  # A query that is proven read-only runs by itself.
  - name: read
    match: {environment: "*", kind: query, classes: [read]}
    auto_approve: {max_risk: low}
)";

constexpr std::string_view k_team_workflows = R"(workflows:
  # A change needs a team lead and a database administrator; nobody fills both steps of one request.
  - name: write
    match: {environment: "*", kind: change, classes: [read, dml, ddl]}
    requesters: [dev]
    require: {reason: true}
    steps:
      - {id: owner, groups: [team-leads], need: 1}
      - {id: dba, groups: [dba], need: 1}
    approval_ttl: 7d
  # A query that is proven read-only needs one colleague.
  - name: read
    match: {environment: "*", kind: query, classes: [read]}
    requesters: [dev]
    steps:
      - {id: peer, groups: [dev], need: 1}
)";

std::string policy_text(const ScaffoldOptions& options, const std::string& repo_id, const ProfileShape& shape) {
  const std::string_view workflows = shape.name == "solo"    ? k_solo_workflows
                                     : shape.name == "small" ? k_small_workflows
                                                             : k_team_workflows;
  return "# What may run where, and who must have said yes. Edit with `dbw-sign policy edit`; it takes effect when "
         "enough holders signed it.\n" +
         head("policy", repo_id, options.now, 90) + "root_version: 1\n" + databases_text(options) +
         std::string(workflows) +
         "review:\n"
         "  # Per environment (\"*\" is all): rule -> off | info | warning | error | block. Absent rules keep their "
         "default.\n"
         "  severities:\n"
         "    \"*\": {drop-table: block}\n"
         "limits: {sql_bytes: 1048576, statement_timeout: 30s, lock_timeout: 3s, max_rows: 10000, result_bytes: "
         "10485760}\n";
}

constexpr std::string_view k_readme = R"(# Change repository

Requests against our databases, approved and proven with dbw.

- `.dbw/` holds the root of trust, the roster and the policy, one file per version, each with its signatures beside it.
- `requests/` holds what was asked for. Propose with `dbw-request new`, approve with `dbw-sign inbox`.
- Refs below `dbw/` hold open requests and approvals; protect them against force-push and deletion.
)";

constexpr std::string_view k_attributes = R"(# dbw signs bytes: nothing may be converted on checkout.
.dbw/** -text
requests/** -text
)";

}  // namespace

std::vector<ScaffoldFile> scaffold(const ScaffoldOptions& options) {
  const ProfileShape& shape = shape_of(options.profile);
  check(options, shape);
  const std::string repo_id = crypto::random_hex(16);
  return {{".dbw/root/1.yaml", root_text(options, repo_id, shape)},
          {".dbw/roster/1.yaml", roster_text(options, repo_id, shape)},
          {".dbw/policy/1.yaml", policy_text(options, repo_id, shape)},
          {"README.md", std::string(k_readme)},
          {".gitattributes", std::string(k_attributes)}};
}

}  // namespace dbw::workflow
