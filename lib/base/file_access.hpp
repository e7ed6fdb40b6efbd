#pragma once

#include <filesystem>

/// Who besides us can reach a file: owner, mode and access control list (POSIX.1e draft 17, as Linux keeps it).
namespace dbw {

/// Throws Error{file_permissions} where anybody but us and root may read the file or folder: by its owner, its mode, or
/// a list whose mask the mode's group bits then are (which is how systemd hands over credentials).
void require_private_file(const std::filesystem::path& path);
/// Throws Error{file_permissions} where group or others may write the file or the folder that holds it.
void require_not_writable_by_others(const std::filesystem::path& path);
/// Throws Error{file_permissions} where everybody may read the file and enter the folder that holds it.
void require_not_readable_by_all(const std::filesystem::path& path);

/// True where that user, or any group, may read the file: by owner, mode or list. False where there is no such file.
bool may_read(unsigned user, const std::filesystem::path& path);

}  // namespace dbw
