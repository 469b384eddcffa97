#include "kernels/attention_u8/attention_u8.h"

#include <iterator>

#include "base/cpu.h"
#include "kernels/attention_u8/attention_u8_piece.h"
#include "kernels/batch.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

constexpr Kernel<AttentionU8Params> kAttentionU8Kernels[] = {
    {"attention_u8_avx512vnni", CpuLevel::kAvx512Vnni, AttentionU8Avx512Vnni},
    {"attention_u8_avx2", CpuLevel::kAvx2, AttentionU8Avx2},
    {"attention_u8_reference", CpuLevel::kScalar, AttentionU8Reference},
};

// Measured on a Zen 4, BERT's attention.
constexpr double kNsPerMac = 1.0 / 200, kNsPerScore = 0.3;

}  // namespace

KernelTable<AttentionU8Params> AttentionU8Kernels() {
  return {kAttentionU8Kernels, std::size(kAttentionU8Kernels)};
}

KernelFn<AttentionU8Params> FindAttentionU8(CpuLevel level) {
  return AttentionU8Kernels().Best(level).fn;
}

Work PlanAttentionU8(const AttentionU8Params& p, int threads) {
  const double scores =
      double(p.rows) * double(p.keys) * double(Batches(p.batch, p.batch_rank));
  const double macs = scores * double(p.depth + p.columns);
  return SplitEvenly(AttentionU8Pieces(p),
                     macs * kNsPerMac + scores * kNsPerScore, threads,
                     LayOutAttentionU8(p, nullptr).bytes);
}

}  // namespace octet::kernels
