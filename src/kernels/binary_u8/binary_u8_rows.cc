#include "kernels/binary_u8/binary_u8_rows.h"

#include <algorithm>
#include <cstring>

#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Entries of the arrays of a row: one, or one for every channel, and a vector's
// worth behind them to read.
int64_t Entries(const BinaryU8Params& p) {
  const bool per_channel =
      p.a_quant.per_channel || p.b_quant.per_channel || p.y_quant.per_channel;
  return (per_channel ? p.channels : 1) + 16;
}

// The arrays of a row, in scratch.
struct Factors {
  int32_t* a_zero;
  int32_t* b_zero;
  int32_t* y_zero;
  float* m_a;
  float* m_b;
};

Factors FactorsOf(const BinaryU8Params& p, std::byte* scratch) {
  const int64_t entries = Entries(p);
  auto* integers = reinterpret_cast<int32_t*>(scratch);
  auto* reals = reinterpret_cast<float*>(integers + 3 * entries);
  const Factors f{integers, integers + entries, integers + 2 * entries, reals,
                  reals + entries};
  for (int64_t i = 0; i < entries; ++i) {
    const int64_t c = std::min(i, entries - 17);
    const int64_t a = p.a_quant.per_channel ? c : 0;
    const int64_t b = p.b_quant.per_channel ? c : 0;
    const int64_t y = p.y_quant.per_channel ? c : 0;
    const float sa = p.a_quant.scale[a], sb = p.b_quant.scale[b];
    const float sy = p.y_quant.scale[y];
    f.a_zero[i] = p.a_quant.zero_point[a];
    f.b_zero[i] = p.b_quant.zero_point[b];
    f.y_zero[i] = p.y_quant.zero_point[y];
    f.m_a[i] = p.op == BinaryU8Op::kMul ? sa * sb / sy : sa / sy;
    f.m_b[i] = sb / sy;
  }
  return f;
}

}  // namespace

int64_t BinaryU8Scratch(const BinaryU8Params& p) {
  // Five arrays, and a single value of b spread over all channels.
  return 5 * Entries(p) * int64_t{sizeof(float)} + p.channels + 64;
}

void RunBinaryU8(void (*row)(const BinaryU8Row& row),
                 const BinaryU8Params& params, int64_t part, int64_t parts,
                 std::byte* scratch) {
  BinaryU8Params p = params;
  if (p.images * p.pixels * p.channels == 0) return;
  const Factors f = FactorsOf(p, scratch);
  const int64_t step = Entries(p) > 17 ? 1 : 0;
  if (p.b_channel_stride == 0) {
    auto* spread = reinterpret_cast<uint8_t*>(f.m_b + Entries(p));
    std::memset(spread, *p.b, size_t(p.channels));
    p.b = spread;
  }
  // Pixels without gaps are one row where no channel needs to be told apart.
  const bool is_dense = step == 0 && p.a_pixel_stride == p.channels &&
                        p.b_pixel_stride == p.channels &&
                        p.b_image_stride == p.pixels * p.channels &&
                        p.y_pixel_stride == p.channels;
  const Piece piece = PieceOf(p.images * p.pixels, part, parts);
  for (int64_t i = piece.begin; i < piece.end;) {
    const int64_t pixels = is_dense ? piece.end - i : 1;
    row({p.op, p.a + i * p.a_pixel_stride,
         p.b + i / p.pixels * p.b_image_stride +
             i % p.pixels * p.b_pixel_stride,
         p.y + i * p.y_pixel_stride, pixels * p.channels, f.a_zero, f.b_zero,
         f.y_zero, f.m_a, f.m_b, step, p.low, p.high});
    i += pixels;
  }
}

}  // namespace octet::kernels
