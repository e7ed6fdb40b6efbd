#include "review/rule.hpp"

namespace dbw::review {

std::vector<Engine> engines_of(Engines engines) {
  std::vector<Engine> out;
  for (const Engine engine : {Engine::postgresql, Engine::mysql, Engine::mariadb, Engine::sqlite}) {
    if (engines.has(engine)) out.push_back(engine);
  }
  return out;
}

model::Finding& Findings::add(ByteRange range, std::string message, std::string object) {
  model::Finding& finding = m_list.emplace_back();
  finding.rule = m_info->id;
  finding.severity = m_severity;
  finding.file = m_file;
  finding.range = m_body ? m_body->of(range) : range;
  finding.message = m_body ? "inside the body: " + message : std::move(message);
  finding.why = m_info->why;
  finding.suggestion = m_info->instead;
  finding.object = std::move(object);
  return finding;
}

void Findings::at_most(model::Finding& finding, model::Severity severity) {
  if (finding.severity > severity) finding.severity = severity;
}

}  // namespace dbw::review
