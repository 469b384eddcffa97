// Steps that gather many elements into one: pools, products of computed
// matrices, softmax, normalization, reductions.
#include <algorithm>

#include "kernels/attention_f32/attention_f32.h"
#include "kernels/attention_half/attention_half.h"
#include "kernels/attention_u8/attention_u8.h"
#include "kernels/layer_norm_f32/layer_norm_f32.h"
#include "kernels/matmul_f32/matmul_f32.h"
#include "kernels/matmul_u8/matmul_u8.h"
#include "kernels/pool/pool.h"
#include "kernels/reduce_f32/reduce_f32.h"
#include "kernels/softmax_f32/softmax_f32.h"
#include "runtime/bind.h"

namespace octet::runtime {
namespace {

static_assert(int(engine::PoolKind::Max) == int(kernels::PoolKind::kMax) &&
              int(engine::PoolKind::Average) ==
                  int(kernels::PoolKind::kAverage));
// engine::Validate bounds operations by this number.
static_assert(int(kernels::ReduceOp::kSumSquare) == 5);

// Strides of an operand's batches along those of the product; 0 repeats.
void BatchStrides(const engine::Axes& operand, int batch_rank,
                  int64_t* strides) {
  const int missing = batch_rank - (operand.rank - 2);
  for (int axis = 0; axis < batch_rank; ++axis) {
    const int at = axis - missing;
    const bool repeated = at < 0 || operand.dims[size_t(at)] == 1;
    strides[axis] = repeated ? 0 : operand.strides[size_t(at)];
  }
}

// Of an operand's axis before the last ones.
int64_t StrideOf(const engine::Axes& operand, int from_last) {
  return operand.strides[size_t(operand.rank - from_last)];
}

// Of a residual's rows; 0 repeats its only one.
int64_t RowStrideOf(const engine::Axes& residual) {
  const bool has_rows = residual.rank >= 2;
  const bool repeats =
      !has_rows || residual.dims[size_t(residual.rank - 2)] == 1;
  return repeats ? 0 : StrideOf(residual, 2);
}

template <typename Params>
void SetResidual(const Binding& b, int index, Params& k) {
  if (index == -1) return;
  const engine::Axes residual = engine::AxesOf(b.Value(index));
  k.residual = b.Read<float>(index);
  k.residual_row_stride = RowStrideOf(residual);
  BatchStrides(residual, k.batch_rank, k.residual_batch_stride);
}

// What a product reads and makes, each in its order of axes.
struct Operand {
  int index;
  const std::vector<int>& perm;
};

void SetLeft(const Binding& b, const Operand& operand,
             kernels::MatMulF32Params& k) {
  const engine::Axes a = engine::AxesOf(b.Value(operand.index), operand.perm);
  BatchStrides(a, k.batch_rank, k.a_batch_stride);
  k.a = b.Read<float>(operand.index);
  k.a_row_stride = StrideOf(a, 2);
}

void SetRight(const Binding& b, const Operand& operand,
              kernels::MatMulF32Params& k) {
  const engine::Axes right =
      engine::AxesOf(b.Value(operand.index), operand.perm);
  k.k = right.dims[size_t(right.rank - 2)];
  k.n = right.dims[size_t(right.rank - 1)];
  BatchStrides(right, k.batch_rank, k.b_batch_stride);
  k.b = b.Read<float>(operand.index);
  k.b_row_stride = StrideOf(right, 2);
  k.b_column_stride = StrideOf(right, 1);
}

// Rows and batches of the product too.
void SetResult(const Binding& b, const Operand& operand,
               kernels::MatMulF32Params& k) {
  const engine::Axes y = engine::AxesOf(b.Value(operand.index), operand.perm);
  k.m = y.dims[size_t(y.rank - 2)];
  k.batch_rank = y.rank - 2;
  std::copy_n(y.dims.begin(), k.batch_rank, k.batch);
  BatchStrides(y, k.batch_rank, k.y_batch_stride);
  k.y = b.Write<float>(operand.index);
  k.y_row_stride = StrideOf(y, 2);
}

template <typename Matrices>
Matrices StridesOf(const Binding& b, const Operand& operand, int batch_rank) {
  const engine::Axes axes =
      engine::AxesOf(b.Value(operand.index), operand.perm);
  Matrices matrices{};
  BatchStrides(axes, batch_rank, matrices.batch_stride);
  matrices.row_stride = StrideOf(axes, 2);
  matrices.column_stride = StrideOf(axes, 1);
  return matrices;
}

kernels::MatricesOfCodes CodesOf(const Binding& b, const Operand& operand,
                                 int batch_rank) {
  auto codes = StridesOf<kernels::MatricesOfCodes>(b, operand, batch_rank);
  codes.at = b.Read<uint8_t>(operand.index);
  codes.zero = *b.Quant(operand.index).zero_point;
  return codes;
}

kernels::MatricesOfHalves HalvesOf(const Binding& b, const Operand& operand,
                                   int batch_rank) {
  auto halves = StridesOf<kernels::MatricesOfHalves>(b, operand, batch_rank);
  halves.at = b.Read<uint16_t>(operand.index);
  return halves;
}

// Rows, columns and batches of the product too.
template <typename T, typename Params>
void SetMatrices(const Binding& b, const Operand& operand, Params& k) {
  const engine::Axes y = engine::AxesOf(b.Value(operand.index), operand.perm);
  k.rows = y.dims[size_t(y.rank - 2)];
  k.columns = y.dims[size_t(y.rank - 1)];
  k.batch_rank = y.rank - 2;
  std::copy_n(y.dims.begin(), k.batch_rank, k.batch);
  k.y = b.Write<T>(operand.index);
  BatchStrides(y, k.batch_rank, k.y_batch_stride);
  k.y_row_stride = StrideOf(y, 2);
}

template <typename Params>
void SetCodes(const Binding& b, const Operand& operand, Params& k) {
  SetMatrices<uint8_t>(b, operand, k);
  k.y_zero = *b.Quant(operand.index).zero_point;
}

}  // namespace

BoundStepPtr Bind(const Binding& b, const engine::MatMulF32T& p) {
  kernels::MatMulF32Params k{};
  SetResult(b, {p.y, p.y_perm}, k);
  SetLeft(b, {p.a, p.a_perm}, k);
  SetRight(b, {p.b, p.b_perm}, k);
  k.bias = b.Read<float>(p.bias);
  k.before = engine::ToFunction(p.before);
  SetResidual(b, p.residual, k);
  k.after = engine::ToFunction(p.after);
  return b.Make(k, kernels::MatMulF32Kernels(), kernels::PlanMatMulF32);
}

BoundStepPtr Bind(const Binding& b, const engine::AttentionF32T& p) {
  kernels::AttentionF32Params k{};
  SetResult(b, {p.y, p.y_perm}, k.context);
  SetRight(b, {p.c, p.c_perm}, k.context);
  SetResult(b, {p.y, p.y_perm}, k.scores);
  SetLeft(b, {p.a, p.a_perm}, k.scores);
  SetRight(b, {p.b, p.b_perm}, k.scores);
  SetResidual(b, p.residual, k.scores);
  return b.Make(k, kernels::AttentionF32Kernels(), kernels::PlanAttentionF32);
}

BoundStepPtr Bind(const Binding& b, const engine::AttentionU8T& p) {
  const engine::Axes keys = engine::AxesOf(b.Value(p.b), p.b_perm);
  kernels::AttentionU8Params k{};
  SetCodes(b, {p.y, p.y_perm}, k);
  k.depth = keys.dims[size_t(keys.rank - 2)];
  k.keys = keys.dims[size_t(keys.rank - 1)];
  k.a = CodesOf(b, {p.a, p.a_perm}, k.batch_rank);
  k.b = CodesOf(b, {p.b, p.b_perm}, k.batch_rank);
  k.c = CodesOf(b, {p.c, p.c_perm}, k.batch_rank);
  k.score_scale = *b.Quant(p.a).scale * *b.Quant(p.b).scale;
  SetResidual(b, p.residual, k);
  k.scale = *b.Quant(p.c).scale / *b.Quant(p.y).scale;
  return b.Make(k, kernels::AttentionU8Kernels(), kernels::PlanAttentionU8);
}

BoundStepPtr Bind(const Binding& b, const engine::AttentionHalfT& p) {
  const engine::Axes keys = engine::AxesOf(b.Value(p.b), p.b_perm);
  kernels::AttentionHalfParams k{};
  k.half = engine::ToDType(b.Value(p.y).dtype);
  SetMatrices<uint16_t>(b, {p.y, p.y_perm}, k);
  k.depth = keys.dims[size_t(keys.rank - 2)];
  k.keys = keys.dims[size_t(keys.rank - 1)];
  k.a = HalvesOf(b, {p.a, p.a_perm}, k.batch_rank);
  k.b = HalvesOf(b, {p.b, p.b_perm}, k.batch_rank);
  k.c = HalvesOf(b, {p.c, p.c_perm}, k.batch_rank);
  SetResidual(b, p.residual, k);
  return b.Make(k, kernels::AttentionHalfKernels(), kernels::PlanAttentionHalf);
}

BoundStepPtr Bind(const Binding& b, const engine::MatMulU8T& p) {
  const engine::Axes right = engine::AxesOf(b.Value(p.b), p.b_perm);
  kernels::MatMulU8Params k{};
  SetCodes(b, {p.y, p.y_perm}, k);
  k.depth = right.dims[size_t(right.rank - 2)];
  k.a = CodesOf(b, {p.a, p.a_perm}, k.batch_rank);
  k.b = CodesOf(b, {p.b, p.b_perm}, k.batch_rank);
  k.scale = *b.Quant(p.a).scale * *b.Quant(p.b).scale / *b.Quant(p.y).scale;
  return b.Make(k, kernels::MatMulU8Kernels(), kernels::PlanMatMulU8);
}

BoundStepPtr Bind(const Binding& b, const engine::PoolT& p) {
  const engine::Image x = engine::AsImage(b.Value(p.x));
  const engine::Image y = engine::AsImage(b.Value(p.y));
  const kernels::PoolShape shape{
      .kind = kernels::PoolKind(p.kind),
      .count_include_pad = p.count_include_pad,
      .batch = x.n,
      .in_h = x.h,
      .in_w = x.w,
      .channels = x.c,
      .x_pixel_stride = x.pixel_stride,
      .out_h = y.h,
      .out_w = y.w,
      .y_pixel_stride = y.pixel_stride,
      .window = ToKernel(p.window),
  };
  if (b.Value(p.x).dtype == engine::DType::F32) {
    const kernels::PoolF32Params k{
        .shape = shape,
        .x = b.Read<float>(p.x),
        .y = b.Write<float>(p.y),
    };
    return b.Make(k, kernels::PoolF32Kernels(), kernels::PlanPoolF32);
  }
  const kernels::PoolU8Params k{
      .shape = shape,
      .x = b.Read<uint8_t>(p.x),
      .y = b.Write<uint8_t>(p.y),
      .x_quant = b.Quant(p.x),
      .y_quant = b.Quant(p.y),
  };
  return b.Make(k, kernels::PoolU8Kernels(), kernels::PlanPoolU8);
}

BoundStepPtr Bind(const Binding& b, const engine::SoftmaxT& p) {
  const engine::ValueT& x = b.Value(p.x);
  const engine::ValueT& y = b.Value(p.y);
  const auto axis = size_t(p.axis);
  const auto x_strides = engine::Strides(x);
  const auto y_strides = engine::Strides(y);
  kernels::SoftmaxF32Params k{};
  k.size = x.dims[axis];
  k.inner = 1;
  for (size_t i = axis + 1; i < x.dims.size(); ++i) k.inner *= x.dims[i];
  k.outer = engine::Elements(x) / (k.size * k.inner);
  k.x = b.Read<float>(p.x);
  k.x_axis_stride = x_strides[axis];
  if (y.dtype == engine::DType::U8) {
    k.y_codes = b.Write<uint8_t>(p.y);
    k.y_quant = b.Quant(p.y);
  } else {
    k.y = b.Write<float>(p.y);
  }
  k.y_axis_stride = y_strides[axis];
  // The axes before this one are stepped through evenly.
  k.x_outer_stride = axis == 0 ? 0 : x_strides[axis - 1];
  k.y_outer_stride = axis == 0 ? 0 : y_strides[axis - 1];
  if (p.weights != -1) k.weights = b.Read<float>(p.weights);
  return b.Make(k, kernels::SoftmaxF32Kernels(), kernels::PlanSoftmaxF32);
}

BoundStepPtr Bind(const Binding& b, const engine::LayerNormT& p) {
  const engine::ValueT& y = b.Value(p.y);
  const bool is_codes = y.dtype == engine::DType::U8;
  const Rows r = AsPixels(b.Value(p.x), y);
  const kernels::LayerNormF32Params k{
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<float>(p.x),
      .x_stride = r.x_stride,
      .y = is_codes ? nullptr : b.Write<float>(p.y),
      .y_stride = r.y_stride,
      .scale = b.Read<float>(p.scale),
      .bias = b.Read<float>(p.bias),
      .epsilon = p.epsilon,
      .y_codes = is_codes ? b.Write<uint8_t>(p.y) : nullptr,
      .y_quant = is_codes ? b.Quant(p.y) : kernels::ChannelQuant{},
  };
  return b.Make(k, kernels::LayerNormF32Kernels(), kernels::PlanLayerNormF32);
}

BoundStepPtr Bind(const Binding& b, const engine::ReduceT& p) {
  const engine::ValueT& x = b.Value(p.x);
  const engine::ValueT& y = b.Value(p.y);
  const auto x_strides = engine::Strides(x);
  const auto y_strides = engine::Strides(y);
  const bool keeps_dims = engine::Rank(y) == engine::Rank(x);
  kernels::ReduceF32Params k{};
  k.op = kernels::ReduceOp(p.op);
  for (int axis = 0; axis < engine::Rank(x); ++axis) {
    const auto at = size_t(axis);
    if (std::ranges::binary_search(p.axes, axis)) {
      k.reduced[k.reduced_rank] = x.dims[at];
      k.x_reduced_strides[k.reduced_rank++] = x_strides[at];
    } else {
      k.kept[k.kept_rank] = x.dims[at];
      k.x_kept_strides[k.kept_rank] = x_strides[at];
      k.y_strides[k.kept_rank] =
          y_strides[keeps_dims ? at : size_t(k.kept_rank)];
      ++k.kept_rank;
    }
  }
  k.x = b.Read<float>(p.x);
  k.y = b.Write<float>(p.y);
  return b.Make(k, kernels::ReduceF32Kernels(), kernels::PlanReduceF32);
}

}  // namespace octet::runtime
