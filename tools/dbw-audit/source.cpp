#include "commands.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbw::tool {

void add_source(cli::Command& command, Source& source) {
  command.positionals.insert(command.positionals.begin(), {"URL|PATH", "the audit repository", &source.where});
  command.options.push_back({"--executor", "NAME", "only the log of this executor", &source.executor});
  command.options.push_back(
      {"--cache", "FOLDER", "keep the copy of the repository here (default: a temporary folder)", &source.cache});
}

OpenSource::OpenSource(const Source& source) {
  const bool address = source.where.find(':') != std::string::npos;
  if (std::error_code ignored; !address && !std::filesystem::exists(source.where, ignored))
    throw Error(ErrorCode::file_missing, "there is no folder " + printable(source.where),
                "Name the audit repository: a folder, or a URL such as https://host/db-audit.git.");
  if (source.cache.empty()) m_folder = std::make_unique<TemporaryFolder>("dbw-audit");
  m_mirror = std::make_unique<workflow::AuditMirror>(
      m_folder ? m_folder->path() / "audit.git" : std::filesystem::path(source.cache), source.where);
  m_executors = m_mirror->executors();
  if (!source.executor.empty()) m_executors = {source.executor};
  if (m_executors.empty())
    throw Error(ErrorCode::audit_no_log, "there is no branch dbw/audit/* in " + printable(source.where));
}

void each_line(const audit::PathReader& files, const std::function<bool(const audit::Line& line)>& each) {
  const auto note = files(audit::k_checkpoint_path);
  if (!note) throw Error(ErrorCode::audit_checkpoint, "the checkpoint is missing");
  const std::uint64_t size = audit::parse_checkpoint_text(crypto::parse_note(*note).text).head.size;
  std::vector<std::string> bundle;
  for (std::uint64_t seq = 0; seq < size; ++seq) {
    const std::uint64_t index = seq / audit::k_tile_width;
    const bool closed = index < size / audit::k_tile_width;
    if (closed && seq % audit::k_tile_width == 0) {
      const auto bytes = files(audit::bundle_path(index));
      if (!bytes) throw Error(ErrorCode::audit_truncated, audit::bundle_path(index) + " is missing");
      bundle = audit::split_bundle(*bytes);
    }
    const auto line = closed ? bundle[seq % audit::k_tile_width] : audit::read_line(files, seq, size);
    if (!line) throw Error(ErrorCode::audit_truncated, audit::open_line_path(seq) + " is missing");
    if (!each(audit::parse_line(*line))) return;
  }
}

}  // namespace dbw::tool
