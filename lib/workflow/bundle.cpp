#include "workflow/bundle.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "git/bundle.hpp"

namespace dbw::workflow {

std::vector<std::string> write_request_bundle(const Workspace& workspace, const RequestId& id,
                                              const std::filesystem::path& file) {
  const auto assessment = workspace.assess(id);
  if (!assessment) throw Error(ErrorCode::request_unknown, fmt::format("there is no request {}", id.text()));
  if (!assessment->request) throw Error(assessment->refusals.front());
  std::vector<std::string> refs = {workspace.profile().pin.trust_ref};
  const RequestRefs& own = workspace.view().requests.at(id);
  if (own.branch) refs.push_back(request_ref(id));
  for (const auto& [person, head] : own.decisions) refs.push_back(approval_ref(id, person));
  for (const git::Ref& ref : workspace.repository().objects().refs(k_suspensions_prefix)) refs.push_back(ref.name);
  git::write_bundle(workspace.repository().objects(), file, refs);
  return refs;
}

}  // namespace dbw::workflow
