#include "kernels/attention_f32/attention_f32.h"

#include <algorithm>
#include <iterator>

#include "base/cpu.h"
#include "kernels/batch.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "kernels/split.h"

namespace octet::kernels {
namespace {

// Scores that are kept at once: 128 KiB, a quarter of a small second-level
// cache.
constexpr int64_t kMostScores = int64_t{1} << 15;
// Fewer rows would pack b and c more often than it saves.
constexpr int64_t kLeastRows = 48;

// The rows of a head in blocks of nearly one size.
int64_t BlocksOf(const MatMulF32Params& scores) {
  const int64_t columns = std::max<int64_t>(1, scores.n);
  const int64_t most = std::max(kLeastRows, kMostScores / columns);
  return DivideUp(scores.m, most);
}

int64_t RowsOfBlock(const MatMulF32Params& scores) {
  const int64_t blocks = std::max<int64_t>(1, BlocksOf(scores));
  return DivideUp(scores.m, blocks);
}

int64_t ScoreBytes(const MatMulF32Params& scores) {
  return RoundUp(RowsOfBlock(scores) * scores.n * int64_t{sizeof(float)}, 64) +
         64;
}

// `rows` rows of one product of a batch; where they begin is the caller's.
MatMulF32Params RowsOf(const MatMulF32Params& p, int64_t batch, int64_t rows) {
  MatMulF32Params part = p;
  part.batch_rank = 0;
  part.m = rows;
  part.b += MatMulBatchOffset(p, p.b_batch_stride, batch);
  return part;
}

void RunRows(CpuLevel level, const AttentionF32Params& p, int64_t batch,
             int64_t first, int64_t rows, std::byte* scratch) {
  float* kept = reinterpret_cast<float*>(scratch);
  std::byte* packed = scratch + ScoreBytes(p.scores);
  MatMulF32Params scores = RowsOf(p.scores, batch, rows);
  scores.a += MatMulBatchOffset(p.scores, p.scores.a_batch_stride, batch) +
              first * p.scores.a_row_stride;
  if (scores.residual != nullptr) {
    scores.residual +=
        MatMulBatchOffset(p.scores, p.scores.residual_batch_stride, batch) +
        first * p.scores.residual_row_stride;
  }
  scores.y = kept;
  scores.y_row_stride = scores.n;
  FindMatMulF32(level)(scores, 0, 1, packed);

  const SoftmaxF32Params softmax{rows, scores.n, 1,        kept, scores.n,
                                 1,    kept,     scores.n, 1};
  FindSoftmaxF32(level)(softmax, 0, 1, packed);

  MatMulF32Params context = RowsOf(p.context, batch, rows);
  context.a = kept;
  context.a_row_stride = scores.n;
  context.y += MatMulBatchOffset(p.context, p.context.y_batch_stride, batch) +
               first * p.context.y_row_stride;
  FindMatMulF32(level)(context, 0, 1, packed);
}

template <CpuLevel kLevel>
void Run(const AttentionF32Params& p, int64_t part, int64_t parts,
         std::byte* scratch) {
  const int64_t blocks = BlocksOf(p.scores);
  const Piece piece = PieceOf(
      Batches(p.scores.batch, p.scores.batch_rank) * blocks, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const int64_t first = PartBegin(p.scores.m, i % blocks, blocks);
    const int64_t end = PartBegin(p.scores.m, i % blocks + 1, blocks);
    RunRows(kLevel, p, i / blocks, first, end - first, scratch);
  }
}

constexpr Kernel<AttentionF32Params> kAttentionF32Kernels[] = {
    {"attention_f32_avx512vnni", CpuLevel::kAvx512Vnni,
     Run<CpuLevel::kAvx512Vnni>},
    {"attention_f32_avx2", CpuLevel::kAvx2, Run<CpuLevel::kAvx2>},
    {"attention_f32_reference", CpuLevel::kScalar, Run<CpuLevel::kScalar>},
};

// As matmul_f32 and softmax_f32.
constexpr double kNsPerMac = 1.0 / 28, kNsPerScore = 1;

}  // namespace

KernelTable<AttentionF32Params> AttentionF32Kernels() {
  return {kAttentionF32Kernels, std::size(kAttentionF32Kernels)};
}

KernelFn<AttentionF32Params> FindAttentionF32(CpuLevel level) {
  return AttentionF32Kernels().Best(level).fn;
}

Work PlanAttentionF32(const AttentionF32Params& p, int threads) {
  const int64_t units =
      Batches(p.scores.batch, p.scores.batch_rank) * BlocksOf(p.scores);
  const double scores = double(Batches(p.scores.batch, p.scores.batch_rank)) *
                        double(p.scores.m) * double(p.scores.n);
  const double macs = scores * double(p.scores.k + p.context.n);
  const int64_t packed = std::max(PlanMatMulF32(p.scores, 1).scratch_bytes,
                                  PlanMatMulF32(p.context, 1).scratch_bytes);
  return SplitEvenly(units, macs * kNsPerMac + scores * kNsPerScore, threads,
                     ScoreBytes(p.scores) + packed);
}

}  // namespace octet::kernels
