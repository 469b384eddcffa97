// Error by slices of a tensor: of channels, classes, parts of a concatenation.
#ifndef OCTET_COMPILE_SEARCH_SLICE_ERROR_H_
#define OCTET_COMPILE_SEARCH_SLICE_ERROR_H_

#include <cstdint>
#include <span>
#include <vector>

#include "octet/tensor.h"

namespace octet::compile {

// Where some slices along an axis are much larger than others, the error of all
// elements together says nothing of the small ones: scores of 1 beside boxes of
// 640 may all be lost, and it stays small. Here each slice counts the same, and
// the axis is taken along which that is worst.
class SliceError {
 public:
  // a: exact, b: the other; row-major, of the same shape at every call. Axes of
  // more than 4096 indices are positions rather than channels: not looked at.
  void Add(const Shape& shape, std::span<const float> a,
           std::span<const float> b);

  // Mean over the slices of signal over noise in dB, each held to [0, 60].
  double sqnr_db() const;
  // Mean over the slices of noise over signal, each held to [0, 1]: the share
  // that is lost.
  double lost() const;

 private:
  struct Slice {
    double signal = 0, noise = 0;
  };
  template <typename F>
  std::vector<double> MeanByAxis(F of_slice) const;

  std::vector<std::vector<Slice>> axes_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SLICE_ERROR_H_
