// Files: mapped for reading, replaced whole for writing.
#ifndef OCTET_BASE_FILE_H_
#define OCTET_BASE_FILE_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet {

// A file mapped read-only. The bytes live as long as the object. Moves, does
// not copy.
class MappedFile {
 public:
  // errors: kBadInput if the file is missing, unreadable or not a regular
  //         file; the message names it.
  static Result<MappedFile> Open(const std::string& path);
  MappedFile() = default;
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();

  std::span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

// Writes a file so that `path` is the old file or the whole new one, whatever
// happens: temporary file beside it, fsync, rename, fsync of the folder.
//   errors: kBadInput if the folder is missing or not writable (what the user
//           named is wrong), kFailed if writing fails (disk full).
Status WriteFileAtomically(const std::string& path,
                           std::span<const std::byte> bytes);
Status WriteFileAtomically(const std::string& path, std::string_view text);

// Reads a whole file; at most `limit` bytes (kBadInput beyond).
Result<std::string> ReadTextFile(const std::string& path, size_t limit);

}  // namespace octet

#endif  // OCTET_BASE_FILE_H_
