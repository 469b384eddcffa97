#include "evaluate/zip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "base/error.h"

namespace octet::evaluate {
namespace {

using Bytes = std::span<const std::byte>;

constexpr uint32_t kEndSignature = 0x06054b50;
constexpr uint32_t kEnd64Signature = 0x06064b50;
constexpr uint32_t kEnd64LocatorSignature = 0x07064b50;
constexpr uint32_t kCentralSignature = 0x02014b50;
constexpr uint32_t kLocalSignature = 0x04034b50;
constexpr size_t kEndBytes = 22;
constexpr size_t kEnd64Bytes = 56;
constexpr size_t kEnd64LocatorBytes = 20;
constexpr size_t kCentralBytes = 46;
constexpr size_t kLocalBytes = 30;
constexpr size_t kMaxCommentBytes = 65535;
constexpr uint64_t kMaxEntries = 65536;
constexpr uint32_t kIn64 = 0xffffffff;  // "see the 64-bit field"
constexpr uint16_t kMethodStored = 0;
constexpr uint16_t kMethodDeflate = 8;
// Deflate cannot pack more than this many bytes into one.
constexpr uint64_t kMaxDeflateRatio = 1032;

// Little-endian; `at` and the bytes behind it were checked to exist.
uint64_t ReadInteger(Bytes bytes, size_t at, int size) {
  uint64_t value = 0;
  for (int i = 0; i < size; ++i) {
    value |= uint64_t(bytes[at + size_t(i)]) << (8 * i);
  }
  return value;
}
uint16_t Read16(Bytes b, size_t at) { return uint16_t(ReadInteger(b, at, 2)); }
uint32_t Read32(Bytes b, size_t at) { return uint32_t(ReadInteger(b, at, 4)); }
uint64_t Read64(Bytes b, size_t at) { return ReadInteger(b, at, 8); }

bool Holds(Bytes bytes, uint64_t at, uint64_t size) {
  return at <= bytes.size() && size <= bytes.size() - at;
}

std::optional<size_t> FindEnd(Bytes bytes) {
  if (bytes.size() < kEndBytes) return std::nullopt;
  const size_t last = bytes.size() - kEndBytes;
  const size_t first = last - std::min(last, kMaxCommentBytes);
  for (size_t at = last + 1; at-- > first;) {
    if (Read32(bytes, at) == kEndSignature) return at;
  }
  return std::nullopt;
}

struct Directory {
  uint64_t entries = 0;
  uint64_t offset = 0;
};

std::optional<Directory> FindDirectory(Bytes bytes) {
  const std::optional<size_t> end = FindEnd(bytes);
  if (!end) return std::nullopt;
  Directory directory{Read16(bytes, *end + 10), Read32(bytes, *end + 16)};
  if (directory.entries != 0xffff && directory.offset != kIn64) {
    return directory;
  }
  if (*end < kEnd64LocatorBytes) return directory;
  const size_t locator = *end - kEnd64LocatorBytes;
  if (Read32(bytes, locator) != kEnd64LocatorSignature) return directory;
  const uint64_t end64 = Read64(bytes, locator + 8);
  if (!Holds(bytes, end64, kEnd64Bytes) ||
      Read32(bytes, end64) != kEnd64Signature) {
    return std::nullopt;
  }
  return Directory{Read64(bytes, end64 + 32), Read64(bytes, end64 + 48)};
}

struct Central {
  ZipEntry entry;
  uint16_t flags = 0;
  uint16_t method = 0;
  uint64_t packed_size = 0;
  uint64_t local_offset = 0;
  uint64_t next = 0;
};

// Sizes beyond 32 bits stand in an extra field, in fixed order, each only if
// the 32-bit field says so.
bool ReadExtra64(Bytes extra, Central* central) {
  size_t at = 0;
  while (extra.size() - at >= 4) {
    const uint16_t id = Read16(extra, at);
    const size_t size = Read16(extra, at + 2);
    at += 4;
    if (size > extra.size() - at) return false;
    if (id == 1) {
      size_t used = 0;
      for (uint64_t* field : {&central->entry.size, &central->packed_size,
                              &central->local_offset}) {
        if (*field != kIn64) continue;
        if (size - used < 8) return false;
        *field = Read64(extra, at + used);
        used += 8;
      }
    }
    at += size;
  }
  return true;
}

std::optional<Central> ReadCentral(Bytes bytes, uint64_t at) {
  if (!Holds(bytes, at, kCentralBytes) ||
      Read32(bytes, at) != kCentralSignature) {
    return std::nullopt;
  }
  Central central;
  central.flags = Read16(bytes, at + 8);
  central.method = Read16(bytes, at + 10);
  central.entry.crc = Read32(bytes, at + 16);
  central.packed_size = Read32(bytes, at + 20);
  central.entry.size = Read32(bytes, at + 24);
  const uint64_t name_size = Read16(bytes, at + 28);
  const uint64_t extra_size = Read16(bytes, at + 30);
  const uint64_t comment_size = Read16(bytes, at + 32);
  central.local_offset = Read32(bytes, at + 42);
  const uint64_t behind = name_size + extra_size + comment_size;
  if (!Holds(bytes, at + kCentralBytes, behind)) return std::nullopt;
  const Bytes name = bytes.subspan(at + kCentralBytes, name_size);
  central.entry.name.assign(reinterpret_cast<const char*>(name.data()),
                            name.size());
  central.next = at + kCentralBytes + behind;
  if (!ReadExtra64(bytes.subspan(at + kCentralBytes + name_size, extra_size),
                   &central)) {
    return std::nullopt;
  }
  return central;
}

bool FindPacked(Bytes bytes, Central* central) {
  const uint64_t local = central->local_offset;
  if (!Holds(bytes, local, kLocalBytes) ||
      Read32(bytes, local) != kLocalSignature) {
    return false;
  }
  const uint64_t start = local + kLocalBytes + Read16(bytes, local + 26) +
                         Read16(bytes, local + 28);
  if (!Holds(bytes, start, central->packed_size)) return false;
  central->entry.packed = bytes.subspan(start, central->packed_size);
  return true;
}

Status Damaged(const ZipEntry& entry, const std::string& name,
               std::string_view why) {
  return BadInput("{}: member '{}' cannot be unpacked: {}", name, entry.name,
                  why);
}

// The first `count` bytes, or all if there are less.
Result<std::vector<std::byte>> Inflate(const ZipEntry& entry, uint64_t count,
                                       const std::string& name) {
  if (entry.size / kMaxDeflateRatio > entry.packed.size()) {
    return Damaged(entry, name, "it claims to be larger than it can be");
  }
  std::vector<std::byte> out(std::min(count, entry.size));
  z_stream stream = {};
  // Negative window bits: no zlib header around the data.
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) {
    return Failed("{}: no memory to unpack member '{}'", name, entry.name);
  }
  stream.next_in =
      reinterpret_cast<Bytef*>(const_cast<std::byte*>(entry.packed.data()));
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  size_t in_left = entry.packed.size();
  size_t out_left = out.size();
  int status = Z_OK;
  // zlib counts in 32 bits, so large members go through in pieces.
  constexpr size_t kPiece = std::numeric_limits<uInt>::max();
  while (status == Z_OK) {
    const uInt in_piece = uInt(std::min(in_left, kPiece));
    const uInt out_piece = uInt(std::min(out_left, kPiece));
    stream.avail_in = in_piece;
    stream.avail_out = out_piece;
    status = inflate(&stream, Z_NO_FLUSH);
    in_left -= in_piece - stream.avail_in;
    out_left -= out_piece - stream.avail_out;
  }
  inflateEnd(&stream);
  // With room for a part only, zlib stops for want of more.
  const bool whole = out.size() == entry.size;
  const int expected = whole ? Z_STREAM_END : Z_BUF_ERROR;
  if (status != expected || out_left != 0) {
    return Damaged(entry, name, "it is damaged");
  }
  return out;
}

uint32_t Crc(Bytes bytes) {
  return uint32_t(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

}  // namespace

Result<std::vector<ZipEntry>> ListZip(Bytes bytes, const std::string& name) {
  const std::optional<Directory> directory = FindDirectory(bytes);
  if (!directory) return BadInput("{}: is not a zip archive", name);
  if (directory->entries > kMaxEntries) {
    return BadInput("{}: claims {} members, at most {} are read", name,
                    directory->entries, kMaxEntries);
  }
  std::vector<ZipEntry> entries;
  uint64_t at = directory->offset;
  for (uint64_t i = 0; i < directory->entries; ++i) {
    std::optional<Central> central = ReadCentral(bytes, at);
    if (!central || !FindPacked(bytes, &*central)) {
      return BadInput("{}: its directory is damaged at member {}", name, i);
    }
    if ((central->flags & 1) != 0 || (central->method != kMethodStored &&
                                      central->method != kMethodDeflate)) {
      return Unsupported(
          "{}: member '{}' is encrypted or packed by method {}; "
          "write it with numpy.savez",
          name, central->entry.name, central->method);
    }
    central->entry.deflated = central->method == kMethodDeflate;
    at = central->next;
    entries.push_back(std::move(central->entry));
  }
  return entries;
}

Result<std::vector<std::byte>> Unpack(const ZipEntry& entry, uint64_t limit,
                                      const std::string& name) {
  if (entry.size > limit) {
    return BadInput("{}: member '{}' has {} bytes, at most {} are read", name,
                    entry.name, entry.size, limit);
  }
  std::vector<std::byte> bytes;
  if (entry.deflated) {
    OCTET_ASSIGN(bytes, Inflate(entry, entry.size, name));
  } else {
    bytes.assign(entry.packed.begin(), entry.packed.end());
  }
  if (bytes.size() != entry.size || Crc(bytes) != entry.crc) {
    return BadInput("{}: member '{}' is damaged: its checksum does not fit",
                    name, entry.name);
  }
  return bytes;
}

Result<std::vector<std::byte>> UnpackFirst(const ZipEntry& entry, size_t count,
                                           const std::string& name) {
  if (entry.deflated) return Inflate(entry, count, name);
  const auto first = entry.packed.first(std::min(count, entry.packed.size()));
  return std::vector<std::byte>(first.begin(), first.end());
}

}  // namespace octet::evaluate
