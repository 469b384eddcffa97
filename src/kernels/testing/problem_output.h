// The outputs of an int8 problem line, u8 or f32, with their gaps.
#ifndef OCTET_KERNELS_TESTING_PROBLEM_OUTPUT_H_
#define OCTET_KERNELS_TESTING_PROBLEM_OUTPUT_H_

#include <cstdint>

#include "kernels/testing/random.h"

namespace octet::kernels {

// For any problem with NewU8 and NewF32; its WriteTo takes both.
struct ProblemOutput {
  template <typename Problem>
  explicit ProblemOutput(const Problem& problem)
      : u8(problem.NewU8()), f32(problem.NewF32()) {}
  bool operator==(const ProblemOutput& other) const {
    return u8.FirstDifference(other.u8) < 0 &&
           f32.FirstDifference(other.f32) < 0;
  }
  Buffer<uint8_t> u8;
  Buffer<float> f32;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_PROBLEM_OUTPUT_H_
