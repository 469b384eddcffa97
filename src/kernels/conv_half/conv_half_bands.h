// conv_half by conv_f32: bands of x and some panels of weights at a time are
// widened, convolved, and narrowed again.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_BANDS_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_BANDS_H_

#include "kernels/conv_half/conv_half.h"

namespace octet::kernels {

// Part `part` of `parts` by the kernels of one level.
void RunConvHalfWide(CpuLevel level, const ConvHalfParams& params, int64_t part,
                     int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_BANDS_H_
