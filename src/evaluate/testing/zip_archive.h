// Zip archives for tests, sound or damaged on purpose.
#ifndef OCTET_EVALUATE_TESTING_ZIP_ARCHIVE_H_
#define OCTET_EVALUATE_TESTING_ZIP_ARCHIVE_H_

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace octet::evaluate {

// A member as it stands in the archive. What is -1 is what it ought to be.
struct ZipMember {
  std::string name;
  std::string data;
  bool deflated = false;
  int64_t size = -1;         // claimed, once unpacked
  int64_t packed_size = -1;  // claimed
  int64_t crc = -1;
  int64_t local_offset = -1;
  int method = -1;
  int flags = 0;
  bool in64 = false;  // sizes and offset stand in the 64-bit extra field
};

inline std::string LittleEndian(uint64_t value, int size) {
  std::string bytes;
  for (int i = 0; i < size; ++i) bytes += char(value >> (8 * i) & 0xff);
  return bytes;
}

// Raw deflate, as zip archives have it.
inline std::string Deflated(const std::string& data) {
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, data.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
  stream.avail_in = uInt(data.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = uInt(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// The bytes of an archive with these members.
//   entries: members that the end of the archive claims; -1: all there are.
inline std::vector<std::byte> MakeZip(const std::vector<ZipMember>& members,
                                      int64_t entries = -1,
                                      const std::string& comment = "") {
  std::string archive, directory;
  const auto n = LittleEndian;
  for (const ZipMember& m : members) {
    const std::string packed = m.deflated ? Deflated(m.data) : m.data;
    const auto claim = [](int64_t claimed, uint64_t real) {
      return claimed < 0 ? real : uint64_t(claimed);
    };
    const uint64_t crc =
        claim(m.crc, crc32_z(0, reinterpret_cast<const Bytef*>(m.data.data()),
                             m.data.size()));
    const uint64_t size = claim(m.size, m.data.size());
    const uint64_t packed_size = claim(m.packed_size, packed.size());
    const uint64_t offset = claim(m.local_offset, archive.size());
    const uint64_t method = claim(m.method, m.deflated ? 8 : 0);
    archive += n(0x04034b50, 4) + n(20, 2) + n(uint64_t(m.flags), 2) +
               n(method, 2) + n(0, 4) + n(crc, 4) + n(packed_size, 4) +
               n(size, 4) + n(m.name.size(), 2) + n(0, 2) + m.name + packed;
    const uint64_t in_extra = 0xffffffff;
    const std::string extra = m.in64 ? n(0x7075, 2) + n(3, 2) + "abc" +
                                           n(1, 2) + n(24, 2) + n(size, 8) +
                                           n(packed_size, 8) + n(offset, 8)
                                     : "";
    directory += n(0x02014b50, 4) + n(20, 2) + n(20, 2) +
                 n(uint64_t(m.flags), 2) + n(method, 2) + n(0, 4) + n(crc, 4) +
                 n(m.in64 ? in_extra : packed_size, 4) +
                 n(m.in64 ? in_extra : size, 4) + n(m.name.size(), 2) +
                 n(extra.size(), 2) + n(0, 2) + n(0, 2) + n(0, 2) + n(0, 4) +
                 n(m.in64 ? in_extra : offset, 4) + m.name + extra;
  }
  const uint64_t count = entries < 0 ? members.size() : uint64_t(entries);
  const size_t start = archive.size();
  archive += directory + n(0x06054b50, 4) + n(0, 4) + n(count, 2) +
             n(count, 2) + n(directory.size(), 4) + n(start, 4) +
             n(comment.size(), 2) + comment;
  const auto* first = reinterpret_cast<const std::byte*>(archive.data());
  return {first, first + archive.size()};
}

// A version 1 .npy file; `shape` as Python writes it, "(2, 3)".
inline std::string NpyText(const std::string& descr, const std::string& shape,
                           const std::string& data) {
  const std::string header = "{'descr': '" + descr +
                             "', 'fortran_order': False, 'shape': " + shape +
                             ", }\n";
  return "\x93NUMPY\x01" + std::string(1, '\0') +
         LittleEndian(header.size(), 2) + header + data;
}

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_TESTING_ZIP_ARCHIVE_H_
