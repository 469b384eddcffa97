// Buffers that two values can have one after the other, in the same step.
#ifndef OCTET_COMPILE_LOWER_SHARED_BUFFERS_H_
#define OCTET_COMPILE_LOWER_SHARED_BUFFERS_H_

#include <cstdint>
#include <vector>

#include "compile/lower/arena.h"
#include "engine/program.h"

namespace octet::compile {

// A stretch of a buffer that a value occupies.
struct Slot {
  int buffer = -1;
  int64_t offset = 0;        // bytes
  int64_t pixel_stride = 0;  // elements; 0: dense
};

// Where a step may write over an operand (engine/in_place.h), which nobody
// needs after it, gives its output that operand's buffer: less memory, and the
// lines that were just read are written. Only among buffers of one size.
//
//   slots: by value; outputs move to the buffer that they share.
//   lives: by buffer; the shared one lives for both, the other is unused then.
void ShareBuffers(const engine::ProfileT& profile, std::vector<Slot>& slots,
                  std::vector<Lifetime>& lives);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_SHARED_BUFFERS_H_
