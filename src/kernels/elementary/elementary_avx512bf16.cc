#include "kernels/elementary/elementary_levels.h"
#include "kernels/elementary/lanes_avx512bf16.h"

namespace octet::kernels {
namespace {

using Lanes = Avx512Bf16Lanes;

// y[i] = function(x[i]), four vectors side by side: a single one waits for
// itself.
template <typename F>
[[gnu::always_inline]] inline void CallForHalves(const F& function,
                                                 const float* x, float* y,
                                                 int64_t n) {
  constexpr int64_t kAtOnce = 4;
  int64_t i = 0;
  for (; i + kAtOnce * Lanes::kLanes <= n; i += kAtOnce * Lanes::kLanes) {
#pragma GCC unroll 4
    for (int64_t j = i; j < i + kAtOnce * Lanes::kLanes; j += Lanes::kLanes) {
      Lanes::Store(y + j, function(Lanes::Load(x + j)));
    }
  }
  for (; i + Lanes::kLanes <= n; i += Lanes::kLanes) {
    Lanes::Store(y + i, function(Lanes::Load(x + i)));
  }
  if (i < n) Lanes::StoreFirst(y + i, function(Lanes::Load(x + i)), n - i);
}

}  // namespace

void ElementaryForHalvesAvx512Bf16(const Function& function, const float* x,
                                   float* y, int64_t n) {
  switch (function.kind) {
    case FunctionKind::kSigmoid:
      return CallForHalves([](Lanes::F v) { return Lanes::Sigmoid(v); }, x, y,
                           n);
    case FunctionKind::kSilu:
      return CallForHalves([](Lanes::F v) { return Lanes::Silu(v); }, x, y, n);
    case FunctionKind::kGelu:
      return CallForHalves([](Lanes::F v) { return Lanes::Gelu(v); }, x, y, n);
    default:
      return ElementaryAvx512Vnni(function, x, y, n);
  }
}

}  // namespace octet::kernels
