#include "trust/refusals.hpp"

namespace dbw::trust {

void throw_refusals(const std::vector<Refusal>& reasons, const std::vector<Refusal>& notes) {
  std::string message;
  for (const Refusal& reason : reasons) message += (message.empty() ? "" : "\n") + reason.message;
  for (const Refusal& note : notes) message += "\nalso seen: " + note.message;
  throw Error(reasons.front().code, message, reasons.front().hint);
}

}  // namespace dbw::trust
