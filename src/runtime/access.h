// Which bytes of the arena a step reads and writes.
#ifndef OCTET_RUNTIME_ACCESS_H_
#define OCTET_RUNTIME_ACCESS_H_

#include <cstdint>
#include <vector>

#include "engine/program.h"

namespace octet::runtime {

// Of the bytes [begin, end): the first `width` of every `stride`, from `begin`
// on; `end` is behind the last of them.
struct Access {
  int64_t begin = 0, end = 0;
  int64_t stride = 0, width = 0;  // 0 < width <= stride

  bool HasGaps() const { return width < stride; }
};

// All elements of a value in the arena.
Access AccessOf(const engine::ValueT& value);

// What a step writes, and whether it writes every byte of that: true of all
// but copies into a pattern that an Access cannot express.
struct Written {
  Access access;
  bool is_whole = true;
};
Written WrittenBy(const engine::ProfileT& profile, const engine::StepT& step);

// What it reads from the arena; whole values, be it that it needs less.
std::vector<Access> ReadBy(const engine::ProfileT& profile,
                           const engine::StepT& step);

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_ACCESS_H_
