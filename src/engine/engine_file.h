// The engine file: a Program and its constants as bytes and back.
//
//   offset 0    header, 128 bytes, little-endian:
//                 0 "OCTETENG"   8 u32 format version   12 u32 sections (2)
//                16 u64 file size
//                24 two rows of {u64 offset, u64 size, u64 XXH3 checksum}
//               120 u64 XXH3 checksum of the 120 bytes before it
//   offset 128  section 0: the Program, FlatBuffers with identifier "OCTP"
//               zeros to a multiple of 64
//               section 1: the constants
//               64 zeros, so that kernels may read beyond the last constant
//
// Every byte is under a checksum or must be zero, so that a file of which any
// byte is not what was written is refused. The same Program and constants give
// the same bytes.
#ifndef OCTET_ENGINE_ENGINE_FILE_H_
#define OCTET_ENGINE_ENGINE_FILE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/file.h"
#include "engine/constants.h"
#include "engine/program.h"
#include "octet/status.h"

namespace octet::engine {

inline constexpr uint32_t kFormatVersion = 1;
// A Program of ten thousand steps takes about 5 MB.
inline constexpr uint64_t kMaxMetadataBytes = uint64_t{256} << 20;

// A validated Program and the constants that it points into, at
// kBufferAlignment and with kBufferSlack readable bytes behind. The constants
// lie in the mapped file or in owned memory. Moves, does not copy.
class LoadedEngine {
 public:
  LoadedEngine() = default;

  const ProgramT& program() const { return program_; }
  std::span<const std::byte> constants() const { return constants_; }

 private:
  friend Result<LoadedEngine> OpenEngine(const std::string& path);
  friend Result<LoadedEngine> ReadEngine(std::span<const std::byte> bytes);
  friend Result<LoadedEngine> LoadProgram(ProgramT program,
                                          std::span<const std::byte> constants);
  ProgramT program_;
  std::span<const std::byte> constants_;
  MappedFile file_;
  AlignedBytes owned_;
};

// The whole file as bytes.
//   errors: kBadInput if the Program is not valid.
Result<AlignedBytes> EngineBytes(const ProgramT& program,
                                 std::span<const std::byte> constants);

// Writes it atomically.
//   errors: those of EngineBytes and WriteFileAtomically.
Status WriteEngine(const std::string& path, const ProgramT& program,
                   std::span<const std::byte> constants);

// Maps a file; constants are used in place.
//   errors: kBadInput if it cannot be read, kDamaged if it is not whole, not
//           an engine or of another version.
Result<LoadedEngine> OpenEngine(const std::string& path);

// The same from memory; copies.
Result<LoadedEngine> ReadEngine(std::span<const std::byte> bytes);

// From a Program that was never a file; copies the constants.
//   errors: kBadInput if the Program is not valid.
Result<LoadedEngine> LoadProgram(ProgramT program,
                                 std::span<const std::byte> constants);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_ENGINE_FILE_H_
