// Steps that only move elements.
#include <algorithm>

#include "base/error.h"
#include "kernels/fill/fill.h"
#include "kernels/gather/gather.h"
#include "kernels/resize/resize.h"
#include "kernels/strided_copy/strided_copy.h"
#include "runtime/bind.h"

namespace octet::runtime {
namespace {

// engine::Validate bounds a resize's choices by these numbers.
static_assert(int(kernels::ResizeMode::kLinear) == 1);
static_assert(int(kernels::ResizeCoordinates::kPytorchHalfPixel) == 3);
static_assert(int(kernels::NearestRounding::kCeil) == 3);

// Indices may come from an input.
class BoundGather : public BoundKernel<kernels::GatherParams> {
 public:
  BoundGather(const kernels::GatherParams& params,
              const kernels::Kernel<kernels::GatherParams>& kernel,
              const kernels::Work& work, std::string_view indices)
      : BoundKernel(params, kernel, work), indices_(indices) {}

  Status CheckData() const override {
    if (kernels::GatherIndicesInRange(params())) return {};
    return BadInput("'{}' holds an index outside [-{}, {})", indices_,
                    params().size, params().size);
  }

 private:
  std::string_view indices_;  // name, in the engine
};

}  // namespace

BoundStepPtr Bind(const Binding& b, const engine::StridedCopyT& p) {
  const int64_t bytes = b.ElementBytes(p.x);
  kernels::StridedCopyParams k{};
  k.element_bytes = bytes;
  k.rank = int(p.extents.size());
  std::ranges::copy(p.extents, k.extents);
  std::ranges::copy(p.x_strides, k.x_strides);
  std::ranges::copy(p.y_strides, k.y_strides);
  k.x = b.Read<std::byte>(p.x) + p.x_offset * bytes;
  k.y = b.Write<std::byte>(p.y) + p.y_offset * bytes;
  return b.Make(k, kernels::StridedCopyKernels(), kernels::PlanStridedCopy);
}

BoundStepPtr Bind(const Binding& b, const engine::FillT& p) {
  const engine::ValueT& y = b.Value(p.y);
  const Rows r = AsRows(y, y);
  const kernels::FillParams k{
      .element_bytes = b.ElementBytes(p.y),
      .bits = p.bits,
      .rows = r.rows,
      .columns = r.columns,
      .y = b.Write<void>(p.y),
      .y_stride = r.y_stride,
  };
  return b.Make(k, kernels::FillKernels(), kernels::PlanFill);
}

BoundStepPtr Bind(const Binding& b, const engine::GatherT& p) {
  const engine::ValueT& x = b.Value(p.x);
  const engine::ValueT& indices = b.Value(p.indices);
  kernels::GatherParams k{};
  k.element_bytes = b.ElementBytes(p.x);
  k.size = x.dims[size_t(p.axis)];
  k.inner = 1;
  for (size_t i = size_t(p.axis) + 1; i < x.dims.size(); ++i) {
    k.inner *= x.dims[i];
  }
  k.outer = engine::Elements(x) / (k.size * k.inner);
  k.count = engine::Elements(indices);
  k.index_bytes = b.ElementBytes(p.indices);
  k.indices = b.Read<void>(p.indices);
  k.x = b.Read<void>(p.x);
  k.y = b.Write<void>(p.y);
  return std::make_unique<BoundGather>(
      k, kernels::GatherKernels().Best(b.level()),
      kernels::PlanGather(k, b.threads()), indices.name);
}

BoundStepPtr Bind(const Binding& b, const engine::ResizeT& p) {
  const engine::Image x = engine::AsImage(b.Value(p.x));
  const engine::Image y = engine::AsImage(b.Value(p.y));
  kernels::ResizeParams k{};
  k.mode = kernels::ResizeMode(p.mode);
  k.coordinates = kernels::ResizeCoordinates(p.coordinates);
  k.rounding = kernels::NearestRounding(p.rounding);
  k.scale_h = float(p.scale_h);
  k.scale_w = float(p.scale_w);
  k.element_bytes = b.ElementBytes(p.x);
  k.batch = x.n;
  k.in_h = x.h;
  k.in_w = x.w;
  k.channels = x.c;
  k.x_pixel_stride = x.pixel_stride;
  k.out_h = y.h;
  k.out_w = y.w;
  k.y_pixel_stride = y.pixel_stride;
  k.x = b.Read<void>(p.x);
  k.y = b.Write<void>(p.y);
  return b.Make(k, kernels::ResizeKernels(), kernels::PlanResize);
}

}  // namespace octet::runtime
