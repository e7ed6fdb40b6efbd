#include "git/transport.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "git/git_command.hpp"
#include "git/handles.hpp"
#include "git/local_objects.hpp"
#include "git/local_refs.hpp"
#include "git/tree.hpp"

namespace dbw::git {
namespace {

constexpr int k_fetch_tries_max = 5;
constexpr Seconds k_lock_age_max{60};  ///< git and libgit2 hold a reference's lock for moments
constexpr std::size_t k_named_refspecs_max = 100;
/// Commits that others may have put on top of ours between our push and the look at its result.
constexpr int k_overtaken_commits_max = 10'000;

/// The repository behind a path may belong to another user; the other side's program learns of settings in its
/// arguments only.
void add_local_program(std::vector<std::string>& arguments, Protocol protocol, std::string_view option,
                       std::string_view program) {
  if (protocol == Protocol::file)
    arguments.push_back(fmt::format("{}=exec git -c 'safe.directory=*' {}", option, program));
}

/// "refs/heads/dbw/" names all below it, "refs/heads/main" exactly itself.
bool is_covered(std::string_view name, const std::vector<std::string>& refs_or_prefixes) {
  return std::any_of(refs_or_prefixes.begin(), refs_or_prefixes.end(), [&](const std::string& each) {
    return each.ends_with('/') ? name.starts_with(each) : name == each;
  });
}

Ref parse_listed(std::string_view line, const std::string& url) {
  const auto tab = line.find('\t');
  const std::string id(line.substr(0, tab));
  if (id.size() == 64 && id.find_first_not_of("0123456789abcdef") == std::string::npos) {
    throw Error(ErrorCode::git_sha256_repository, fmt::format("{} has SHA-256 object ids", printable(url)));
  }
  if (tab == std::string_view::npos || !is_object_id(id)) {
    throw Error(ErrorCode::git_bad_ref,
                fmt::format("{} listed \"{}\"; expected an id and a name", printable(url), printable(line)));
  }
  Ref ref{std::string(line.substr(tab + 1)), {id}};
  require_ref_name(ref.name);
  return ref;
}

std::vector<Ref> ask_refs(const GitCommand& git, const Remote& remote, const std::vector<std::string>& prefixes) {
  const bool branches = std::all_of(prefixes.begin(), prefixes.end(),
                                    [](const std::string& each) { return each.starts_with("refs/heads/"); });
  std::vector<std::string> arguments = {"ls-remote", "--quiet", "--refs"};
  if (branches)
    arguments.emplace_back("--heads");  // protocol 2: the server leaves the rest (merge request refs, tags) out
  add_local_program(arguments, git.protocol(), "--upload-pack", "upload-pack");
  arguments.insert(arguments.end(), {"--", remote.url});
  for (const std::string& each : prefixes) arguments.push_back(each + "*");
  const ProcessResult result = git.run(std::move(arguments));
  if (result.status != 0) throw git.failure(result, "cannot list");
  std::vector<Ref> refs;
  for (const std::string_view line : split_lines(result.output)) {
    Ref ref = parse_listed(line, remote.url);
    if (starts_with_any(ref.name, prefixes))
      refs.push_back(std::move(ref));  // ls-remote's patterns match at the end of names
  }
  return refs;
}

/// `near`: without a process where the remote's path allows it. The program sees less in a repository that hides
/// references.
enum class Look { near, program };

struct Listed {
  std::vector<Ref> refs;
  Look look = Look::program;  ///< how they were looked at
};

Listed list_refs(const GitCommand& git, const Remote& remote, const std::vector<std::string>& prefixes,
                 Look look = Look::near) {
  for (const std::string& each : prefixes) require_ref_prefix(each);
  if (prefixes.empty()) return {};
  std::optional<std::vector<Ref>> local;
  if (look == Look::near && remote.url.starts_with('/')) local = read_local_refs(remote.url, prefixes);
  std::vector<Ref> refs = local ? std::move(*local) : ask_refs(git, remote, prefixes);
  const auto by_name = [](const Ref& a, const Ref& b) { return a.name < b.name; };
  const auto same_name = [](const Ref& a, const Ref& b) { return a.name == b.name; };
  std::sort(refs.begin(), refs.end(), by_name);
  refs.erase(std::unique(refs.begin(), refs.end(), same_name), refs.end());  // prefixes may overlap
  return {std::move(refs), local ? Look::near : Look::program};
}

/// nullopt: absent at the remote.
std::optional<ObjectId> look_up(const GitCommand& git, const Remote& remote, const std::string& name) {
  for (const Ref& ref : list_refs(git, remote, {name}).refs) {
    if (ref.name == name) return ref.target;
  }
  return std::nullopt;
}

/// `refspecs` one a line. False: a reference vanished from the remote meanwhile.
bool fetch_refs(const GitCommand& git, const Remote& remote, const std::string& refspecs) {
  std::vector<std::string> arguments = {"-c",
                                        "advice.fetchShowForcedUpdates=false",  // else it warns of our own wish
                                        "fetch",
                                        "--quiet",
                                        "--no-tags",
                                        "--no-recurse-submodules",
                                        "--no-write-fetch-head",
                                        "--no-auto-maintenance",
                                        "--no-prune",
                                        "--no-show-forced-updates",
                                        "--atomic",
                                        "--refmap=",
                                        "--stdin"};
  add_local_program(arguments, git.protocol(), "--upload-pack", "upload-pack");
  arguments.insert(arguments.end(), {"--", remote.url});
  const ProcessResult result = git.run(std::move(arguments), refspecs);
  // A shallow remote's references are left out with a warning alone.
  if (result.status == 0 && classify(result.errors) != ErrorCode::git_shallow) return true;
  if (result.errors.find("couldn't find remote ref") != std::string::npos) return false;
  throw git.failure(result, "cannot fetch from");
}

/// A reference of ours that differs from the remote's.
struct Difference {
  std::string name;
  std::optional<ObjectId> before;
  ObjectId theirs;
};

/// Deletes what the remote no longer has and returns what else differs.
std::vector<Difference> reconcile(Repository& repository, const std::vector<Ref>& theirs,
                                  const std::vector<std::string>& wanted) {
  std::set<std::string> listed;
  std::vector<Difference> differences;
  for (const Ref& ref : theirs) {
    if (!is_covered(ref.name, wanted)) continue;
    const auto ours = repository.resolve(ref.name);
    if (listed.insert(ref.name).second && ours != ref.target) differences.push_back({ref.name, ours, ref.target});
  }
  for (const std::string& each : wanted) {
    for (const Ref& ours : repository.refs(each)) {
      if (is_covered(ours.name, wanted) && !listed.contains(ours.name)) repository.delete_ref(ours.name);
    }
  }
  return differences;
}

/// One name a line; patterns instead where there are many, because git's matching of names is quadratic.
std::string refspecs_of(const std::vector<Difference>& differences, const std::vector<std::string>& wanted) {
  const bool many = differences.size() > k_named_refspecs_max;
  std::string refspecs;
  for (const std::string& each : wanted) {
    if (many && each.ends_with('/')) refspecs += fmt::format("+{0}*:{0}*\n", each);
  }
  for (const Difference& each : differences) {
    const bool by_pattern = std::any_of(wanted.begin(), wanted.end(), [&](const std::string& prefix) {
      return many && prefix.ends_with('/') && each.name.starts_with(prefix);
    });
    if (!by_pattern) refspecs += fmt::format("+{0}:{0}\n", each.name);
  }
  return refspecs;
}

/// What a plain repository on this machine shows. False: git's program must fetch it.
bool take_differences(const Remote& remote, Repository& repository, const std::vector<Difference>& differences) {
  if (differences.size() > k_named_refspecs_max) return false;
  std::vector<ObjectId> commits;
  for (const Difference& each : differences) commits.push_back(each.theirs);
  if (!take_objects(repository, remote.url, commits)) return false;
  for (const Difference& each : differences) repository.set_ref(each.name, each.theirs);
  return true;
}

/// False: a reference vanished from the remote meanwhile, or `look` saw one that the remote's program hides.
bool fetch_differences(const GitCommand& git, const Remote& remote, const Repository& repository,
                       const std::vector<Difference>& differences, const std::vector<std::string>& wanted, Look look) {
  if (!fetch_refs(git, remote, refspecs_of(differences, wanted))) return false;
  // One file for each of thousands of references makes every later look at them slow.
  if (differences.size() > k_named_refspecs_max) git.run({"pack-refs", "--all"});
  for (const Difference& each : differences) {
    if (repository.resolve(each.name) == each.before) {
      if (look == Look::near) return false;
      throw Error(ErrorCode::git_unreachable,
                  fmt::format("{} listed a new {} but did not send it", printable(remote.url), each.name));
    }
  }
  return true;
}

/// True where `commit` is `tip` or one of its first-parent ancestors above `stop`.
bool holds(const Repository& repository, const ObjectId& tip, const ObjectId& commit, const ObjectId& stop) {
  std::optional<ObjectId> at = tip;
  for (int steps = 0; at && steps < k_overtaken_commits_max; ++steps) {
    if (*at == commit) return true;
    if (*at == stop) return false;
    at = repository.parent_of(*at);
  }
  return false;
}

/// The line of `push --porcelain` that tells about our reference.
struct PorcelainLine {
  char flag = 0;  ///< 0: there is none
  std::string summary;
};

PorcelainLine find_line(const std::string& output, const std::string& ref) {
  for (const std::string_view line : split_lines(output)) {
    const auto fields = split(line, '\t');
    if (fields.size() == 3 && fields[0].size() == 1 && fields[1].ends_with(":" + ref)) return {fields[0][0], fields[2]};
  }
  return {};
}

/// "[remote rejected] (...)" by which the remote says that somebody else was writing the reference.
bool is_contention(std::string_view summary, std::string_view errors) {
  const auto either = [&](std::string_view part) {
    return summary.find(part) != std::string_view::npos || errors.find(part) != std::string_view::npos;
  };
  if (either("ermission denied") || either("ead-only file system") || either("No space left") ||
      either("cannot create '"))
    return false;
  return either("failed to update ref") || either("cannot lock ref") || either("incorrect old value") ||
         either("File exists");
}

/// One push and the judgement of what came of it.
class Push {
 public:
  Push(const GitCommand& git, const Remote& remote, const Repository& repository, const PushRequest& request)
      : m_git(git), m_remote(remote), m_repository(repository), m_request(request) {}

  PushResult run() {
    if (auto near = run_near()) return *near;
    const std::optional<ProcessResult> result = answer_to(arguments());
    if (!result) return lost_answer();
    const PorcelainLine line = find_line(result->output, m_request.ref);
    const std::string said = printable(line.summary) + (result->errors.empty() ? "" : ": " + m_git.words(*result));
    if (result->status == 0) return accepted(said);
    if (line.flag == 0 || line.flag != '!') return broken_off(*result);
    return rejected(line, *result, said);
  }

 private:
  /// To a plain repository on this machine. nullopt: git's program has to push.
  std::optional<PushResult> run_near() {
    const bool adds = !m_request.expected.empty() && !m_request.commit.empty();
    if (!adds || !m_remote.url.starts_with('/')) return std::nullopt;
    if (!send_objects(m_repository, m_remote.url, m_request.commit, m_request.expected)) return std::nullopt;
    const auto moved = move_reference(m_remote.url, m_request.ref, m_request.expected, m_request.commit);
    if (!moved) return std::nullopt;
    if (*moved) return accepted("moved");
    return ended(is_in_place() ? PushOutcome::done : PushOutcome::moved, "somebody else was first, or is writing");
  }

  /// nullopt: it did not come in time, but the remote holds the commit.
  std::optional<ProcessResult> answer_to(std::vector<std::string> arguments) {
    try {
      return m_git.run(std::move(arguments));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::git_unreachable || !is_in_place()) throw;
      return std::nullopt;
    }
  }

  PushResult lost_answer() const {
    return ended(PushOutcome::done, "the answer was lost, but the remote holds the commit");
  }

  std::vector<std::string> arguments() const {
    std::vector<std::string> out = {"push",
                                    "--quiet",
                                    "--porcelain",
                                    "--no-verify",
                                    "--no-follow-tags",
                                    "--recurse-submodules=no",
                                    "--no-signed",
                                    fmt::format("--force-with-lease={}:{}", m_request.ref, m_request.expected.hex)};
    add_local_program(out, m_git.protocol(), "--receive-pack", "receive-pack");
    out.insert(out.end(), {"--", m_remote.url, fmt::format("{}:{}", m_request.commit.hex, m_request.ref)});
    return out;
  }

  /// Reads the reference again: true where it shows our commit, or others' commits on top of it.
  bool is_in_place() {
    for (int tries = 0; tries < k_fetch_tries_max; ++tries) {
      m_shown = look_up(m_git, m_remote, m_request.ref).value_or(ObjectId{});
      if (m_shown == m_request.commit) return true;
      if (m_shown.empty() || m_request.commit.empty() || m_shown == m_request.expected) return false;
      if (fetch_refs(m_git, m_remote, m_request.ref + "\n") && m_repository.has(m_shown))
        return holds(m_repository, m_shown, m_request.commit, m_request.expected);
    }
    return false;
  }

  PushResult ended(PushOutcome outcome, std::string said) const { return {outcome, std::move(said), m_shown}; }

  PushResult accepted(const std::string& said) {
    if (is_in_place()) return ended(PushOutcome::done, said);
    throw Error(ErrorCode::git_push_lost,
                fmt::format("{} answered \"{}\" to {} at {}, but shows {} there", printable(m_remote.url), said,
                            m_request.commit.empty() ? "the deletion" : m_request.commit.hex, m_request.ref,
                            m_shown.empty() ? "nothing" : m_shown.hex));
  }

  PushResult rejected(const PorcelainLine& line, const ProcessResult& result, const std::string& said) {
    const bool by_remote =
        line.summary.starts_with("[remote rejected]") || line.summary.starts_with("[remote failure]");
    if (is_in_place()) return ended(PushOutcome::done, said);
    const bool moved = m_shown != m_request.expected || !by_remote || is_contention(line.summary, result.errors);
    return ended(moved ? PushOutcome::moved : PushOutcome::refused, said);
  }

  /// No word about our reference: the remote was not reached, or the line broke before its answer.
  PushResult broken_off(const ProcessResult& result) {
    if (is_in_place()) return lost_answer();
    const Error error = m_git.failure(result, "cannot push to");
    // Reading works (we have just done so), writing does not.
    if (error.code() == ErrorCode::git_denied) return ended(PushOutcome::refused, m_git.words(result));
    throw error;
  }

  const GitCommand& m_git;
  const Remote& m_remote;
  const Repository& m_repository;
  const PushRequest& m_request;
  ObjectId m_shown;
};

}  // namespace

Transport::Transport(Repository& repository, Remote remote) : m_repository(repository), m_remote(std::move(remote)) {
  GitCommand(m_repository.path(), m_remote);
}

const Remote& Transport::remote() const { return m_remote; }

std::vector<Ref> Transport::list(const std::vector<std::string>& prefixes) {
  return list_refs(GitCommand(m_repository.path(), m_remote), m_remote, prefixes).refs;
}

void Transport::fetch(const std::vector<std::string>& refs_or_prefixes) {
  try {
    return fetch_once(refs_or_prefixes);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::git_write_failed || !m_repository.remove_stale_locks(k_lock_age_max)) throw;
  }
  fetch_once(refs_or_prefixes);
}

void Transport::fetch_once(const std::vector<std::string>& refs_or_prefixes) {
  const GitCommand git(m_repository.path(), m_remote);
  for (int tries = 0; tries < k_fetch_tries_max; ++tries) {
    const Look look = tries == 0 ? Look::near : Look::program;
    const Listed listed = list_refs(git, m_remote, refs_or_prefixes, look);
    const auto differences = reconcile(m_repository, listed.refs, refs_or_prefixes);
    if (listed.look == Look::near && take_differences(m_remote, m_repository, differences)) return;
    if (differences.empty() || fetch_differences(git, m_remote, m_repository, differences, refs_or_prefixes, look))
      return;
  }
  throw Error(ErrorCode::git_unreachable,
              fmt::format("{}: references vanished between listing and fetching, {} times in a row",
                          printable(m_remote.url), k_fetch_tries_max));
}

PushResult Transport::push(const PushRequest& request) {
  require_ref_name(request.ref);
  if (!request.expected.empty()) require_object_id(request.expected);
  if (!request.commit.empty()) m_repository.tree_of(request.commit);
  const GitCommand git(m_repository.path(), m_remote);
  return Push(git, m_remote, m_repository, request).run();
}

}  // namespace dbw::git
