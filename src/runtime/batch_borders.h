// Where the inputs and outputs of a batch lie, sample behind sample, and which
// of them the steps of a sample use where they lie.
//
// The steps of a profile with a batch are of one sample, and know an input or
// output by a place in the arena. A border that is `direct` is read and written
// among the caller's samples instead of there: all that lies in its bytes of
// the arena is found in the sample's bytes of the batch, element for element.
// That takes that nothing lies partly inside, which lowering sees to, and that
// steps only read an input and only write an output; where it is not so, the
// sample is copied into the arena and out of it.
#ifndef OCTET_RUNTIME_BATCH_BORDERS_H_
#define OCTET_RUNTIME_BATCH_BORDERS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "engine/program.h"

namespace octet::runtime {

// An input or output.
struct Border {
  int64_t begin = 0, end = 0;  // bytes of the arena that one sample takes
  int64_t offset = 0;          // of the first sample in the borders' memory
  bool direct = false;

  int64_t bytes() const { return end - begin; }
  // Of a sample, in the borders' memory.
  int64_t OffsetOf(int64_t sample) const { return offset + sample * bytes(); }
};

class BatchBorders {
 public:
  BatchBorders() = default;  // of a profile without a batch: none
  explicit BatchBorders(const engine::ProfileT& profile);

  // In the profile's order.
  std::span<const Border> inputs() const {
    return std::span(borders_).first(inputs_);
  }
  std::span<const Border> outputs() const {
    return std::span(borders_).subspan(inputs_);
  }
  int64_t bytes() const { return bytes_; }  // that all of them take

  // The direct border that a value of the arena lies in; null: none.
  const Border* Find(const engine::ValueT& value) const;
  // Whether a step reads or writes such values, so that it has an address of
  // its own for each sample.
  bool Touches(const engine::ProfileT& profile,
               const engine::StepT& step) const;

 private:
  void ChooseDirect(const engine::ProfileT& profile);
  bool IsApart(const engine::ProfileT& profile, const Border& border) const;
  static bool IsRead(const engine::ProfileT& profile, const Border& border);
  static bool IsWritten(const engine::ProfileT& profile, const Border& border);

  std::vector<Border> borders_;
  size_t inputs_ = 0;
  int64_t bytes_ = 0;
};

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_BATCH_BORDERS_H_
