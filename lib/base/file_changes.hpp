#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/files.hpp"

namespace dbw {

/// New and changed files below one folder that appear together, as far as a file system allows: what can fail is done
/// beside them first, and what fails while they take their places is undone. A crash between two of them leaves some of
/// the new files, then some of the changed ones, and hidden files `.NAME.dbw-...` beside those.
///
/// SIGINT, SIGTERM and SIGHUP wait while it lives. No symbolic link below the folder is followed. Everything throws
/// Error{fix_not_written}; then, and where commit() was not called, the files are as they were.
class FileChanges {
 public:
  explicit FileChanges(const std::filesystem::path& folder);
  ~FileChanges();
  FileChanges(const FileChanges&) = delete;
  FileChanges& operator=(const FileChanges&) = delete;

  /// `path`: below the folder, without "..". The file must hold `old_bytes`.
  void change(const std::filesystem::path& path, std::string_view old_bytes, std::string_view new_bytes);
  /// Nothing of that name may be there. It gets the permissions of `like`, a file beside it.
  void create(const std::filesystem::path& path, std::string_view bytes, const std::string& like);
  /// First the new files, so that no statement is missing whenever it ends.
  void commit();

 private:
  class BlockedSignals {
   public:
    BlockedSignals();
    BlockedSignals(const BlockedSignals&) = delete;
    BlockedSignals& operator=(const BlockedSignals&) = delete;
    ~BlockedSignals();

   private:
    sigset_t m_before{};
  };
  struct Change {
    std::filesystem::path path;
    Fd folder;
    std::string name;
    std::string staged;     ///< beside it: the new bytes; empty once they are in place
    std::string old_bytes;  ///< that it must hold until then; of a new file none
    std::string kept;       ///< beside it: the old file under another name; empty: the file is new, or nothing was done
    bool is_new = false;
    bool done = false;
  };
  void stage(const std::filesystem::path& path, std::string_view bytes, unsigned mode);
  Fd open_folder(const std::filesystem::path& path) const;
  /// Throws where it holds anything else than the old bytes.
  static void keep_old(Change& change);
  static void put_new(Change& change);
  static void put_changed(Change& change);
  void undo() noexcept;

  BlockedSignals m_blocked;
  Fd m_folder;
  std::vector<Change> m_changes;
};

}  // namespace dbw
