// The epilogue of a problem line, with its memory: for the tests and
// benchmarks of the int8 convolutions.
#ifndef OCTET_KERNELS_EPILOGUE_EPILOGUE_PROBLEM_H_
#define OCTET_KERNELS_EPILOGUE_EPILOGUE_PROBLEM_H_

#include <cstdint>

#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/factor.h"
#include "kernels/testing/problem.h"
#include "kernels/testing/random.h"

namespace octet::kernels {

// Words (all optional):
//   clamp | table | float   the kind; clamp without one
//   factor                  the kind: of before=silu or before=gelu
//   f32                     f32 output (float)
//   before=NAME after=NAME  functions by their octet::Name (float)
//   residual=u8 | f32       (float; u8: add and factor too)
//   ygap=N rgap=N           elements between the pixels of y, the residual
//   overflow                multipliers so large that int32 overflows
class EpilogueProblem {
 public:
  // comp:  where the sums start, padded as the family wants it; the length
  //        gives the padding of all other arrays.
  // scale: about the standard deviation of the sums, so that outputs use the
  //        range of a u8.
  EpilogueProblem(const Problem& problem, int64_t pixels, int64_t channels,
                  const std::vector<int32_t>& comp, float scale,
                  Random& random);
  EpilogueProblem(const EpilogueProblem&) = delete;

  // The epilogue, writing to an output with the problem's gaps.
  EpilogueU8 WriteTo(Buffer<uint8_t>& u8, Buffer<float>& f32) const;

  // Elements that an output of the problem spans: one of these is 0.
  int64_t u8_elements() const { return is_f32_ ? 0 : y_elements_; }
  int64_t f32_elements() const { return is_f32_ ? y_elements_ : 0; }

 private:
  bool is_f32_;
  int64_t y_elements_;
  EpilogueU8 epilogue_;
  Buffer<int32_t> comp_, y_zero_, residual_zero_;
  Buffer<float> multiplier_, offset_, inv_scale_, residual_scale_;
  Buffer<uint8_t> clamp_low_, clamp_high_, table_, residual_u8_;
  Buffer<float> residual_f32_;
  FactorConstants factor_;
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_EPILOGUE_EPILOGUE_PROBLEM_H_
