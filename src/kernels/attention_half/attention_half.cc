#include "kernels/attention_half/attention_half.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/attention_half/attention_half_ways.h"
#include "kernels/batch.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

int64_t GatheredBytes(const AttentionHalfParams& p) {
  return RoundUp(GatheredHalves(p) * int64_t{sizeof(uint16_t)}, 64);
}

template <CpuLevel kLevel>
void Run(const AttentionHalfParams& p, int64_t part, int64_t parts,
         std::byte* scratch) {
  const bool by_dots =
      kLevel == CpuLevel::kAvx512Bf16 && p.half == DType::kBF16;
  std::byte* rest = scratch + GatheredBytes(p);
  const auto [begin, end] = PieceOf(AttentionHalfPieces(p), part, parts);
  for (int64_t i = begin; i < end; ++i) {
    const AttentionHalfPiece piece =
        AttentionHalfPieceAt(p, i, reinterpret_cast<uint16_t*>(scratch));
    if (by_dots) {
      AttendByDots(p, piece, rest);
    } else {
      AttendWidened(kLevel, p, piece, rest);
    }
  }
}

constexpr Kernel<AttentionHalfParams> kAttentionHalfKernels[] = {
    {"attention_half_avx512bf16", CpuLevel::kAvx512Bf16,
     Run<CpuLevel::kAvx512Bf16>},
    {"attention_half_avx512vnni", CpuLevel::kAvx512Vnni,
     Run<CpuLevel::kAvx512Vnni>},
    {"attention_half_avx2", CpuLevel::kAvx2, Run<CpuLevel::kAvx2>},
    {"attention_half_reference", CpuLevel::kScalar, Run<CpuLevel::kScalar>},
};

// As attention_f32.
constexpr double kNsPerMac = 1.0 / 28, kNsPerScore = 1;

}  // namespace

KernelTable<AttentionHalfParams> AttentionHalfKernels() {
  return {kAttentionHalfKernels, std::size(kAttentionHalfKernels)};
}

KernelFn<AttentionHalfParams> FindAttentionHalf(CpuLevel level) {
  return AttentionHalfKernels().Best(level).fn;
}

Work PlanAttentionHalf(const AttentionHalfParams& p, int threads) {
  const double scores =
      double(p.rows) * double(p.keys) * double(Batches(p.batch, p.batch_rank));
  const double macs = scores * double(p.depth + p.columns);
  return SplitEvenly(AttentionHalfPieces(p),
                     macs * kNsPerMac + scores * kNsPerScore, threads,
                     GatheredBytes(p) + std::max(AttendWidenedScratch(p),
                                                 AttendByDotsScratch(p)));
}

}  // namespace octet::kernels
