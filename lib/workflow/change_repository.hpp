#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.hpp"
#include "git/repository.hpp"
#include "git/transport.hpp"
#include "trust/authority.hpp"
#include "trust/decisions.hpp"

namespace dbw::workflow {

/// An armoured signature beside its document.
inline constexpr std::size_t k_signature_bytes_max = 8 * 1024;

inline constexpr std::string_view k_requests_prefix = "refs/heads/dbw/requests/";
inline constexpr std::string_view k_approvals_prefix = "refs/heads/dbw/approvals/";
/// Suspensions of people who may not push to the trusted branch: <prefix><person>.
inline constexpr std::string_view k_suspensions_prefix = "refs/heads/dbw/suspensions/";

std::string request_ref(const RequestId& id);
std::string approval_ref(const RequestId& id, std::string_view person);

/// The refs of one request, each resolved once.
struct RequestRefs {
  std::optional<git::ObjectId> branch;                           ///< dbw/requests/<id>
  std::vector<std::pair<std::string, git::ObjectId>> decisions;  ///< person and head of dbw/approvals/<id>/<person>
  friend bool operator==(const RequestRefs&, const RequestRefs&) = default;
};

/// All refs that matter at one moment. Everything a run decides is read through one view.
struct View {
  git::ObjectId trust_commit;
  git::ObjectId trust_tree;
  std::map<RequestId, RequestRefs> requests;
  std::set<RequestId> open;                      ///< those of them that have a branch, or are merged and not expired
  std::set<RequestId> may_supersede;             ///< those that have a branch, or are merged and say so
  std::vector<git::ObjectId> suspensions;        ///< heads below k_suspensions_prefix, in order of their names
  std::map<RequestId, RequestId> superseded_by;  ///< filled by note_superseded
};

/// A request as it lies in the repository; nothing is verified yet.
struct StoredRequest {
  RequestId id;
  std::string bytes;         ///< request.yaml
  std::string signature;     ///< request.yaml.sig
  std::string cancellation;  ///< cancel.yaml, empty where there is none
  std::string cancellation_signature;
  bool merged = false;  ///< read from the trust ref
  git::ObjectId tree;   ///< where its files are
};

/// The mirror of a change repository and the remote it mirrors.
class ChangeRepository {
 public:
  ChangeRepository(const std::filesystem::path& mirror, git::Remote remote, std::string trust_ref);

  /// Trust ref, requests, approvals and suspensions, made equal to the remote's.
  void fetch();
  /// Resolves every ref once. Throws Error{trust_ref_missing}.
  View view() const;

  const git::Repository& objects() const { return m_repository; }
  git::Repository& objects() { return m_repository; }
  git::Transport& transport() { return m_transport; }
  const std::string& trust_ref() const { return m_trust_ref; }

 private:
  void fetch_one_by_one();

  git::Repository m_repository;
  git::Transport m_transport;
  std::string m_trust_ref;
};

/// Fills view.superseded_by from the authentic requests that name another one of the same requester.
void note_superseded(const git::Repository& objects, const trust::Authority& authority, View& view);

/// Every version of root, roster and policy with their signatures below `.dbw/` of the trust ref, and the suspensions
/// there and on the refs of their own. Those refs give nothing but suspensions.
trust::TrustInput read_trust(const git::Repository& objects, const View& view);

/// From the trust ref where merged, else from the request's branch; nullopt where neither has it.
std::optional<StoredRequest> read_request(const git::Repository& objects, const View& view, const RequestId& id);

/// The SQL (or rollback) file of a request, raw bytes. Throws Error{request_file_missing}.
std::string read_request_file(const git::Repository& objects, const StoredRequest& request, std::string_view path,
                              std::size_t bytes_max);

/// The decision commits of a request, per person newest first. Below a person's oldest decision stands a commit of the
/// trusted branch; anything else could hide a decision, and is Error{decision_ref_foreign}. More than k_decisions_max
/// is Error{trust_too_many_decisions}.
std::vector<trust::DecisionInput> read_decisions(const git::Repository& objects, const View& view,
                                                 const RequestRefs& refs);

}  // namespace dbw::workflow
