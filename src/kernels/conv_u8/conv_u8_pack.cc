#include "kernels/conv_u8/conv_u8_pack.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "kernels/conv_u8/conv_u8_layout.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// The smallest p with all codes in [-128 * p, 127 * p].
int64_t WeightParts(std::span<const int32_t> codes) {
  int64_t parts = 1;
  for (int64_t code : codes) {
    parts =
        std::max(parts, code < 0 ? (-code + 127) / 128 : (code + 126) / 127);
  }
  return parts;
}

// Part `part` of a code that is the sum of `parts` s8 values.
int8_t CodePart(int64_t code, int64_t part, int64_t parts) {
  return int8_t(code * (part + 1) / parts - code * part / parts);
}

// comp[o] = bias[o] - x_zero * sum of o's codes.
std::vector<int32_t> Compensation(int64_t out_channels,
                                  std::span<const int32_t> codes,
                                  int32_t x_zero,
                                  std::span<const int32_t> bias) {
  std::vector<int32_t> comp(RoundUp(out_channels, 16), 0);
  const int64_t taps = int64_t(codes.size()) / out_channels;
  for (int64_t o = 0; o < out_channels; ++o) {
    int64_t sum = 0;
    for (int64_t t = 0; t < taps; ++t) sum += codes[o * taps + t];
    comp[o] = int32_t((bias.empty() ? 0 : bias[o]) - x_zero * sum);
  }
  return comp;
}

// The codes of one output channel, summed up by sign: 255 times each is as far
// as its products go.
struct SignedSums {
  int64_t positive = 0;
  int64_t negative = 0;
};
SignedSums SumBySign(std::span<const int32_t> codes) {
  SignedSums sums;
  for (const int32_t code : codes) {
    (code > 0 ? sums.positive : sums.negative) += code;
  }
  return sums;
}

// The largest magnitude of a sum of products with codes in [0, 255].
int64_t SumBound(int64_t out_channels, std::span<const int32_t> codes) {
  const size_t taps = codes.size() / size_t(out_channels);
  int64_t most = 0;
  for (size_t o = 0; o < size_t(out_channels); ++o) {
    const SignedSums sums = SumBySign(codes.subspan(o * taps, taps));
    most = std::max({most, 255 * sums.positive, -255 * sums.negative});
  }
  return most;
}

}  // namespace

PackedConvU8 PackConvU8(const ConvU8WeightShape& shape,
                        std::span<const int32_t> codes, int32_t x_zero,
                        std::span<const int32_t> bias) {
  const ConvU8Layout layout = LayoutOf(shape);
  const int64_t taps = shape.kernel_h * shape.kernel_w;
  const int64_t depth = shape.in_channels / shape.group;
  OCTET_CHECK(int64_t(codes.size()) == shape.out_channels * taps * depth);

  PackedConvU8 packed;
  packed.weight_parts = WeightParts(codes);
  packed.comp = Compensation(shape.out_channels, codes, x_zero, bias);
  packed.sum_bound = SumBound(shape.out_channels, codes);
  const int64_t panel_bytes = layout.panel_bytes * packed.weight_parts;
  packed.weight.assign(shape.group * layout.panels * panel_bytes, 0);

  const int64_t group_outputs = shape.out_channels / shape.group;
  for (int64_t o = 0; o < shape.out_channels; ++o) {
    const int64_t lane = o % group_outputs;
    int8_t* const panel =
        packed.weight.data() +
        (o / group_outputs * layout.panels + lane / 16) * panel_bytes;
    const int32_t* code = codes.data() + o * taps * depth;
    // The taps of a run follow each other in `codes` as they do in x.
    for (int64_t part = 0; part < packed.weight_parts; ++part) {
      for (int64_t run = 0; run < layout.runs; ++run) {
        for (int64_t k = 0; k < layout.run_length; ++k) {
          const int64_t row = (part * layout.runs + run) * layout.k4 + k / 4;
          panel[row * 64 + lane % 16 * 4 + k % 4] = CodePart(
              code[run * layout.run_length + k], part, packed.weight_parts);
        }
      }
    }
  }
  return packed;
}

bool SumsFitInt32(int64_t out_channels, std::span<const int32_t> codes,
                  std::span<const int32_t> x_zero,
                  std::span<const int32_t> bias) {
  constexpr int64_t kLimit = INT32_MAX;
  const int64_t taps = int64_t(codes.size()) / out_channels;
  // Keeps the sums below free of overflow themselves: 2^17 * 2^32 * 2^8.
  if (taps > (int64_t{1} << 17)) return false;
  for (int64_t o = 0; o < out_channels; ++o) {
    // Start at comp, then any part of the products may have been added: the
    // extremes are all positive ones and all negative ones with x = 255. Split
    // weights have parts of one sign, so their partial sums lie in between.
    const SignedSums sums =
        SumBySign(codes.subspan(size_t(o * taps), size_t(taps)));
    const int64_t sum = sums.positive + sums.negative;
    const int64_t high = 255 * sums.positive;
    const int64_t low = 255 * sums.negative;
    const int64_t zero = x_zero[x_zero.size() > 1 ? o : 0];
    const int64_t start = (bias.empty() ? 0 : bias[o]) - zero * sum;
    if (std::abs(start) > kLimit || start + high > kLimit ||
        start + low < -kLimit) {
      return false;
    }
  }
  return true;
}

}  // namespace octet::kernels
