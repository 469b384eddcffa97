#include "kernels/elementary/lanes_avx2.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/softmax_f32/softmax_f32_lanes.h"
#include "kernels/strided_copy/transpose_avx2.h"

namespace octet::kernels {
namespace {

struct Columns : Avx2Lanes {
  // Lane j of a[i] and lane i of a[j] change places.
  static void Transpose(F (&a)[kLanes]) { TransposeLanes(a); }
};

}  // namespace

void SoftmaxF32Avx2(const SoftmaxF32Params& params, int64_t part, int64_t parts,
                    std::byte*) {
  RunSoftmaxF32<Columns>(params, part, parts);
}

}  // namespace octet::kernels
