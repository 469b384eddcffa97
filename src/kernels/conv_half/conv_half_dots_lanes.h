// The tiles of conv_half_dots over any lanes (kernels/elementary) that also
// have a type Pairs of 16 pairs of bf16 and
//
//   LoadPairs(p), Repeat(p)   16 pairs, the pair at p in every lane
//   AddDots(sum, x, w)        sum += x0 * w0 + x1 * w1 in each lane
//   AddDotsOf(sum, x, p)      the same with the weights at p
//   LoadHalves(p)             16 halves, widened
//   StoreHalves(p, a)         rounded, StoreTwoHalves(p, a, b) 32 of them,
//   StoreFirstHalves(p, a, n)
//   Silu(a, constants)        for results that are rounded to halves, with
//                             V::kConstants read there
//
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_LANES_H_
#define OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_LANES_H_

#include <cstdint>

#include "kernels/conv_half/conv_half_dots_tile.h"
#include "kernels/float_epilogue/float_epilogue_lanes.h"

namespace octet::kernels {
namespace {

// Pixels are addressed from one pointer for every three of them: x86 has
// [p], [p + s] and [p + 2 s], and too few registers for a pointer each.
template <int kPixels>
struct PixelPointers {
  static constexpr int kCount = (kPixels + 2) / 3;
  const uint16_t* at[kCount];
};

// kSteps pairs of all pixels and panels.
template <typename V, int kPixels, int kPanels, int kSteps>
[[gnu::always_inline]] inline void AddPairs(
    const ConvHalfTile& t, const PixelPointers<kPixels>& x, const uint16_t* w,
    typename V::F (&sums)[kPixels][kPanels]) {
  // 28 sums leave four registers: of four panels two stay in memory. With three
  // in registers g++ spills a sum, and so with 27 sums of three panels.
  constexpr int kInMemory =
      kPixels * kPanels < 27 || kPanels < 3 ? 0 : kPanels - 2;
#pragma GCC unroll 4
  for (int64_t step = 0; step < kSteps; ++step) {
    typename V::Pairs weights[kPanels];
#pragma GCC unroll 4
    for (int v = 0; v < kPanels - kInMemory; ++v) {
      weights[v] = V::LoadPairs(w + v * t.panel_halves + 32 * step);
    }
#pragma GCC unroll 28
    for (int i = 0; i < kPixels; ++i) {
      const typename V::Pairs pair =
          V::Repeat(x.at[i / 3] + i % 3 * t.pixel_stride + 2 * step);
#pragma GCC unroll 4
      for (int v = 0; v < kPanels - kInMemory; ++v) {
        V::AddDots(sums[i][v], pair, weights[v]);
      }
#pragma GCC unroll 4
      for (int v = kPanels - kInMemory; v < kPanels; ++v) {
        V::AddDotsOf(sums[i][v], pair, w + v * t.panel_halves + 32 * step);
      }
    }
  }
}

template <int kPixels>
[[gnu::always_inline]] inline void Advance(PixelPointers<kPixels>& x,
                                           int64_t halves) {
#pragma GCC unroll 10
  for (int g = 0; g < PixelPointers<kPixels>::kCount; ++g) {
    x.at[g] += halves;
    // Hidden, or the compiler keeps one pointer for each pixel and spills.
    asm("" : "+r"(x.at[g]));
  }
}

template <typename V, int kPixels, int kPanels>
[[gnu::always_inline]] inline void AddRuns(
    const ConvHalfTile& t, const uint16_t* input, const uint16_t* prefetch,
    int64_t prefetch_step, typename V::F (&sums)[kPixels][kPanels]) {
  const uint16_t* w = t.weight;
  for (int64_t run = 0; run < t.runs; ++run) {
    PixelPointers<kPixels> x;
    const uint16_t* const first = input + t.run_offsets[run];
#pragma GCC unroll 10
    for (int g = 0; g < PixelPointers<kPixels>::kCount; ++g) {
      x.at[g] = first + int64_t{3} * g * t.pixel_stride;
    }
    int64_t pair = t.pairs;
    for (; pair >= 4; pair -= 4) {
      AddPairs<V, kPixels, kPanels, 4>(t, x, w, sums);
      w += int64_t{4} * 32;
      Advance<kPixels>(x, 8);
      __builtin_prefetch(prefetch, 0, 2);
      __builtin_prefetch(prefetch + 32, 0, 2);
      prefetch += prefetch_step;
    }
    if (kPanels < 3 && pair >= 2) {
      // Of first layers, which have few pairs.
      AddPairs<V, kPixels, kPanels, 2>(t, x, w, sums);
      pair -= 2;
      w += int64_t{2} * 32;
      Advance<kPixels>(x, 4);
    }
#pragma GCC unroll 1
    for (; pair > 0; --pair) {
      AddPairs<V, kPixels, kPanels, 1>(t, x, w, sums);
      w += 32;
      Advance<kPixels>(x, 2);
    }
  }
}

// Where the outputs of a tile go.
struct HalfOutput {
  void* y;
  bool is_half;
  int64_t y_stride;
  const uint16_t* residual;
  int64_t residual_stride;
  int64_t count;  // channels that exist
};

// The first `count` of kPanels neighbouring vectors.
template <typename V, int kPanels>
[[gnu::always_inline]] inline void StoreOutputs(
    const typename V::F (&v)[kPanels], void* row, bool is_half, int64_t count) {
  if (!is_half) {
    return StoreRow<V, kPanels>(v, static_cast<float*>(row), count);
  }
  auto* const y = static_cast<uint16_t*>(row);
  if (count >= kPanels * V::kLanes) {
#pragma GCC unroll 2
    for (int i = 0; i + 1 < kPanels; i += 2) {
      V::StoreTwoHalves(y + i * V::kLanes, v[i], v[i + 1]);
    }
    if constexpr (kPanels % 2 == 1) {
      V::StoreHalves(y + (kPanels - 1) * V::kLanes, v[kPanels - 1]);
    }
    return;
  }
#pragma GCC unroll 4
  for (int i = 0; i < kPanels; ++i) {
    const int64_t left = count - i * V::kLanes;
    if (left >= 16) {
      V::StoreHalves(y + i * V::kLanes, v[i]);
    } else if (left > 0) {
      V::StoreFirstHalves(y + i * V::kLanes, v[i], left);
    }
  }
}

template <typename V, int kPanels>
[[gnu::always_inline]] inline void AddResidual(const uint16_t* residual,
                                               int64_t count,
                                               typename V::F (&v)[kPanels]) {
#pragma GCC unroll 4
  for (int i = 0; i < kPanels; ++i) {
    if (i * V::kLanes < count)
      v[i] = V::Add(v[i], V::LoadHalves(residual + i * V::kLanes));
  }
}

// The same pointer, of which the compiler knows nothing: it can not keep what
// is read there in registers that the sums need.
template <typename T>
[[gnu::always_inline]] inline const T* HiddenPointer(const T* pointer) {
  asm volatile("" : "+r"(pointer));
  return pointer;
}

// Sums in registers, pixel by pixel: all of them at once leave no registers for
// constants.
template <typename V, int kPixels, int kPanels, bool kIsSilu>
[[gnu::always_inline]] inline void FinishDots(
    const TileEpilogue& epilogue, const float* bias, const HalfOutput& to,
    typename V::F (&sums)[kPixels][kPanels]) {
  auto* y = static_cast<char*>(to.y);
  const int64_t stride = to.y_stride * (to.is_half ? 2 : 4);
#pragma GCC unroll 28
  for (int i = 0; i < kPixels; ++i) {
    const TileEpilogue& e = *HiddenPointer(&epilogue);
    const float* const b = HiddenPointer(bias);
#pragma GCC unroll 4
    for (int v = 0; v < kPanels; ++v) {
      sums[i][v] = V::Add(sums[i][v], V::Load(b + v * V::kLanes));
    }
    if constexpr (kIsSilu) {
      const float* const constants = HiddenPointer(V::kConstants);
#pragma GCC unroll 4
      for (int v = 0; v < kPanels; ++v) {
        sums[i][v] = V::Silu(sums[i][v], constants);
      }
    } else {
      ClampAll<V>(e.before_clamp, sums[i]);
    }
    if (to.residual != nullptr) {
      AddResidual<V>(to.residual + i * to.residual_stride, to.count, sums[i]);
    }
    ClampAll<V>(e.after_clamp, sums[i]);
    StoreOutputs<V>(sums[i], y, to.is_half, to.count);
    y += stride;
  }
}

// Any functions, and sums in memory, which are lost: `pixels` rows of kPanels
// vectors. One call of a function has many of them, which hides how long a
// single one takes.
template <typename V, int kPanels>
[[gnu::noinline]] void FinishDotsByFunctions(const TileEpilogue& e, float* sums,
                                             int64_t pixels,
                                             const HalfOutput& to) {
  constexpr int64_t kRow = kPanels * V::kLanes;
  const auto call = [&](const Function& function) {
    if (function.kind != FunctionKind::kIdentity) {
      e.elementary(function, sums, sums, pixels * kRow);
    }
  };
  const auto load = [&](int64_t i, typename V::F(&v)[kPanels]) {
#pragma GCC unroll 4
    for (int j = 0; j < kPanels; ++j)
      v[j] = V::Load(sums + i * kRow + j * V::kLanes);
  };
  call(e.before);
  typename V::F v[kPanels];
  if (to.residual != nullptr) {
    for (int64_t i = 0; i < pixels; ++i) {
      load(i, v);
      AddResidual<V>(to.residual + i * to.residual_stride, to.count, v);
      StoreRow<V>(v, sums + i * kRow, kRow);
    }
  }
  call(e.after);
  for (int64_t i = 0; i < pixels; ++i) {
    load(i, v);
    StoreOutputs<V>(
        v, static_cast<char*>(to.y) + i * to.y_stride * (to.is_half ? 2 : 4),
        to.is_half, to.count);
  }
}

// The lines of the outputs two tiles ahead: cold ones cost more than the work.
[[gnu::always_inline]] inline void FetchOutputs(const HalfOutput& to,
                                                int64_t pixels) {
  const int64_t size = to.is_half ? 2 : 4;
  for (int64_t i = 2 * pixels; i < 3 * pixels; ++i) {
    const char* const y =
        static_cast<const char*>(to.y) + i * to.y_stride * size;
    for (int64_t at = 0; at < to.count * size; at += 64) {
      __builtin_prefetch(y + at, 1, 3);
    }
    if (to.residual == nullptr) continue;
    const uint16_t* const residual = to.residual + i * to.residual_stride;
    for (int64_t at = 0; at < to.count; at += 32) {
      __builtin_prefetch(residual + at);
    }
  }
}

template <typename V, int kPixels, int kPanels, ConvHalfEnd kEnd>
[[gnu::noinline]] void RunDotTiles(ConvHalfTile& shared) {
  static_assert(V::kLanes == 16);
  // A copy, which no store can be taken to change.
  const ConvHalfTile t = shared;
  const uint16_t* input = t.input;
  const uint16_t* prefetch = t.prefetch;
  // What one tile fetches.
  const int64_t fetched = t.runs * (t.pairs / 4) * 64;
  HalfOutput to = {t.y,        t.y_is_half,       t.y_stride,
                   t.residual, t.residual_stride, t.outputs};
  for (int64_t i = 0; i < t.tiles; ++i) {
    FetchOutputs(to, kPixels);
    typename V::F sums[kPixels][kPanels];
#pragma GCC unroll 28
    for (int j = 0; j < kPixels; ++j) {
#pragma GCC unroll 4
      for (int v = 0; v < kPanels; ++v) sums[j][v] = V::Set(0);
    }
    const bool has_next = prefetch < t.prefetch_end;
    AddRuns<V, kPixels, kPanels>(t, input, has_next ? prefetch : t.weight,
                                 has_next ? 64 : 0, sums);
    prefetch += fetched;
    input += kPixels * t.pixel_stride;
    if constexpr (kEnd == ConvHalfEnd::kFunctions) {
      alignas(64) float block[kPixels][kPanels * 16];
#pragma GCC unroll 28
      for (int j = 0; j < kPixels; ++j) {
#pragma GCC unroll 4
        for (int v = 0; v < kPanels; ++v) {
          V::Store(block[j] + v * V::kLanes,
                   V::Add(sums[j][v], V::Load(t.bias + v * V::kLanes)));
        }
      }
      FinishDotsByFunctions<V, kPanels>(t.epilogue, block[0], kPixels, to);
    } else {
      FinishDots<V, kPixels, kPanels, kEnd == ConvHalfEnd::kSilu>(
          shared.epilogue, t.bias, to, sums);
    }
    to.y =
        static_cast<char*>(to.y) + kPixels * to.y_stride * (to.is_half ? 2 : 4);
    if (to.residual != nullptr) to.residual += kPixels * to.residual_stride;
  }
  shared.prefetch = prefetch;
}

template <int... kIndex>
struct PixelCounts {};
template <int kCount, int... kIndex>
struct MakePixelCounts : MakePixelCounts<kCount - 1, kCount, kIndex...> {};
template <int... kIndex>
struct MakePixelCounts<0, kIndex...> {
  using Type = PixelCounts<kIndex...>;
};

template <typename V, int kPanels, ConvHalfEnd kEnd, int... kPixels>
ConvHalfTileFn PickDotTile(int64_t pixels, PixelCounts<kPixels...>) {
  static constexpr ConvHalfTileFn kTiles[] = {
      RunDotTiles<V, kPixels, kPanels, kEnd>...};
  return kTiles[pixels - 1];
}

// The tile of `pixels` pixels, up to kMostPixels, and kPanels panels.
template <typename V, int kPanels, int kMostPixels>
ConvHalfTileFn DotTileOf(int64_t pixels, ConvHalfEnd end) {
  using All = typename MakePixelCounts<kMostPixels>::Type;
  switch (end) {
    case ConvHalfEnd::kClamps:
      return PickDotTile<V, kPanels, ConvHalfEnd::kClamps>(pixels, All());
    case ConvHalfEnd::kSilu:
      return PickDotTile<V, kPanels, ConvHalfEnd::kSilu>(pixels, All());
    case ConvHalfEnd::kFunctions:
      break;
  }
  return PickDotTile<V, kPanels, ConvHalfEnd::kFunctions>(pixels, All());
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_HALF_CONV_HALF_DOTS_LANES_H_
