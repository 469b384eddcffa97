// Steps that work element by element.
#include <algorithm>

#include "kernels/binary_f32/binary_f32.h"
#include "kernels/binary_u8/binary_u8.h"
#include "kernels/cast/cast.h"
#include "kernels/quantize/quantize.h"
#include "kernels/table_u8/table_u8.h"
#include "kernels/unary_f32/unary_f32.h"
#include "runtime/bind.h"

namespace octet::runtime {
namespace {

// engine::Validate bounds operations by these numbers.
static_assert(int(kernels::BinaryOp::kOr) == 11);
static_assert(int(kernels::BinaryU8Op::kMul) == 2);

// Strides of an operand on the axes of an output of rank `rank`, as numpy
// lines them up from the right: 0 where it is repeated.
void BroadcastStrides(const engine::ValueT& value, int rank, int64_t* strides) {
  const auto own = engine::Strides(value);
  const int missing = rank - engine::Rank(value);
  for (int axis = 0; axis < rank; ++axis) {
    const int at = axis - missing;
    const bool repeated = at < 0 || value.dims[size_t(at)] == 1;
    strides[axis] = repeated ? 0 : own[size_t(at)];
  }
}

bool IsCodes(const Binding& b, int index) {
  return b.Value(index).dtype == engine::DType::U8;
}

}  // namespace

BoundStepPtr Bind(const Binding& b, const engine::BinaryF32T& p) {
  const engine::ValueT& y = b.Value(p.y);
  kernels::BinaryF32Params k{};
  k.op = kernels::BinaryOp(p.op);
  k.after = engine::ToFunction(p.after);
  k.rank = engine::Rank(y);
  std::ranges::copy(y.dims, k.dims);
  BroadcastStrides(b.Value(p.a), k.rank, k.a_strides);
  BroadcastStrides(b.Value(p.b), k.rank, k.b_strides);
  std::ranges::copy(engine::Strides(y), k.y_strides);
  if (IsCodes(b, p.a)) {
    k.a_codes = b.Read<uint8_t>(p.a);
    k.a_quant = b.Quant(p.a);
  } else {
    k.a = b.Read<float>(p.a);
  }
  if (IsCodes(b, p.b)) {
    k.b_codes = b.Read<uint8_t>(p.b);
    k.b_quant = b.Quant(p.b);
  } else {
    k.b = b.Read<float>(p.b);
  }
  if (IsCodes(b, p.y)) {
    k.y_codes = b.Write<uint8_t>(p.y);
    k.y_quant = b.Quant(p.y);
  } else {
    k.y = b.Write<float>(p.y);
  }
  return b.Make(k, kernels::BinaryF32Kernels(), kernels::PlanBinaryF32);
}

BoundStepPtr Bind(const Binding& b, const engine::UnaryF32T& p) {
  const Rows r = AsRows(b.Value(p.x), b.Value(p.y));
  const kernels::UnaryF32Params k{
      .function = engine::ToFunction(p.function),
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<float>(p.x),
      .x_stride = r.x_stride,
      .y = b.Write<float>(p.y),
      .y_stride = r.y_stride,
  };
  return b.Make(k, kernels::UnaryF32Kernels(), kernels::PlanUnaryF32);
}

BoundStepPtr Bind(const Binding& b, const engine::BinaryU8T& p) {
  const engine::ValueT& a = b.Value(p.a);
  const engine::ValueT& other = b.Value(p.b);
  kernels::BinaryU8Params k{};
  k.op = kernels::BinaryU8Op(p.op);
  k.images = engine::Rank(a) >= 3 ? a.dims[0] : 1;
  k.pixels = engine::Pixels(a) / k.images;
  k.channels = engine::Channels(a);
  k.a = b.Read<uint8_t>(p.a);
  k.a_pixel_stride = engine::PixelStride(a);
  k.b = b.Read<uint8_t>(p.b);
  if (other.dims == a.dims) {
    k.b_pixel_stride = engine::PixelStride(other);
    k.b_image_stride = k.pixels * k.b_pixel_stride;
    k.b_channel_stride = 1;
  } else if (engine::Elements(other) > 1) {
    const bool per_image = engine::Pixels(other) > 1;
    k.b_image_stride = per_image ? engine::PixelStride(other) : 0;
    k.b_channel_stride = k.channels > 1 ? 1 : 0;
  }
  k.y = b.Write<uint8_t>(p.y);
  k.y_pixel_stride = engine::PixelStride(b.Value(p.y));
  k.a_quant = b.Quant(p.a);
  k.b_quant = b.Quant(p.b);
  k.y_quant = b.Quant(p.y);
  k.low = p.clamp_low;
  k.high = p.clamp_high;
  return b.Make(k, kernels::BinaryU8Kernels(), kernels::PlanBinaryU8);
}

BoundStepPtr Bind(const Binding& b, const engine::TableU8T& p) {
  const Rows r = AsRows(b.Value(p.x), b.Value(p.y));
  const kernels::TableU8Params k{
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<uint8_t>(p.x),
      .x_stride = r.x_stride,
      .y = b.Write<uint8_t>(p.y),
      .y_stride = r.y_stride,
      .table = b.Read<uint8_t>(p.table),
  };
  return b.Make(k, kernels::TableU8Kernels(), kernels::PlanTableU8);
}

BoundStepPtr Bind(const Binding& b, const engine::QuantizeT& p) {
  const Rows r = AsPixels(b.Value(p.x), b.Value(p.y));
  const kernels::QuantizeParams k{
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<float>(p.x),
      .x_stride = r.x_stride,
      .y = b.Write<uint8_t>(p.y),
      .y_stride = r.y_stride,
      .y_quant = b.Quant(p.y),
  };
  return b.Make(k, kernels::QuantizeKernels(), kernels::PlanQuantize);
}

BoundStepPtr Bind(const Binding& b, const engine::DequantizeT& p) {
  const Rows r = AsPixels(b.Value(p.x), b.Value(p.y));
  const kernels::DequantizeParams k{
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<uint8_t>(p.x),
      .x_stride = r.x_stride,
      .y = b.Write<float>(p.y),
      .y_stride = r.y_stride,
      .x_quant = b.Quant(p.x),
  };
  return b.Make(k, kernels::DequantizeKernels(), kernels::PlanDequantize);
}

BoundStepPtr Bind(const Binding& b, const engine::RequantizeT& p) {
  const Rows r = AsPixels(b.Value(p.x), b.Value(p.y));
  const kernels::RequantizeParams k{
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<uint8_t>(p.x),
      .x_stride = r.x_stride,
      .y = b.Write<uint8_t>(p.y),
      .y_stride = r.y_stride,
      .x_quant = b.Quant(p.x),
      .y_quant = b.Quant(p.y),
  };
  return b.Make(k, kernels::RequantizeKernels(), kernels::PlanRequantize);
}

BoundStepPtr Bind(const Binding& b, const engine::CastT& p) {
  const engine::ValueT& x = b.Value(p.x);
  const engine::ValueT& y = b.Value(p.y);
  const Rows r = AsRows(x, y);
  const kernels::CastParams k{
      .from = engine::ToDType(x.dtype),
      .to = engine::ToDType(y.dtype),
      .rows = r.rows,
      .columns = r.columns,
      .x = b.Read<void>(p.x),
      .x_stride = r.x_stride,
      .y = b.Write<void>(p.y),
      .y_stride = r.y_stride,
  };
  return b.Make(k, kernels::CastKernels(), kernels::PlanCast);
}

}  // namespace octet::runtime
