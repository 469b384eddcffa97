// The products of a Winograd convolution at one of its positions: tiles times
// panels, sums in registers (L: winograd_driver.h).
//
// Internal linkage, so that files of any instruction set may include this.
#ifndef OCTET_KERNELS_WINOGRAD_WINOGRAD_MULTIPLY_H_
#define OCTET_KERNELS_WINOGRAD_WINOGRAD_MULTIPLY_H_

#include <cstdint>
#include <utility>

namespace octet::kernels {
namespace {

template <typename L>
struct Product {
  const typename L::Element* input;  // [tiles][channels]
  int64_t channels;                  // from tile to tile
  int64_t steps;
  const typename L::Element* weights;  // [steps][16][elements of a step]
  int64_t panel;                       // from panel to panel
  typename L::Sum* sums;               // [tiles][16]
  int64_t sums_panel;                  // from panel to panel
};

// kRows tiles times kPanels panels at one position.
template <typename L, int kRows, int kPanels>
void MultiplyTile(const Product<L>& product) {
  using S = typename L::Sums;
  constexpr int kPerPanel = 16 / S::kLanes;
  constexpr int kVectors = kPanels * kPerPanel;
  constexpr int kStep = 4 / sizeof(typename L::Element);
  typename S::I sums[kRows][kVectors];
#pragma GCC unroll 28
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) sums[i][v] = S::Zero();
  }
  // One pointer for three tiles, as x86 has [p], [p + s] and [p + 2 s] and too
  // few registers for a pointer each.
  constexpr int kPointers = (kRows + 2) / 3;
  const typename L::Element* x[kPointers];
#pragma GCC unroll 8
  for (int g = 0; g < kPointers; ++g) {
    x[g] = product.input + 3 * g * product.channels;
  }
  const typename L::Element* w = product.weights;
  for (int64_t k = 0; k < product.steps; ++k) {
    typename S::I weights[kVectors];
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      weights[v] = S::Load(w + v / kPerPanel * product.panel +
                           v % kPerPanel * (kStep * S::kLanes));
    }
#pragma GCC unroll 28
    for (int i = 0; i < kRows; ++i) {
      const typename S::I step = L::Repeat(x[i / 3] + i % 3 * product.channels);
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        L::AddProducts(sums[i][v], step, weights[v]);
      }
    }
#pragma GCC unroll 8
    for (int g = 0; g < kPointers; ++g) {
      x[g] += kStep;
      asm("" : "+r"(x[g]));
    }
    w += 16 * kStep;
  }
#pragma GCC unroll 28
  for (int i = 0; i < kRows; ++i) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      S::Store(product.sums + v / kPerPanel * product.sums_panel + i * 16 +
                   v % kPerPanel * S::kLanes,
               sums[i][v]);
    }
  }
}

template <typename L, int kCount>
struct MultiplyTiles {
  void (*at[kCount])(const Product<L>&);
};

// MultiplyTile of each number of rows up to L's most; none has 0.
template <typename L, int kPanels, int... kRows>
constexpr MultiplyTiles<L, sizeof...(kRows)> MultiplyTilesOf(
    std::integer_sequence<int, kRows...>) {
  return {{MultiplyTile < L, kRows == 0 ? 1 : kRows, kPanels > ...}};
}

template <typename L, int kPanels>
constexpr auto kMultiplyTiles = MultiplyTilesOf<L, kPanels>(
    std::make_integer_sequence<int, int(L::kTileRows[kPanels]) + 1>());

template <typename L>
void Multiply(int64_t rows, int64_t panels, const Product<L>& product) {
  if constexpr (L::kWeights.panels == 2) {
    if (panels == 2) return kMultiplyTiles<L, 2>.at[rows](product);
  }
  kMultiplyTiles<L, 1>.at[rows](product);
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_WINOGRAD_WINOGRAD_MULTIPLY_H_
