#include "engine/engine_file.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include "base/error.h"
#include "engine/checksum.h"
#include "engine/metadata.h"
#include "engine/validate.h"

namespace octet::engine {
namespace {

static_assert(std::endian::native == std::endian::little,
              "fields are copied as they lie in memory");

constexpr char kMagic[] = {'O', 'C', 'T', 'E', 'T', 'E', 'N', 'G'};
constexpr size_t kVersionAt = 8;
constexpr size_t kSectionCountAt = 12;
constexpr size_t kFileSizeAt = 16;
constexpr size_t kSectionsAt = 24;
constexpr size_t kSectionRowBytes = 24;
constexpr size_t kHeaderChecksumAt = 120;
constexpr size_t kHeaderBytes = 128;
constexpr uint32_t kSections = 2;
constexpr uint64_t kAlignment = uint64_t(kBufferAlignment);
constexpr uint64_t kSlack = uint64_t(kBufferSlack);

uint64_t AlignUp(uint64_t n) {
  return (n + kAlignment - 1) / kAlignment * kAlignment;
}

struct Section {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t checksum = 0;
};

struct Header {
  Section metadata, constants;
};

template <typename T>
T Load(std::span<const std::byte> bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(T));
  return value;
}

template <typename T>
void Store(std::span<std::byte> bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

Section LoadSection(std::span<const std::byte> bytes, size_t index) {
  const size_t at = kSectionsAt + index * kSectionRowBytes;
  return {Load<uint64_t>(bytes, at), Load<uint64_t>(bytes, at + 8),
          Load<uint64_t>(bytes, at + 16)};
}

void StoreSection(std::span<std::byte> file, size_t index, uint64_t offset,
                  uint64_t size) {
  const size_t at = kSectionsAt + index * kSectionRowBytes;
  Store(file, at, offset);
  Store(file, at + 8, size);
  Store(file, at + 16, Checksum(file.subspan(offset, size)));
}

bool AllZero(std::span<const std::byte> bytes) {
  return std::ranges::all_of(bytes,
                             [](std::byte b) { return b == std::byte{}; });
}

// Where the two sections are follows from their sizes; the table must say the
// same.
bool SectionsFit(const Header& h, uint64_t file_size) {
  const uint64_t metadata_room = file_size - kHeaderBytes;
  if (h.metadata.offset != kHeaderBytes ||
      h.metadata.size > std::min(metadata_room, kMaxMetadataBytes)) {
    return false;
  }
  const uint64_t begin = AlignUp(kHeaderBytes + h.metadata.size);
  return h.constants.offset == begin && begin <= file_size &&
         file_size - begin >= kSlack &&
         h.constants.size == file_size - begin - kSlack;
}

Result<Header> ReadHeader(std::span<const std::byte> file) {
  if (file.size() < kHeaderBytes ||
      std::memcmp(file.data(), kMagic, sizeof(kMagic)) != 0) {
    return Damaged(
        "it is not an octet engine (octet build makes one of an ONNX model), "
        "or "
        "its beginning is lost");
  }
  const auto version = Load<uint32_t>(file, kVersionAt);
  if (version != kFormatVersion) {
    return Damaged(
        "it has format version {} and this octet reads version {}; build it "
        "again from the model, or use the octet that built it",
        version, kFormatVersion);
  }
  if (Load<uint64_t>(file, kHeaderChecksumAt) !=
      Checksum(file.first(kHeaderChecksumAt))) {
    return Damaged("its header is damaged");
  }
  const auto size = Load<uint64_t>(file, kFileSizeAt);
  if (size != file.size()) {
    return Damaged("it is {} bytes long and was written with {}", file.size(),
                   size);
  }
  const Header header{LoadSection(file, 0), LoadSection(file, 1)};
  if (Load<uint32_t>(file, kSectionCountAt) != kSections ||
      !SectionsFit(header, file.size())) {
    return Damaged("its sections are not where they must be");
  }
  return header;
}

Status CheckBytes(std::span<const std::byte> file, const Header& h) {
  const auto metadata = file.subspan(h.metadata.offset, h.metadata.size);
  const auto constants = file.subspan(h.constants.offset, h.constants.size);
  if (Checksum(metadata) != h.metadata.checksum) {
    return Damaged("its metadata is damaged");
  }
  if (Checksum(constants) != h.constants.checksum) {
    return Damaged("its weights are damaged");
  }
  const uint64_t end_of_metadata = h.metadata.offset + h.metadata.size;
  if (!AllZero(file.subspan(end_of_metadata,
                            h.constants.offset - end_of_metadata)) ||
      !AllZero(file.last(kSlack))) {
    return Damaged("the bytes between its sections are damaged");
  }
  return {};
}

struct Parsed {
  ProgramT program;
  std::span<const std::byte> constants;
};

Result<Parsed> Parse(std::span<const std::byte> file) {
  OCTET_ASSIGN(const Header h, ReadHeader(file));
  OCTET_RETURN_IF_ERROR(CheckBytes(file, h));
  Parsed parsed;
  OCTET_ASSIGN(parsed.program,
               UnpackProgram(file.subspan(h.metadata.offset, h.metadata.size)));
  // The checksums are right, so that this is no accident: another version of
  // octet, or somebody with bad intentions.
  const Status valid = Validate(parsed.program, h.constants.size);
  if (!valid.ok()) return Damaged("its program is wrong: {}", valid.message());
  parsed.constants = file.subspan(h.constants.offset, h.constants.size);
  return parsed;
}

Status Named(const std::string& path, const Status& status) {
  return {status.code(), fmt::format("engine {}: {}", path, status.message())};
}

}  // namespace

Result<AlignedBytes> EngineBytes(const ProgramT& program,
                                 std::span<const std::byte> constants) {
  OCTET_RETURN_IF_ERROR(Validate(program, constants.size()));
  const AlignedBytes metadata = PackProgram(program);
  if (metadata.size() > kMaxMetadataBytes) {
    return BadInput("the program is {} bytes, at most {} are allowed",
                    metadata.size(), kMaxMetadataBytes);
  }
  const uint64_t begin = AlignUp(kHeaderBytes + metadata.size());
  AlignedBytes file(begin + constants.size() + kSlack);
  std::ranges::copy(metadata, file.begin() + kHeaderBytes);
  std::ranges::copy(constants, file.begin() + ptrdiff_t(begin));
  std::memcpy(file.data(), kMagic, sizeof(kMagic));
  Store(file, kVersionAt, kFormatVersion);
  Store(file, kSectionCountAt, kSections);
  Store(file, kFileSizeAt, uint64_t{file.size()});
  StoreSection(file, 0, kHeaderBytes, metadata.size());
  StoreSection(file, 1, begin, constants.size());
  Store(file, kHeaderChecksumAt,
        Checksum(std::span(file).first(kHeaderChecksumAt)));
  return file;
}

Status WriteEngine(const std::string& path, const ProgramT& program,
                   std::span<const std::byte> constants) {
  auto file = EngineBytes(program, constants);
  if (!file.ok()) return Named(path, file.status());
  return WriteFileAtomically(path, std::span<const std::byte>(*file));
}

Result<LoadedEngine> OpenEngine(const std::string& path) {
  LoadedEngine engine;
  OCTET_ASSIGN(engine.file_, MappedFile::Open(path));
  auto parsed = Parse(engine.file_.bytes());
  if (!parsed.ok()) return Named(path, parsed.status());
  engine.program_ = std::move(parsed->program);
  engine.constants_ = parsed->constants;
  return engine;
}

Result<LoadedEngine> ReadEngine(std::span<const std::byte> bytes) {
  LoadedEngine engine;
  engine.owned_.assign(bytes.begin(), bytes.end());
  OCTET_ASSIGN(auto parsed, Parse(engine.owned_));
  engine.program_ = std::move(parsed.program);
  engine.constants_ = parsed.constants;
  return engine;
}

Result<LoadedEngine> LoadProgram(ProgramT program,
                                 std::span<const std::byte> constants) {
  OCTET_RETURN_IF_ERROR(Validate(program, constants.size()));
  LoadedEngine engine;
  engine.program_ = std::move(program);
  engine.owned_.reserve(constants.size() + kSlack);
  engine.owned_.assign(constants.begin(), constants.end());
  engine.owned_.resize(constants.size() + kSlack);
  engine.constants_ = std::span(engine.owned_).first(constants.size());
  return engine;
}

}  // namespace octet::engine
