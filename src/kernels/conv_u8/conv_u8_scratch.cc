#include "kernels/conv_u8/conv_u8_scratch.h"

#include "base/cpu.h"
#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/conv_u8/conv_u8_view.h"
#include "kernels/scratch_dealer.h"

namespace octet::kernels {
namespace {

// Copies into a band overshoot by up to 15 codes, tiles read one group of a run
// too far.
constexpr int64_t kBandSlack = 64;

// Each returns the end of what it places from address `at` on.
uintptr_t Place(const ConvU8Params& p, uintptr_t at, ConvU8Avx2Scratch* s) {
  const ConvU8Layout layout = LayoutOf(p);
  const int64_t quads = p.weight_parts * layout.runs * layout.k4 + 1;
  ScratchDealer dealer{at};
  dealer.Place(&s->weights, 64 * quads);
  dealer.Place(&s->quad_offsets, quads);
  dealer.Place(&s->run_offsets, p.weight_parts * layout.runs);
  dealer.Place(&s->windows, BandPixels(p));
  dealer.Place(&s->sums, kConvU8Avx2Block * 16);
  dealer.Place(&s->input, NeedsCopy(p) ? BandElements(p) + kBandSlack : 0);
  return dealer.at;
}

uintptr_t Place(const ConvU8Params& p, uintptr_t at, ConvU8Avx512Scratch* s) {
  ScratchDealer dealer{at};
  dealer.Place(&s->run_offsets, p.weight_parts * LayoutOf(p).runs);
  dealer.Place(&s->sums, kConvU8Avx512Sums);
  dealer.Place(&s->input, NeedsCopy(p) ? BandElements(p) + kBandSlack : 0);
  return dealer.at;
}

}  // namespace

ConvU8Avx2Scratch PlaceConvU8Avx2Scratch(const ConvU8Params& params,
                                         std::byte* memory) {
  ConvU8Avx2Scratch scratch;
  Place(params, reinterpret_cast<uintptr_t>(memory), &scratch);
  return scratch;
}

ConvU8Avx512Scratch PlaceConvU8Avx512Scratch(const ConvU8Params& params,
                                             std::byte* memory) {
  ConvU8Avx512Scratch scratch;
  Place(params, reinterpret_cast<uintptr_t>(memory), &scratch);
  return scratch;
}

int64_t ConvU8ScratchBytes(CpuLevel level, const ConvU8Params& params) {
  if (level == CpuLevel::kScalar) return 0;
  if (level < CpuLevel::kAvx512Vnni) {
    ConvU8Avx2Scratch scratch;
    return int64_t(Place(params, 0, &scratch));
  }
  ConvU8Avx512Scratch scratch;
  return int64_t(Place(params, 0, &scratch));
}

}  // namespace octet::kernels
