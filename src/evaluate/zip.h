// Just enough of the ZIP format to read .npz files.
// Source: PKWARE APPNOTE 6.3.10.
#ifndef OCTET_EVALUATE_ZIP_H_
#define OCTET_EVALUATE_ZIP_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::evaluate {

struct ZipEntry {
  std::string name;
  bool deflated = false;
  uint32_t crc = 0;
  uint64_t size = 0;                  // once unpacked
  std::span<const std::byte> packed;  // inside the archive
};

// The archive's members in the order of its directory.
//   bytes:  the whole archive; the result points into it.
//   errors: kBadInput if it is damaged, or has more than 65536 members;
//           kUnsupported for encryption and for packing other than stored and
//           deflate.
Result<std::vector<ZipEntry>> ListZip(std::span<const std::byte> bytes,
                                      const std::string& name);

// Unpacks one member.
//   limit:  most bytes it may unpack to; checked before memory is set aside.
//   errors: kBadInput if it is damaged (its CRC is verified) or too large.
Result<std::vector<std::byte>> Unpack(const ZipEntry& entry, uint64_t limit,
                                      const std::string& name);

// The first bytes of a member, as many as there are up to `count`, so that what
// the member is can be known before memory is set aside for it. Its CRC is not
// verified.
//   errors: kBadInput if it is damaged.
Result<std::vector<std::byte>> UnpackFirst(const ZipEntry& entry, size_t count,
                                           const std::string& name);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_ZIP_H_
