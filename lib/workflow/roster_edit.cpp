#include "workflow/roster_edit.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "codec/yaml.hpp"
#include "model/trust_documents.hpp"
#include "trust/difference.hpp"

namespace dbw::workflow {
namespace {

using codec::Value;

/// The text of one roster while it is edited; positions are looked up anew after every change.
class RosterText {
 public:
  RosterText(std::string yaml, std::string_view source) : m_text(std::move(yaml)), m_source(source) {}
  const std::string& text() const { return m_text; }

  void add_key(const std::string& person, const crypto::PublicKey& key, const std::set<std::string>& uses) {
    const Value document = parse();
    const Value& list = keys_of(document, person);
    if (list.items().empty()) throw not_understood(fmt::format("{} has no key to put another beside", person));
    const std::size_t at = offset(list.items().front());
    const std::string item =
        fmt::format("{{key: {}, uses: [{}]}}", codec::yaml_scalar(key.text()), join({uses.begin(), uses.end()}, ", "));
    if (const auto dash = dash_of(at)) {
      const std::size_t line = line_start(at);
      m_text.insert(line, std::string(*dash - line, ' ') + "- " + item + "\n");
    } else {
      m_text.insert(at, item + ", ");
    }
  }

  void remove_key(const std::string& person, const KeyId& id) {
    const Value document = parse();
    const Value& list = keys_of(document, person);
    const auto& items = list.items();
    const auto found = std::find_if(items.begin(), items.end(), [&](const Value& item) {
      const Value* key = item.find("key");
      return key != nullptr && crypto::parse_public_key(key->text()).id == id;
    });
    if (found == items.end()) {
      throw Error(ErrorCode::authority_no_such_key,
                  fmt::format("{} lists no key {} for {}", m_source, id.text(), person));
    }
    if (items.size() == 1) {
      throw not_understood(
          fmt::format("it is the only key of {}: add another in the same edit, or set status: left", person));
    }
    const std::size_t at = offset(*found);
    const auto dash = dash_of(at);
    dash ? remove_block(at, *dash) : remove_flow(at);
  }

  void replace_machine_key(const std::string& machine, const crypto::PublicKey& key) {
    const Value document = parse();
    const Value* machines = document.find("machines");
    const Value* entry = machines == nullptr ? nullptr : machines->find(machine);
    if (entry == nullptr) {
      throw Error(ErrorCode::trust_unknown_machine,
                  fmt::format("{} lists no machine {}", m_source, printable(machine)));
    }
    replace_text(*entry->find("key"), codec::yaml_scalar(key.text()));
  }

  void set_seal_key(const std::string& person, const crypto::AgeRecipient& key) {
    const Value document = parse();
    const Value& entry = person_of(document, person);
    if (const Value* old = entry.find("seal_key")) return replace_text(*old, key.text());
    if (entry.kind() != Value::Kind::map || entry.entries().empty())
      throw not_understood(fmt::format("{} has no field to put a seal key beside", person));
    const std::size_t at = offset(entry);
    const std::string field = "seal_key: " + key.text();
    if (m_text[at] == '{') {
      m_text.insert(at + 1, field + ", ");
    } else {
      m_text.insert(at, field + "\n" + std::string(at - line_start(at), ' '));
    }
  }

 private:
  Value parse() const { return codec::parse_yaml(m_text, m_source); }

  Error not_understood(const std::string& why) const {
    return {ErrorCode::authority_malformed, fmt::format("{}: {}", m_source, why), "Edit the file by hand."};
  }

  const Value& person_of(const Value& document, const std::string& person) const {
    const Value* people = document.find("people");
    const Value* entry = people == nullptr ? nullptr : people->find(person);
    if (entry == nullptr) {
      throw Error(ErrorCode::trust_unknown_person, fmt::format("{} lists no person {}", m_source, printable(person)));
    }
    return *entry;
  }

  void replace_text(const Value& old, const std::string& text) {
    const std::size_t at = offset(old);
    const bool quoted = m_text[at] == '"' || m_text[at] == '\'';
    m_text.replace(at, old.text().size() + (quoted ? 2 : 0), text);
  }

  const Value& keys_of(const Value& document, const std::string& person) const {
    const Value* keys = person_of(document, person).find("keys");
    if (keys == nullptr || keys->kind() != Value::Kind::list)
      throw not_understood(fmt::format("{} has no list of keys", person));
    return *keys;
  }

  std::size_t offset(const Value& value) const {
    std::size_t at = 0;
    for (int line = 1; line < value.position.line; ++line) at = m_text.find('\n', at) + 1;
    return at + static_cast<std::size_t>(value.position.column) - 1;
  }

  std::size_t line_start(std::size_t at) const {
    const auto newline = at == 0 ? std::string::npos : m_text.rfind('\n', at - 1);
    return newline == std::string::npos ? 0 : newline + 1;
  }

  /// Where the "-" before an item of a block list is; nullopt for items of [a, b].
  std::optional<std::size_t> dash_of(std::size_t at) const {
    const std::size_t start = line_start(at);
    const std::size_t first = m_text.find_first_not_of(' ', start);
    if (first >= at || m_text[first] != '-') return std::nullopt;
    return m_text.find_first_not_of(' ', first + 1) == at ? std::optional(first) : std::nullopt;
  }

  void remove_block(std::size_t at, std::size_t dash) {
    const std::size_t start = line_start(at);
    const std::size_t indent = dash - start;
    std::size_t end = m_text.find('\n', at) + 1;
    while (end != 0 && end < m_text.size()) {
      const std::size_t first = m_text.find_first_not_of(' ', end);
      if (first == std::string::npos || m_text[first] == '\n' || first - end <= indent) break;
      end = m_text.find('\n', first) + 1;
    }
    m_text.erase(start, (end == 0 ? m_text.size() : end) - start);
  }

  void remove_flow(std::size_t at) {
    // Keys hold no braces, so the next one ends the item; whatever else it was, the check of the result finds.
    std::size_t end = m_text.find('}', at);
    if (end == std::string::npos) throw not_understood("the key does not stand in braces");
    ++end;
    const std::size_t after = m_text.find_first_not_of(" \n", end);
    if (after != std::string::npos && m_text[after] == ',') {
      end = m_text.find_first_not_of(" \n", after + 1);
    } else {
      at = m_text.rfind(',', at);
    }
    m_text.erase(at, end - at);
  }

  std::string m_text;
  std::string m_source;
};

bool mentions(const std::string& line, const RosterEdits& edits) {
  const auto has = [&](const std::string& text) { return line.find(text) != std::string::npos; };
  return std::any_of(edits.add_keys.begin(), edits.add_keys.end(),
                     [&](const auto& e) { return has(e.second.id.text()); }) ||
         std::any_of(edits.remove_keys.begin(), edits.remove_keys.end(),
                     [&](const auto& e) { return has(e.second.text()); }) ||
         std::any_of(
             edits.seal_keys.begin(), edits.seal_keys.end(),
             [&](const auto& e) { return line.starts_with(e.first + ": seal key: ") && has(e.second.text()); }) ||
         std::any_of(edits.machine_keys.begin(), edits.machine_keys.end(), [&](const auto& e) {
           return line.starts_with(fmt::format("machine {}: key: {} ", e.first, e.second.id.text()));
         });
}

bool has_key(const model::Roster& roster, const std::string& person, const KeyId& id) {
  const auto& keys = roster.people.at(person).keys;
  return std::any_of(keys.begin(), keys.end(), [&](const model::PersonKey& key) { return key.key.id == id; });
}

/// What came out is what was asked for, and nothing else.
void require_only(const std::string& before, const std::string& after, const RosterEdits& edits,
                  std::string_view source) {
  const model::Roster roster = model::parse_roster(after, source);
  bool good = true;
  for (const auto& [person, key] : edits.add_keys) good = good && has_key(roster, person, key.id);
  for (const auto& [person, id] : edits.remove_keys) good = good && !has_key(roster, person, id);
  for (const auto& [person, key] : edits.seal_keys) good = good && roster.people.at(person).seal_key == key;
  for (const auto& [machine, key] : edits.machine_keys) good = good && roster.machines.at(machine).key == key;
  for (const std::string& line : trust::describe_changes("roster", before, after)) good = good && mentions(line, edits);
  if (!good) {
    throw Error(ErrorCode::authority_malformed, fmt::format("{}: its layout is not understood", source),
                "Edit the file by hand.");
  }
}

}  // namespace

std::string edit_roster(const std::string& yaml, const RosterEdits& edits, std::string_view source) {
  model::parse_roster(yaml, source);
  RosterText text(yaml, source);
  for (const auto& [person, key] : edits.add_keys) text.add_key(person, key, edits.uses);
  for (const auto& [person, id] : edits.remove_keys) text.remove_key(person, id);
  for (const auto& [person, key] : edits.seal_keys) text.set_seal_key(person, key);
  for (const auto& [machine, key] : edits.machine_keys) text.replace_machine_key(machine, key);
  require_only(yaml, text.text(), edits, source);
  return text.text();
}

}  // namespace dbw::workflow
