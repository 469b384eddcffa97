#include "kernels/depthwise_u8/depthwise_u8_scratch.h"

#include "kernels/depthwise_u8/depthwise_u8_band.h"
#include "kernels/scratch_dealer.h"

namespace octet::kernels {
namespace {

// Returns the end of what is placed from address `at` on.
uintptr_t Place(const DepthwiseU8Params& p, uintptr_t at,
                DepthwiseU8Scratch* s) {
  const int64_t channels = RoundUp(p.channels, 64);
  const int64_t taps = RoundUp(p.window.kernel_h * p.window.kernel_w, 4);
  ScratchDealer dealer{at};
  // AVX2 widens to two bytes and needs one tap more than 3x3 has; AVX-512
  // fills up groups of four.
  dealer.Place(&s->weights, channels * 2 * taps);
  dealer.Place(&s->tap_offsets, taps);
  dealer.Place(&s->sums, kDepthwiseU8Block * 64);
  dealer.Place(&s->comp, channels);
  dealer.Place(&s->multiplier, channels);
  dealer.Place(&s->offset, channels);
  dealer.Place(&s->y_zero, channels);
  dealer.Place(&s->steps, channels);
  dealer.Place(&s->input, BandBytes(p));
  return dealer.at;
}

}  // namespace

DepthwiseU8Scratch PlaceDepthwiseU8Scratch(const DepthwiseU8Params& params,
                                           std::byte* memory) {
  DepthwiseU8Scratch scratch;
  Place(params, reinterpret_cast<uintptr_t>(memory), &scratch);
  return scratch;
}

int64_t DepthwiseU8ScratchBytes(const DepthwiseU8Params& params) {
  DepthwiseU8Scratch scratch;
  return int64_t(Place(params, 0, &scratch));
}

}  // namespace octet::kernels
