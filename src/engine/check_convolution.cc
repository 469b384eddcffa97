// What steps with a sliding window and packed weights rely on.
#include "base/checked.h"
#include "engine/packed_size.h"
#include "engine/step_check.h"
#include "engine/window_check.h"

namespace octet::engine {
namespace {

constexpr int64_t kDensePadding = 16;
constexpr int64_t kDepthwisePadding = 64;
// Two are enough for every weight that octet makes: u8 minus a zero point.
constexpr int kMaxWeightParts = 4;
constexpr int kMaxTileVectors = 4;
constexpr int kConvU8Algorithms = 3;  // kernels::ConvU8Algorithm

// A convolution's operands agree: images under a window, or rows of a matrix.
void CheckImages(StepCheck& check, const ValueT& x, const ValueT& y,
                 const std::unique_ptr<Window>& stored) {
  const Image in = AsImage(x);
  const Image out = AsImage(y);
  const bool images = Rank(x) == 4 && Rank(y) == 4;
  const bool rows = Rank(x) != 4 && Rank(y) != 4 && in.w == out.w;
  check.Require(images || rows,
                "'{}' is {} and '{}' is {}; expected two stacks of images, or "
                "as many rows in both",
                x.name, Describe(x), y.name, Describe(y));
  check.Require(in.n == out.n, "'{}' has {} images and '{}' {}", x.name, in.n,
                y.name, out.n);
  if (!check.ok()) return;
  const Window window = WindowOr1x1(stored);
  CheckWindow(check, window, in, out);
  check.Require(images || IsTrivial(window),
                "a window of {}x{} slides over '{}', which is no image",
                window.kernel_h(), window.kernel_w(), x.name);
}

void CheckGroup(StepCheck& check, int group, int64_t in, int64_t out) {
  check.Require(group >= 1 && in % group == 0 && out % group == 0,
                "{} groups do not divide {} input and {} output channels",
                group, in, out);
}

// `n` channels with their padding.
void CheckResidual(StepCheck& check, const EpilogueT& e, const ValueT& y,
                   int64_t n) {
  const bool is_sum = e.kind == EpilogueKind::Add;
  const bool is_float = e.kind == EpilogueKind::Float;
  check.Require(is_sum || is_float || e.residual == -1,
                "only a float epilogue and one that adds have a residual");
  check.Require(!is_sum || e.residual != -1,
                "there is no residual to add for '{}'", y.name);
  if (!check.ok() || e.residual == -1) return;
  const ValueT& residual =
      is_sum ? check.Read("residual", e.residual, {DType::U8})
             : check.Read("residual", e.residual, {DType::U8, DType::F32});
  check.SameDims(residual, y);
  if (!check.ok() || residual.dtype == DType::F32) return;
  check.Constant("residual_scale", e.residual_scale, DType::F32, n);
  if (is_sum) return;
  check.Constant("residual_zero", e.residual_zero, DType::S32, n);
}

void CheckEpilogue(StepCheck& check, const EpilogueT* e, const ValueT& y,
                   int64_t padding) {
  check.Require(e != nullptr, "there is no epilogue");
  if (!check.ok()) return;
  const int64_t n = RoundUp(Channels(y), padding);
  const bool to_u8 = y.dtype == DType::U8;
  check.Require(e->kind <= EpilogueKind::MAX, "epilogue {} does not exist",
                int(e->kind));
  check.Require(to_u8 || e->kind == EpilogueKind::Float,
                "only a float epilogue can make '{}', which is f32", y.name);
  check.Constant("comp", e->comp, DType::S32, n);
  check.Constant("multiplier", e->multiplier, DType::F32, n);
  check.Constant("offset", e->offset, DType::F32, n);
  if (to_u8) check.Constant("y_zero", e->y_zero, DType::S32, n);
  if (to_u8 && e->kind != EpilogueKind::Table) {
    check.Constant("clamp_low", e->clamp_low, DType::U8, n);
    check.Constant("clamp_high", e->clamp_high, DType::U8, n);
  }
  if (e->kind == EpilogueKind::Table) {
    check.Constant("table", e->table, DType::U8, 256);
  }
  if (e->kind == EpilogueKind::Float) {
    if (to_u8) check.Constant("inv_scale", e->inv_scale, DType::F32, n);
    check.ValidFunction("before", e->before);
    check.ValidFunction("after", e->after);
  }
  CheckResidual(check, *e, y, n);
}

template <typename P>
void CheckFloatTail(StepCheck& check, const P& p, const ValueT& y,
                    DType residual) {
  check.OptionalConstant("bias", p.bias, DType::F32, Channels(y));
  check.OptionalResidual(p.residual, y, {residual});
  check.ValidFunction("before", p.before);
  check.ValidFunction("after", p.after);
}

// x and y of a step on halves; the first decides on the format of all.
struct Halves {
  const ValueT& x;
  const ValueT& y;
};
template <typename P>
Halves CheckHalves(StepCheck& check, const P& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F16, DType::BF16});
  const ValueT& y = check.Write("y", p.y, {DType::F32, x.dtype});
  CheckImages(check, x, y, p.window);
  return {x, y};
}

}  // namespace

void Check(StepCheck& check, const ConvU8T& p) {
  const ValueT& x = check.Read("x", p.x, {DType::U8});
  const ValueT& y = check.Write("y", p.y, {DType::U8, DType::F32});
  CheckImages(check, x, y, p.window);
  CheckGroup(check, p.group, Channels(x), Channels(y));
  check.Require(p.weight_parts >= 1 && p.weight_parts <= kMaxWeightParts,
                "weights come in {} parts, at most {} are known",
                p.weight_parts, kMaxWeightParts);
  check.Require(p.tile_vectors >= 0 && p.tile_vectors <= kMaxTileVectors,
                "tile_vectors is {}, at most {} exist", p.tile_vectors,
                kMaxTileVectors);
  check.Require(p.tile_block >= 0, "tile_block is {}", p.tile_block);
  check.Require(p.algorithm < kConvU8Algorithms,
                "algorithm is {}, only {} exist", p.algorithm,
                kConvU8Algorithms);
  if (!check.ok()) return;
  check.Constant("weight", p.weight, DType::S8,
                 PackedConvU8Size(Channels(y), Channels(x), p.group,
                                  WindowOr1x1(p.window), p.weight_parts));
  CheckEpilogue(check, p.epilogue.get(), y, kDensePadding);
}

void Check(StepCheck& check, const DepthwiseU8T& p) {
  const ValueT& x = check.Read("x", p.x, {DType::U8});
  const ValueT& y = check.Write("y", p.y, {DType::U8, DType::F32});
  CheckImages(check, x, y, p.window);
  CheckSameChannels(check, x, y);
  if (!check.ok()) return;
  check.Constant("weight", p.weight, DType::S8,
                 PackedDepthwiseSize(Channels(x), WindowOr1x1(p.window),
                                     kDepthwisePadding));
  check.Constant("x_zero", p.x_zero, DType::U8,
                 RoundUp(Channels(x), kDepthwisePadding));
  CheckEpilogue(check, p.epilogue.get(), y, kDepthwisePadding);
}

void Check(StepCheck& check, const ConvF32T& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  const ValueT& y = check.Write("y", p.y, {DType::F32});
  CheckImages(check, x, y, p.window);
  CheckGroup(check, p.group, Channels(x), Channels(y));
  if (!check.ok()) return;
  check.Constant("weight", p.weight, DType::F32,
                 PackedConvF32Size(Channels(y), Channels(x), p.group,
                                   WindowOr1x1(p.window)));
  CheckFloatTail(check, p, y, DType::F32);
}

void Check(StepCheck& check, const DepthwiseF32T& p) {
  const ValueT& x = check.Read("x", p.x, {DType::F32});
  const ValueT& y = check.Write("y", p.y, {DType::F32});
  CheckImages(check, x, y, p.window);
  CheckSameChannels(check, x, y);
  if (!check.ok()) return;
  check.Constant(
      "weight", p.weight, DType::F32,
      PackedDepthwiseSize(Channels(x), WindowOr1x1(p.window), kDensePadding));
  CheckFloatTail(check, p, y, DType::F32);
}

void Check(StepCheck& check, const ConvHalfT& p) {
  const auto [x, y] = CheckHalves(check, p);
  CheckGroup(check, p.group, Channels(x), Channels(y));
  if (!check.ok()) return;
  check.Constant("weight", p.weight, x.dtype,
                 PackedConvHalfSize(Channels(y), Channels(x), p.group,
                                    WindowOr1x1(p.window)));
  CheckFloatTail(check, p, y, x.dtype);
}

void Check(StepCheck& check, const DepthwiseHalfT& p) {
  const auto [x, y] = CheckHalves(check, p);
  CheckSameChannels(check, x, y);
  if (!check.ok()) return;
  check.Constant(
      "weight", p.weight, x.dtype,
      PackedDepthwiseSize(Channels(x), WindowOr1x1(p.window), kDensePadding));
  CheckFloatTail(check, p, y, x.dtype);
}

}  // namespace octet::engine
