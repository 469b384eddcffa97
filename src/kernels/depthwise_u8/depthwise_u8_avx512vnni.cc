// AVX-512 VNNI: the codes of four taps are interleaved byte by byte, so that
// one vpdpbusd adds four products for sixteen channels.
//
// For windows of 3x3, and 5x5 at stride 1, the four taps are a column, and an
// interleaved column serves all outputs that see it. Where fewer than 64
// channels are left, two or four output rows share a vector.
#include <cstddef>
#include <cstdint>

#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/depthwise_u8/depthwise_u8_band.h"
#include "kernels/depthwise_u8/depthwise_u8_block_avx512.h"
#include "kernels/depthwise_u8/depthwise_u8_piece.h"
#include "kernels/depthwise_u8/depthwise_u8_scratch.h"
#include "kernels/depthwise_u8/depthwise_u8_strips_avx512.h"
#include "kernels/epilogue/epilogue.h"
#include "kernels/epilogue/rounding_avx512.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

using StripFn = void (*)(const Strip&);

template <EpilogueKind kKind>
StripFn PickStrip(const Window& w, int64_t rows) {
  static constexpr StripFn kAny[] = {AnyWindow<1, kKind>, AnyWindow<2, kKind>,
                                     AnyWindow<4, kKind>};
  static constexpr StripFn kStride1[] = {Window3x3Stride1<1, kKind>,
                                         Window3x3Stride1<2, kKind>,
                                         Window3x3Stride1<4, kKind>};
  static constexpr StripFn kStride2[] = {Window3x3Stride2<1, kKind>,
                                         Window3x3Stride2<2, kKind>,
                                         Window3x3Stride2<4, kKind>};
  static constexpr StripFn k5x5[] = {Window5x5Stride1<1, kKind>,
                                     Window5x5Stride1<2, kKind>,
                                     Window5x5Stride1<4, kKind>};
  const int64_t index = rows / 2;  // 1, 2, 4 to 0, 1, 2
  if (Is5x5Stride1(w)) return k5x5[index];
  if (!Is3x3(w)) return kAny[index];
  return w.stride_w == 1 ? kStride1[index] : kStride2[index];
}

StripFn PickStrip(const Window& w, int64_t rows, EpilogueKind kind) {
  switch (kind) {
    case EpilogueKind::kClamp:
      return PickStrip<EpilogueKind::kClamp>(w, rows);
    case EpilogueKind::kTable:
      return PickStrip<EpilogueKind::kTable>(w, rows);
    case EpilogueKind::kFactor:
      return PickStrip<EpilogueKind::kFactor>(w, rows);
    case EpilogueKind::kFloat:
    case EpilogueKind::kAdd:
    case EpilogueKind::kFactorAdd:
      break;
  }
  return PickStrip<EpilogueKind::kFloat>(w, rows);
}

// The strip's rows in the float form: block by block, as sums have room.
void RunFloatStrip(StripFn fn, Strip strip, const Block& block, int64_t pixel,
                   int64_t out_w) {
  const int64_t step = strip.stride_w * strip.pixel_stride;
  const int64_t stride = 64 / block.rows;
  const bool lacks_left = strip.lacks_left, lacks_right = strip.lacks_right;
  for (int64_t x = 0; x < out_w; x += kDepthwiseU8Block) {
    const int64_t rest = out_w - x;
    strip.pixels = rest < kDepthwiseU8Block ? rest : kDepthwiseU8Block;
    strip.lacks_left = lacks_left && x == 0;
    strip.lacks_right = lacks_right && strip.pixels == rest;
    fn(strip);
    for (int64_t row = 0; row < strip.rows; ++row) {
      ApplyEpilogueAvx512Vnni(*strip.epilogue,
                              strip.sums + row * kDepthwiseU8Block * stride,
                              stride, pixel + row * out_w + x, strip.pixels,
                              block.channel, block.channels);
    }
    strip.input += strip.pixels * step;
  }
}

// One block of channels of a whole band.
void RunBlock(const DepthwiseU8Params& p, const DepthwiseU8Band& band,
              const Block& block, int64_t from_first,
              const DepthwiseU8Scratch& scratch) {
  const Window& w = p.window;
  const EpilogueU8& e = p.epilogue;
  // Sums that may not fit go the way of the floats, which bounds them.
  const float products = 255.0f * 128.0f * float(w.kernel_h * w.kernel_w);
  const bool in_registers =
      (e.kind == EpilogueKind::kClamp || e.kind == EpilogueKind::kTable ||
       e.kind == EpilogueKind::kFactor) &&
      FitsInt32(e, block.channel, block.channels, products);
  const StripFn fn =
      PickStrip(w, block.rows, in_registers ? e.kind : EpilogueKind::kFloat);
  Strip strip;
  strip.pixel_stride = band.pixel_stride;
  strip.row_stride = w.dilation_h * band.row_stride;
  strip.stride_w = w.stride_w;
  strip.tap_offsets = scratch.tap_offsets;
  strip.groups = GroupCount(w);
  strip.constants = ConstantsAt(p, scratch, from_first);
  strip.pixels = p.out_w;
  strip.lacks_left = band.lacks_left;
  strip.lacks_right = band.lacks_right;
  strip.x_zero = p.x_zero + block.channel;
  strip.channel = block.channel;
  strip.channels = block.channels;
  strip.epilogue = &e;
  strip.clamp_low = strip.clamp_high = nullptr;
  if (e.kind == EpilogueKind::kClamp) {
    strip.clamp_low = e.clamp_low + block.channel;
    strip.clamp_high = e.clamp_high + block.channel;
  }
  strip.table = e.table;
  strip.factor = e.factor;
  strip.y_pixel_stride = e.y_pixel_stride;
  strip.mask = FirstBytes(block.channels);
  strip.y_row_step = p.out_w * e.y_pixel_stride;
  strip.sums = scratch.sums;
  const int64_t row_step = w.stride_h * band.row_stride;
  for (int64_t y = band.row_begin; y < band.row_end; y += strip.rows) {
    // Rows too few to fill the vectors come one at a time, repeated.
    const bool is_full = band.row_end - y >= block.rows;
    strip.rows = is_full ? block.rows : 1;
    strip.input_row_step = is_full ? row_step : 0;
    strip.input = band.input + (y - band.row_begin) * row_step + from_first;
    if (in_registers) {
      strip.y = e.y_u8 + y * strip.y_row_step + block.channel;
      fn(strip);
    } else {
      RunFloatStrip(fn, strip, block, y * p.out_w, p.out_w);
    }
  }
}

}  // namespace

void DepthwiseU8Avx512Vnni(const DepthwiseU8Params& params, int64_t part,
                           int64_t parts, std::byte* scratch_memory) {
  const DepthwiseU8Piece piece = PieceOf(params, part, parts);
  const DepthwiseU8Scratch scratch =
      PlaceDepthwiseU8Scratch(params, scratch_memory);
  const Window& w = params.window;
  for (int64_t c = piece.channel_begin; c < piece.channel_end; c += 64) {
    Arrange(params, BlockAt(c, piece.channel_end),
            ConstantsAt(params, scratch, c - piece.channel_begin));
  }
  const int64_t taps = w.kernel_h * w.kernel_w;
  const int64_t last = (piece.channel_end - piece.channel_begin) % 64;
  const int64_t rows =
      last == 0 ? 1 : BlockAt(piece.channel_end - last, piece.channel_end).rows;
  for (int64_t y = piece.row_begin; y < piece.row_end;) {
    const DepthwiseU8Band band =
        Is3x3(w) ? BandInPlaceAt(params, piece, y, rows, scratch.input)
                 : BandAt(params, piece, y, scratch.input);
    for (int64_t tap = 0; tap < RoundUp(taps, 4); ++tap) {
      scratch.tap_offsets[tap] =
          tap < taps ? tap / w.kernel_w * w.dilation_h * band.row_stride +
                           tap % w.kernel_w * w.dilation_w * band.pixel_stride
                     : 0;
    }
    for (int64_t c = piece.channel_begin; c < piece.channel_end; c += 64) {
      RunBlock(params, band, BlockAt(c, piece.channel_end),
               c - piece.channel_begin, scratch);
    }
    y = band.row_end;
  }
}

}  // namespace octet::kernels
