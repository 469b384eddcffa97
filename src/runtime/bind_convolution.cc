// Convolutions and matrix products with packed weights.
#include <functional>
#include <utility>

#include "kernels/conv_f32/conv_f32.h"
#include "kernels/conv_f32_winograd/conv_f32_winograd.h"
#include "kernels/conv_half/conv_half.h"
#include "kernels/conv_half_winograd/conv_half_winograd.h"
#include "kernels/conv_u8/conv_u8.h"
#include "kernels/conv_u8_winograd/conv_u8_winograd.h"
#include "kernels/depthwise_f32/depthwise_f32.h"
#include "kernels/depthwise_half/depthwise_half.h"
#include "kernels/depthwise_u8/depthwise_u8.h"
#include "kernels/epilogue/factor.h"
#include "runtime/bind.h"

namespace octet::runtime {
namespace {

using engine::AsImage;
using engine::Image;

static_assert(
    int(engine::EpilogueKind::Clamp) == int(kernels::EpilogueKind::kClamp) &&
    int(engine::EpilogueKind::Table) == int(kernels::EpilogueKind::kTable) &&
    int(engine::EpilogueKind::Float) == int(kernels::EpilogueKind::kFloat) &&
    int(engine::EpilogueKind::Add) == int(kernels::EpilogueKind::kAdd));

kernels::EpilogueU8 EpilogueOf(const Binding& b, const engine::EpilogueT& e,
                               int y) {
  kernels::EpilogueU8 k;
  k.kind = kernels::EpilogueKind(e.kind);
  k.comp = b.Read<int32_t>(e.comp);
  k.multiplier = b.Read<float>(e.multiplier);
  k.offset = b.Read<float>(e.offset);
  k.y_zero = b.Read<int32_t>(e.y_zero);
  k.clamp_low = b.Read<uint8_t>(e.clamp_low);
  k.clamp_high = b.Read<uint8_t>(e.clamp_high);
  k.table = b.Read<uint8_t>(e.table);
  k.inv_scale = b.Read<float>(e.inv_scale);
  k.before = engine::ToFunction(e.before);
  k.after = engine::ToFunction(e.after);
  if (e.residual >= 0) {
    const engine::ValueT& residual = b.Value(e.residual);
    if (residual.dtype == engine::DType::U8) {
      k.residual_u8 = b.Read<uint8_t>(e.residual);
      k.residual_scale = b.Read<float>(e.residual_scale);
      k.residual_zero = b.Read<int32_t>(e.residual_zero);
    } else {
      k.residual_f32 = b.Read<float>(e.residual);
    }
    k.residual_pixel_stride = engine::PixelStride(residual);
  }
  const engine::ValueT& out = b.Value(y);
  if (out.dtype == engine::DType::U8) {
    k.y_u8 = b.Write<uint8_t>(y);
  } else {
    k.y_f32 = b.Write<float>(y);
  }
  k.y_pixel_stride = engine::PixelStride(out);
  return k;
}

// An int8 kernel with the constants of its epilogue that no engine holds.
template <typename Params>
class BoundInt8 : public BoundKernel<Params> {
 public:
  // The parameters point into `factor`; vectors that are moved keep their
  // memory.
  BoundInt8(const Params& params, const kernels::Kernel<Params>& kernel,
            const kernels::Work& work, kernels::FactorConstants factor)
      : BoundKernel<Params>(params, kernel, work), factor_(std::move(factor)) {}

 private:
  kernels::FactorConstants factor_;
};

template <typename Params, typename Plan>
BoundStepPtr MakeInt8(const Binding& b, const Params& params,
                      kernels::FactorConstants factor,
                      kernels::KernelTable<Params> table, Plan plan) {
  return std::make_unique<BoundInt8<Params>>(params, table.Best(b.level()),
                                             plan(params, b.threads()),
                                             std::move(factor));
}

// What all families name alike.
template <typename Params, typename Step>
void SetImages(const Binding& b, const Step& p, Params& k) {
  const Image x = AsImage(b.Value(p.x));
  const Image y = AsImage(b.Value(p.y));
  k.batch = x.n;
  k.in_h = x.h;
  k.in_w = x.w;
  k.out_h = y.h;
  k.out_w = y.w;
  k.x_pixel_stride = x.pixel_stride;
  k.window = ToKernel(p.window);
}

// Element: of x, weight and residual.
template <typename Element, typename Params, typename Step>
void SetFloatTail(const Binding& b, const Step& p, Params& k) {
  k.x = b.Read<Element>(p.x);
  k.y_pixel_stride = engine::PixelStride(b.Value(p.y));
  k.weight = b.Read<Element>(p.weight);
  k.bias = b.Read<float>(p.bias);
  k.residual = b.Read<Element>(p.residual);
  if (p.residual >= 0) {
    k.residual_pixel_stride = engine::PixelStride(b.Value(p.residual));
  }
  k.before = engine::ToFunction(p.before);
  k.after = engine::ToFunction(p.after);
}

template <typename Params, typename Step>
void SetHalves(const Binding& b, const Step& p, Params& k) {
  SetFloatTail<uint16_t>(b, p, k);
  k.half = engine::ToDType(b.Value(p.x).dtype);
  k.y_is_half = b.Value(p.y).dtype != engine::DType::F32;
  k.y = b.Write<void>(p.y);
}

}  // namespace

BoundStepPtr Bind(const Binding& b, const engine::ConvU8T& p) {
  kernels::ConvU8Params k;
  SetImages(b, p, k);
  k.in_channels = engine::Channels(b.Value(p.x));
  k.out_channels = engine::Channels(b.Value(p.y));
  k.group = p.group;
  k.x = b.Read<uint8_t>(p.x);
  k.x_zero = p.x_zero;
  k.weight = b.Read<int8_t>(p.weight);
  k.weight_parts = p.weight_parts;
  k.sum_bound = p.sum_bound;
  k.epilogue = EpilogueOf(b, *p.epilogue, p.y);
  kernels::FactorConstants factor;
  kernels::UseFactor(k.epilogue, k.out_channels, factor);
  k.tile_vectors = p.tile_vectors;
  k.tile_block = p.tile_block;
  k.algorithm = kernels::ConvU8Algorithm(p.algorithm);
  if (kernels::UsesWinograd(k, b.level())) {
    return MakeInt8(b, k, std::move(factor), kernels::ConvU8WinogradKernels(),
                    std::bind_front(kernels::PlanConvU8WinogradAt, b.level()));
  }
  return MakeInt8(b, k, std::move(factor), kernels::ConvU8Kernels(),
                  std::bind_front(kernels::PlanConvU8At, b.level()));
}

BoundStepPtr Bind(const Binding& b, const engine::DepthwiseU8T& p) {
  kernels::DepthwiseU8Params k;
  SetImages(b, p, k);
  k.channels = engine::Channels(b.Value(p.x));
  k.x = b.Read<uint8_t>(p.x);
  k.x_zero = b.Read<uint8_t>(p.x_zero);
  k.weight = b.Read<int8_t>(p.weight);
  k.epilogue = EpilogueOf(b, *p.epilogue, p.y);
  kernels::FactorConstants factor;
  kernels::UseFactor(k.epilogue, k.channels, factor);
  return MakeInt8(b, k, std::move(factor), kernels::DepthwiseU8Kernels(),
                  kernels::PlanDepthwiseU8);
}

BoundStepPtr Bind(const Binding& b, const engine::ConvF32T& p) {
  kernels::ConvF32Params k{};
  SetImages(b, p, k);
  SetFloatTail<float>(b, p, k);
  k.y = b.Write<float>(p.y);
  k.in_channels = engine::Channels(b.Value(p.x));
  k.out_channels = engine::Channels(b.Value(p.y));
  k.group = p.group;
  if (kernels::UsesWinograd(k, b.level())) {
    return b.Make(k, kernels::ConvF32WinogradKernels(),
                  std::bind_front(kernels::PlanConvF32WinogradAt, b.level()));
  }
  return b.Make(k, kernels::ConvF32Kernels(), kernels::PlanConvF32);
}

BoundStepPtr Bind(const Binding& b, const engine::DepthwiseF32T& p) {
  kernels::DepthwiseF32Params k{};
  SetImages(b, p, k);
  SetFloatTail<float>(b, p, k);
  k.y = b.Write<float>(p.y);
  k.channels = engine::Channels(b.Value(p.x));
  return b.Make(k, kernels::DepthwiseF32Kernels(), kernels::PlanDepthwiseF32);
}

BoundStepPtr Bind(const Binding& b, const engine::ConvHalfT& p) {
  kernels::ConvHalfParams k{};
  SetImages(b, p, k);
  SetHalves(b, p, k);
  k.in_channels = engine::Channels(b.Value(p.x));
  k.out_channels = engine::Channels(b.Value(p.y));
  k.group = p.group;
  if (kernels::UsesWinograd(k, b.level())) {
    return b.Make(k, kernels::ConvHalfWinogradKernels(),
                  std::bind_front(kernels::PlanConvHalfWinogradAt, b.level()));
  }
  return b.Make(k, kernels::ConvHalfKernels(),
                std::bind_front(kernels::PlanConvHalfAt, b.level()));
}

BoundStepPtr Bind(const Binding& b, const engine::DepthwiseHalfT& p) {
  kernels::DepthwiseHalfParams k{};
  SetImages(b, p, k);
  SetHalves(b, p, k);
  k.channels = engine::Channels(b.Value(p.x));
  return b.Make(k, kernels::DepthwiseHalfKernels(), kernels::PlanDepthwiseHalf);
}

}  // namespace octet::runtime
