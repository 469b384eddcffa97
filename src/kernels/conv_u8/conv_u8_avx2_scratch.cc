#include "kernels/conv_u8/conv_u8_avx2_scratch.h"

#include <type_traits>

#include "kernels/conv_u8/conv_u8_band.h"
#include "kernels/conv_u8/conv_u8_layout.h"

namespace octet::kernels {
namespace {

// Places everything from address `at` on; returns the end.
uintptr_t Place(const ConvU8Params& p, uintptr_t at,
                ConvU8Avx2Scratch* scratch) {
  const ConvU8Layout layout = LayoutOf(p);
  // Copies overshoot by up to 15 elements, tiles read one group too far.
  constexpr int64_t kSlack = 64;
  const auto place = [&at](auto** array, int64_t elements) {
    *array = reinterpret_cast<std::remove_reference_t<decltype(*array)>>(at);
    at += uintptr_t(RoundUp(elements * int64_t(sizeof **array), 64));
  };
  place(&scratch->weights, p.weight_parts * layout.panel_bytes);
  place(&scratch->run_offsets, p.weight_parts * layout.runs);
  place(&scratch->offsets, BandPixels(p, sizeof(int16_t)));
  place(&scratch->sums, kConvU8Avx2Block * 16);
  place(&scratch->input, BandElements(p, sizeof(int16_t)) + kSlack);
  return at;
}

}  // namespace

ConvU8Avx2Scratch PlaceConvU8Avx2Scratch(const ConvU8Params& params,
                                         std::byte* memory) {
  ConvU8Avx2Scratch scratch;
  Place(params, reinterpret_cast<uintptr_t>(memory), &scratch);
  return scratch;
}

int64_t ConvU8Avx2ScratchBytes(const ConvU8Params& params) {
  ConvU8Avx2Scratch scratch;
  return int64_t(Place(params, 0, &scratch));
}

}  // namespace octet::kernels
