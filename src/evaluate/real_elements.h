// The elements of a tensor as f32, whatever type it holds: what a model gives
// may be a mask of bytes or bools, or indices.
#ifndef OCTET_EVALUATE_REAL_ELEMENTS_H_
#define OCTET_EVALUATE_REAL_ELEMENTS_H_

#include <span>

#include "octet/tensor.h"

namespace octet::evaluate {

// Integers and f64 are rounded to the nearest f32; bools are 0 or 1. f32 is
// not copied.
class RealElements {
 public:
  //   tensor: outlives it.
  explicit RealElements(const Tensor& tensor);
  RealElements(const RealElements&) = delete;
  RealElements& operator=(const RealElements&) = delete;

  std::span<const float> operator*() const { return elements_; }

 private:
  Tensor converted_;  // empty for f32
  std::span<const float> elements_;
};

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_REAL_ELEMENTS_H_
