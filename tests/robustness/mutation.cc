#include "robustness/mutation.h"

#include <algorithm>
#include <optional>

namespace octet::robustness {
namespace {

using Bytes = std::vector<std::byte>;

// Longer fields that are no message themselves are data, not structure.
constexpr size_t kMostStructure = 64;
constexpr int kMaxDepth = 12;

// A base-128 number at `at`, which moves behind it; nullopt if there is none.
std::optional<uint64_t> ReadVarint(std::span<const std::byte> file, size_t& at,
                                   size_t end) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && at < end; shift += 7) {
    const auto byte = uint64_t(file[at++]);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

// Appends the structure of what looks like a message in `within`; false if it
// is none.
bool Walk(std::span<const std::byte> file, ByteRange within, int depth,
          std::vector<ByteRange>& out) {
  for (size_t at = within.begin; at < within.end;) {
    const size_t begin = at;
    const auto tag = ReadVarint(file, at, within.end);
    if (!tag || *tag >> 3 == 0) return false;
    uint64_t size = 0;
    switch (*tag & 7) {
      case 0:
        if (!ReadVarint(file, at, within.end)) return false;
        break;
      case 1:
        size = 8;
        break;
      case 5:
        size = 4;
        break;
      case 2: {
        const auto length = ReadVarint(file, at, within.end);
        if (!length || *length > within.end - at) return false;
        const ByteRange inner = {at, at + size_t(*length)};
        out.push_back({begin, at});
        at = inner.end;
        const size_t known = out.size();
        if (depth > 0 && Walk(file, inner, depth - 1, out)) continue;
        out.resize(known);
        if (*length <= kMostStructure) out.push_back(inner);
        continue;
      }
      default:
        return false;
    }
    if (size > within.end - at) return false;
    at += size;
    out.push_back({begin, at});
  }
  return true;
}

size_t Below(std::mt19937_64& random, size_t n) {
  return n == 0 ? 0 : size_t(random() % n);
}

size_t PickPosition(const Bytes& bytes, std::span<const ByteRange> structure,
                    std::mt19937_64& random) {
  if (!structure.empty() && random() % 16 != 0) {
    const ByteRange range = structure[Below(random, structure.size())];
    const size_t at =
        range.begin +
        Below(random, std::max<size_t>(1, range.end - range.begin));
    // Earlier changes may have made the file shorter.
    if (at < bytes.size()) return at;
  }
  return Below(random, bytes.size());
}

void OverwriteNumber(Bytes& bytes, size_t at, std::mt19937_64& random) {
  constexpr uint64_t kNumbers[] = {0,          1,
                                   2,          127,
                                   128,        255,
                                   65536,      (1ull << 31) - 1,
                                   1ull << 31, (1ull << 32) - 1,
                                   1ull << 40, (1ull << 63) - 1,
                                   1ull << 63, ~0ull};
  uint64_t value = kNumbers[Below(random, std::size(kNumbers))];
  Bytes varint;
  for (; value >= 0x80; value >>= 7) varint.push_back(std::byte(value | 0x80));
  varint.push_back(std::byte(value));
  if (random() % 2 == 0) {
    bytes.insert(bytes.begin() + ptrdiff_t(at), varint.begin(), varint.end());
    return;
  }
  const size_t n = std::min(varint.size(), bytes.size() - at);
  std::copy_n(varint.begin(), n, bytes.begin() + ptrdiff_t(at));
}

void ChangeStretch(Bytes& bytes, size_t at, std::mt19937_64& random) {
  const size_t n = std::min(1 + Below(random, 200), bytes.size() - at);
  const auto first = bytes.begin() + ptrdiff_t(at);
  if (random() % 2 == 0) {
    bytes.erase(first, first + ptrdiff_t(n));
    return;
  }
  const Bytes copy(first, first + ptrdiff_t(n));
  const size_t to = Below(random, bytes.size());
  bytes.insert(bytes.begin() + ptrdiff_t(to), copy.begin(), copy.end());
}

void ChangeOnce(Bytes& bytes, size_t at, std::mt19937_64& random) {
  switch (random() % 8) {
    case 0:
    case 1:
    case 2:
      bytes[at] ^= std::byte(1 << (random() % 8));
      break;
    case 3:
    case 4:
      bytes[at] = std::byte(random());
      break;
    case 5:
    case 6:
      OverwriteNumber(bytes, at, random);
      break;
    default:
      ChangeStretch(bytes, at, random);
      break;
  }
}

}  // namespace

std::vector<ByteRange> StructureOf(std::span<const std::byte> file) {
  std::vector<ByteRange> structure;
  Walk(file, {0, file.size()}, kMaxDepth, structure);
  return structure;
}

std::vector<std::byte> Mutate(std::span<const std::byte> file,
                              std::span<const ByteRange> structure,
                              std::mt19937_64& random) {
  Bytes bytes(file.begin(), file.end());
  if (random() % 32 == 0) bytes.resize(Below(random, bytes.size()));
  // Half of the copies have one change, so that some are read to the end.
  const size_t changes = random() % 2 == 0 ? 1 : 2 + Below(random, 7);
  for (size_t i = 0; i < changes && !bytes.empty(); ++i) {
    ChangeOnce(bytes, PickPosition(bytes, structure, random), random);
  }
  return bytes;
}

}  // namespace octet::robustness
