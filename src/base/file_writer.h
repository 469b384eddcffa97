// Writes a file in pieces, so that the results of a long run need no memory,
// and puts it in place whole.
#ifndef OCTET_BASE_FILE_WRITER_H_
#define OCTET_BASE_FILE_WRITER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/descriptor.h"
#include "octet/status.h"

namespace octet {

// Until Commit() only a temporary file beside `path` exists; it is removed if
// Commit() is never called or fails. A link at `path` stays a link. Moves, does
// not copy; not for several threads at once.
class FileWriter {
 public:
  // errors: kBadInput if the folder is missing or not writable, or `path` is
  //         there and no regular file (what the user named is wrong); kFailed
  //         if the machine fails (disk full).
  static Result<FileWriter> Create(const std::string& path);
  FileWriter(FileWriter&& other) noexcept;
  FileWriter& operator=(FileWriter&& other) noexcept;
  ~FileWriter();

  // Pieces may come in any order; a gap reads as zeros.
  //   position: from the start of the file, not negative.
  //   errors:   kFailed if writing fails (disk full).
  Status WriteAt(std::span<const std::byte> bytes, int64_t position);

  // Syncs the file, puts it at `path` and syncs the folder. Nothing may be
  // written afterwards.
  //   errors: as Create; `path` is then what it was.
  Status Commit();

 private:
  FileWriter() = default;

  std::string path_;     // as the user named it, for messages
  std::string target_;   // where links at path_ lead
  std::string partial_;  // beside target_; empty once it is in place
  Descriptor file_;
};

}  // namespace octet

#endif  // OCTET_BASE_FILE_WRITER_H_
