// The lanes of conv_half_winograd: those of conv_f32_winograd with inputs,
// weights and outputs of halves. V has, besides what those want,
//
//   LoadHalves(p)             kLanes halves, widened
//   StoreHalves(p, a)         kLanes floats, rounded
//   StoreFirstHalves(p, a, n)
//   LoadPairs(p, first, second)  kLanes pairs
//   kElementaryForHalves      functions of what becomes halves
//
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_HALF_WINOGRAD_CONV_HALF_WINOGRAD_LANES_H_
#define OCTET_KERNELS_CONV_HALF_WINOGRAD_CONV_HALF_WINOGRAD_LANES_H_

#include <cstdint>

#include "kernels/conv_f32_winograd/conv_f32_winograd_lanes.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half_winograd/conv_half_winograd.h"

namespace octet::kernels {
namespace {

template <typename V>
struct WinogradHalves : WinogradFloats<V> {
  static typename V::F Read(const uint16_t* x) { return V::LoadHalves(x); }
};

template <typename V>
struct ConvHalfWinogradBase : ConvF32WinogradBase<V> {
  using Params = ConvHalfParams;
  using In = uint16_t;
  using Words = WinogradHalves<V>;
  static constexpr int kGroup = 2;
  static constexpr int kVectors = 16 / V::kLanes;

  static const uint16_t* Pixels(const Params& p) { return p.x; }
  static int64_t PixelStride(const Params& p) { return p.x_pixel_stride; }
  static uint16_t Edge(const Params&) { return 0; }
  static const float* Start(const Params& p, int64_t panel) {
    return p.bias == nullptr ? kNoTileBias : p.bias + 16 * panel;
  }
  static const uint16_t* Weights(const Params& p, int64_t panel) {
    return p.weight + panel * 9 * p.in_channels * 16;
  }
  static void ReadTaps(const uint16_t* weights, int64_t groups, int64_t group,
                       typename V::F (&taps)[9][2 * kVectors]) {
#pragma GCC unroll 9
    for (int tap = 0; tap < 9; ++tap) {
      const uint16_t* const from = weights + (tap * groups + group) * 32;
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        V::LoadPairs(from + v * 2 * V::kLanes, taps[tap][v],
                     taps[tap][kVectors + v]);
      }
    }
  }

  static void FinishRow(const Params& p, float* sums, int64_t pixel,
                        int64_t pixels, int64_t panel) {
    const int64_t channel = 16 * panel;
    const int64_t left = p.out_channels - channel;
    const int64_t count = left < 16 ? left : 16;
    const uint16_t* const residual =
        p.residual == nullptr
            ? nullptr
            : p.residual + pixel * p.residual_pixel_stride + channel;
    const TileEpilogue e =
        TileEpilogueOf(p.before, p.after,
                       p.y_is_half ? V::kElementaryForHalves : V::kElementary);
    const bool calls = e.elementary != nullptr;
    if (calls) {
      Call(e, e.before, sums, pixels);
      if (residual != nullptr) {
        for (int64_t i = 0; i < pixels; ++i) {
          typename V::F v[kVectors];
          Load(sums + 16 * i, v);
          AddHalves(residual + i * p.residual_pixel_stride, count, v);
          StoreRow<V>(v, sums + 16 * i, 16);
        }
      }
      Call(e, e.after, sums, pixels);
    }
    for (int64_t i = 0; i < pixels; ++i) {
      typename V::F v[kVectors];
      Load(sums + 16 * i, v);
      if (!calls) {
        ClampAll<V>(e.before_clamp, v);
        if (residual != nullptr) {
          AddHalves(residual + i * p.residual_pixel_stride, count, v);
        }
        ClampAll<V>(e.after_clamp, v);
      }
      const int64_t at = (pixel + i) * p.y_pixel_stride + channel;
      if (p.y_is_half) {
        StoreHalfRow(v, static_cast<uint16_t*>(p.y) + at, count);
      } else {
        StoreRow<V>(v, static_cast<float*>(p.y) + at, count);
      }
    }
  }

 private:
  static void Call(const TileEpilogue& e, const Function& function, float* sums,
                   int64_t pixels) {
    if (function.kind == FunctionKind::kIdentity) return;
    e.elementary(function, sums, sums, pixels * 16);
  }
  static void Load(const float* sums, typename V::F (&v)[kVectors]) {
#pragma GCC unroll 2
    for (int i = 0; i < kVectors; ++i) v[i] = V::Load(sums + i * V::kLanes);
  }
  static void AddHalves(const uint16_t* from, int64_t count,
                        typename V::F (&v)[kVectors]) {
#pragma GCC unroll 2
    for (int i = 0; i < kVectors; ++i) {
      if (i * V::kLanes >= count) continue;
      v[i] = V::Add(v[i], V::LoadHalves(from + i * V::kLanes));
    }
  }
  static void StoreHalfRow(const typename V::F (&v)[kVectors], uint16_t* y,
                           int64_t count) {
#pragma GCC unroll 2
    for (int i = 0; i < kVectors; ++i) {
      const int64_t left = count - i * V::kLanes;
      if (left >= V::kLanes) {
        V::StoreHalves(y + i * V::kLanes, v[i]);
      } else if (left > 0) {
        V::StoreFirstHalves(y + i * V::kLanes, v[i], left);
      }
    }
  }
};

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_WINOGRAD_CONV_HALF_WINOGRAD_LANES_H_
