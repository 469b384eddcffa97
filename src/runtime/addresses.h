// Where the values of a profile lie in memory while one sample is run.
#ifndef OCTET_RUNTIME_ADDRESSES_H_
#define OCTET_RUNTIME_ADDRESSES_H_

#include <cstddef>
#include <cstdint>

#include "engine/program.h"
#include "runtime/batch_borders.h"

namespace octet::runtime {

struct Addresses {
  std::byte* arena = nullptr;
  const std::byte* constants = nullptr;
  // Of a profile with a batch.
  const BatchBorders* borders = nullptr;
  std::byte* border_memory = nullptr;
  int64_t sample = 0;

  std::byte* InArena(const engine::ValueT& value) const {
    const Border* border = borders == nullptr ? nullptr : borders->Find(value);
    if (border == nullptr) return arena + value.offset;
    return border_memory + border->OffsetOf(sample) +
           (int64_t(value.offset) - border->begin);
  }
  const std::byte* Of(const engine::ValueT& value) const {
    return value.place == engine::Place::Constant ? constants + value.offset
                                                  : InArena(value);
  }
};

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_ADDRESSES_H_
