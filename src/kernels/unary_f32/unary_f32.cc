#include "kernels/unary_f32/unary_f32.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/elementary/elementary.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Pieces of whole cache lines, a row or a part of one at a time.
void Run(ElementaryFn elementary, const UnaryF32Params& p, int64_t part,
         int64_t parts) {
  const Piece piece = PieceOf(p.rows * p.columns, part, parts, 16);
  for (int64_t i = piece.begin; i < piece.end;) {
    const int64_t row = i / p.columns, column = i % p.columns;
    const bool is_dense = p.x_stride == p.columns && p.y_stride == p.columns;
    const int64_t rest = piece.end - i;
    const int64_t n = is_dense ? rest : std::min(p.columns - column, rest);
    elementary(p.function, p.x + row * p.x_stride + column,
               p.y + row * p.y_stride + column, n);
    i += n;
  }
}

void Avx2(const UnaryF32Params& params, int64_t part, int64_t parts,
          std::byte*) {
  Run(ElementaryAvx2, params, part, parts);
}

void Avx512Vnni(const UnaryF32Params& params, int64_t part, int64_t parts,
                std::byte*) {
  Run(ElementaryAvx512Vnni, params, part, parts);
}

constexpr Kernel<UnaryF32Params> kUnaryF32Kernels[] = {
    {"unary_f32_avx512vnni", CpuLevel::kAvx512Vnni, Avx512Vnni},
    {"unary_f32_avx2", CpuLevel::kAvx2, Avx2},
    {"unary_f32_reference", CpuLevel::kScalar, UnaryF32Reference},
};

// About what a polynomial of ten terms takes with AVX2.
constexpr double kNsPerElement = 1;
// Rows of a single element took 12 ns each.
constexpr double kNsPerRow = 10;

}  // namespace

KernelTable<UnaryF32Params> UnaryF32Kernels() {
  return {kUnaryF32Kernels, std::size(kUnaryF32Kernels)};
}

KernelFn<UnaryF32Params> FindUnaryF32(CpuLevel level) {
  return UnaryF32Kernels().Best(level).fn;
}

Work PlanUnaryF32(const UnaryF32Params& p, int threads) {
  const int64_t elements = p.rows * p.columns;
  return SplitEvenly(
      elements, double(elements) * kNsPerElement + double(p.rows) * kNsPerRow,
      threads);
}

}  // namespace octet::kernels
