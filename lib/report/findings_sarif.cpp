#include <map>

#include "base/text.hpp"
#include "codec/json.hpp"
#include "report/characters.hpp"
#include "report/findings_ci.hpp"
#include "report/findings_internal.hpp"

/// Sections named below are those of SARIF 2.1.0 (OASIS standard, errata 01).
namespace dbw::report {
namespace {

using codec::Value;
using model::Finding;
using model::Severity;

/// A region lies nine maps and lists deep.
constexpr int k_depth_max = 16;

std::string_view level_of(Severity severity) {
  if (severity >= Severity::error) return "error";
  return severity == Severity::warning ? "warning" : "note";
}

/// A message has placeholders in braces (3.11.5) and links in brackets (3.11.6): names in the SQL must not become
/// either. Brackets alone, as in int[], are left readable.
std::string message_text(std::string_view text) {
  const std::string safe = printable(text, true);
  const bool links = safe.find("](") != std::string::npos;
  std::string out;
  for (const char c : safe) {
    if (links && (c == '[' || c == ']')) out += '\\';
    out += c;
    if (c == '{' || c == '}') out += c;
  }
  return out;
}

Value message(std::string_view text) {
  Value out;
  out.set("text", message_text(text));
  return out;
}

/// RFC 3986: what is not unreserved or a slash is percent-encoded, which also keeps a colon from making a scheme.
std::string percent_encoded(std::string_view path) {
  std::string out;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._~/").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

/// The files of a review, each at its place in `artifacts`.
class Artifacts {
 public:
  Artifacts(const model::Review& review, const SqlFiles& files) : m_files(files) {
    for (const auto& [path, sql] : files) m_places.emplace(path, 0);
    for (const Finding& finding : review.findings) m_places.emplace(finding.file, 0);
    std::size_t next = 0;
    for (auto& [path, place] : m_places) place = next++;
  }

  Value location(std::string_view path) const {
    Value out;
    const std::size_t place = m_places.find(path)->second;
    while (path.starts_with("./")) path.remove_prefix(2);
    const bool absolute = path.starts_with("/");
    out.set("uri", (absolute ? "file://" : "") + percent_encoded(path));
    if (!absolute) out.set("uriBaseId", "%SRCROOT%");
    out.set("index", number(place));
    return out;
  }

  Value list() const {
    Value out{Value::List{}};
    for (const auto& [path, place] : m_places) {
      Value artifact;
      artifact.set("location", location(path));
      if (const auto file = m_files.find(path); file != m_files.end())
        artifact.set("length", number(file->second.size()));
      artifact.set("roles", Value::List{"analysisTarget"});
      artifact.set("sourceLanguage", "sql");
      out.push(std::move(artifact));
    }
    return out;
  }

 private:
  const SqlFiles& m_files;
  std::map<std::string, std::size_t, std::less<>> m_places;
};

/// The rules that findings name, each at its place in `rules`.
class Rules {
 public:
  Rules(const model::Review& review, const std::vector<RuleText>& texts) {
    for (const Finding& finding : review.findings) m_rules.emplace(finding.rule, Rule{});
    std::size_t next = 0;
    for (auto& [id, rule] : m_rules) rule.place = next++;
    for (const RuleText& text : texts) {
      if (const auto rule = m_rules.find(text.id); rule != m_rules.end()) rule->second.text = &text;
    }
  }

  std::size_t place(std::string_view id) const { return m_rules.find(id)->second.place; }

  Value list() const {
    Value out{Value::List{}};
    for (const auto& [id, rule] : m_rules) out.push(descriptor(id, rule.text));
    return out;
  }

 private:
  struct Rule {
    std::size_t place = 0;
    const RuleText* text = nullptr;
  };

  static Value descriptor(const std::string& id, const RuleText* text) {
    Value out;
    out.set("id", id);
    if (text == nullptr) return out;
    Value level, properties;
    level.set("level", level_of(text->severity));
    properties.set("tags", Value::List{std::string(text->category)});
    out.set("shortDescription", message(text->summary));
    out.set("fullDescription", message(text->why));
    out.set("help", message(fmt::format("{}\n\nInstead:\n{}", text->why, text->instead)));
    out.set("defaultConfiguration", std::move(level));
    out.set("properties", std::move(properties));
    return out;
  }

  std::map<std::string, Rule, std::less<>> m_rules;
};

/// Where columns and offsets count characters, which are not bytes.
struct Text {
  Lines lines;
  Characters characters;
  explicit Text(std::string_view sql) : lines(sql), characters(sql) {}

  std::size_t column_of(std::size_t offset, int line) const {
    return characters.before(offset) - characters.before(lines.range_of(line).start) + 1;
  }

  Value region(ByteRange range) const {
    const std::size_t size = lines.text().size();
    const std::size_t start = std::min(range.start, size);
    const std::size_t end = std::clamp(range.end, start, size);
    const int first = lines.place_of(start).line, last = lines.place_of(end).line;
    Value out;
    out.set("startLine", std::int64_t{first});
    out.set("startColumn", number(column_of(start, first)));
    out.set("endLine", std::int64_t{last});
    out.set("endColumn", number(column_of(end, last)));
    out.set("charOffset", number(characters.before(start)));
    out.set("charLength", number(characters.before(end) - characters.before(start)));
    out.set("byteOffset", number(start));
    out.set("byteLength", number(end - start));
    return out;
  }
};

Value suppressions(const Finding& finding) {
  Value suppression;
  suppression.set("kind", finding.by_comment ? "inSource" : "external");
  suppression.set("status", "accepted");
  suppression.set("justification", printable(finding.waiver));
  return Value(Value::List{std::move(suppression)});
}

class Report {
 public:
  Report(const model::Review& review, const SqlFiles& files, const std::vector<RuleText>& texts)
      : m_review(review), m_artifacts(review, files), m_rules(review, texts), m_prints(fingerprints(review, files)) {
    for (const auto& [path, sql] : files) m_texts.emplace(path, Text(sql));
  }

  Value run() const {
    Value results{Value::List{}};
    for (std::size_t i = 0; i < m_review.findings.size(); ++i) results.push(result(i));
    Value driver, tool, invocation, out;
    driver.set("name", "dbw-review");
    driver.set("version", DBW_VERSION);
    driver.set("rules", m_rules.list());
    tool.set("driver", std::move(driver));
    invocation.set("executionSuccessful", true);
    out.set("tool", std::move(tool));
    out.set("invocations", Value::List{std::move(invocation)});
    out.set("columnKind", "unicodeCodePoints");
    out.set("artifacts", m_artifacts.list());
    out.set("results", std::move(results));
    return out;
  }

 private:
  Value location(const Finding& finding) const {
    Value physical, out;
    physical.set("artifactLocation", m_artifacts.location(finding.file));
    if (const auto text = m_texts.find(finding.file); text != m_texts.end())
      physical.set("region", text->second.region(finding.range));
    out.set("physicalLocation", std::move(physical));
    return out;
  }

  Value result(std::size_t index) const {
    const Finding& finding = m_review.findings[index];
    const std::string wish = finding.waived || finding.waiver.empty() ? "" : " (wish: " + finding.waiver + ")";
    Value prints, out;
    prints.set("dbw/v1", m_prints[index]);
    out.set("ruleId", finding.rule);
    out.set("ruleIndex", number(m_rules.place(finding.rule)));
    out.set("level", level_of(finding.severity));
    out.set("message", message(finding.message + wish));
    out.set("locations", Value::List{location(finding)});
    out.set("partialFingerprints", std::move(prints));
    if (finding.waived) out.set("suppressions", suppressions(finding));
    return out;
  }

  const model::Review& m_review;
  Artifacts m_artifacts;
  Rules m_rules;
  std::vector<std::string> m_prints;
  std::map<std::string_view, Text> m_texts;
};

}  // namespace

std::string findings_sarif(const model::Review& review, const SqlFiles& files, const std::vector<RuleText>& rules) {
  Value out;
  out.set("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
  out.set("version", "2.1.0");
  out.set("runs", Value::List{Report(review, files, rules).run()});
  return codec::emit_json_pretty(out, k_depth_max);
}

}  // namespace dbw::report
