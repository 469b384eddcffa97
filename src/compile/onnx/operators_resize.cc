#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"

namespace octet::compile {
namespace {

template <typename T>
struct Named {
  std::string_view name;
  T value;
};
constexpr Named<ResizeCoordinates> kCoordinates[] = {
    {"half_pixel", ResizeCoordinates::kHalfPixel},
    {"asymmetric", ResizeCoordinates::kAsymmetric},
    {"align_corners", ResizeCoordinates::kAlignCorners},
    {"pytorch_half_pixel", ResizeCoordinates::kPytorchHalfPixel},
};
constexpr Named<NearestRounding> kRoundings[] = {
    {"round_prefer_floor", NearestRounding::kRoundPreferFloor},
    {"round_prefer_ceil", NearestRounding::kRoundPreferCeil},
    {"floor", NearestRounding::kFloor},
    {"ceil", NearestRounding::kCeil},
};

template <typename T, size_t N>
std::optional<T> FindNamed(const Named<T> (&rows)[N], std::string_view name) {
  for (const Named<T>& row : rows) {
    if (row.name == name) return row.value;
  }
  return std::nullopt;
}

// The attributes that only some opsets have, all in one.
Result<Resize> ReadResize(const OnnxNode& node) {
  Resize resize;
  const std::string mode = node.String("mode", "nearest");
  if (mode != "nearest" && mode != "linear" && mode != "bilinear") {
    return node.Cannot("mode '{}'; use nearest or linear", mode);
  }
  resize.mode = mode == "nearest" ? ResizeMode::kNearest : ResizeMode::kLinear;
  if (node.type() == "Upsample" || node.opset() < 11) {
    resize.coordinates = ResizeCoordinates::kAsymmetric;
    resize.rounding = NearestRounding::kFloor;
    return resize;
  }
  const std::string coordinates =
      node.String("coordinate_transformation_mode", "half_pixel");
  const std::string rounding =
      node.String("nearest_mode", "round_prefer_floor");
  const std::string policy = node.String("keep_aspect_ratio_policy", "stretch");
  // Only cubic interpolation and cropping read these.
  static_cast<void>(node.Float("cubic_coeff_a", -0.75f));
  static_cast<void>(node.Float("extrapolation_value", 0));
  const auto known_coordinates = FindNamed(kCoordinates, coordinates);
  const auto known_rounding = FindNamed(kRoundings, rounding);
  if (!known_coordinates) {
    return node.Cannot(
        "coordinate_transformation_mode '{}'; use half_pixel, asymmetric, "
        "align_corners or pytorch_half_pixel",
        coordinates);
  }
  if (!known_rounding)
    return node.Bad(
        "nearest_mode is '{}', expected round_prefer_floor, round_prefer_ceil, "
        "floor or ceil",
        rounding);
  if (policy != "stretch" || node.Int("antialias", 0) != 0 ||
      node.Int("exclude_outside", 0) != 0) {
    return node.Cannot(
        "antialias, exclude_outside or keep_aspect_ratio_policy; resize "
        "without them");
  }
  resize.coordinates = *known_coordinates;
  resize.rounding = *known_rounding;
  return resize;
}

// Where height and width stand in the scales or sizes input.
Result<std::array<size_t, 2>> ImageEntries(const OnnxNode& node) {
  const std::vector<int64_t> axes = node.Ints("axes", {0, 1, 2, 3});
  std::array<size_t, 2> at = {axes.size(), axes.size()};
  for (size_t i = 0; i < axes.size(); ++i) {
    const int64_t axis = axes[i] < 0 ? axes[i] + 4 : axes[i];
    if (axis < 0 || axis > 3) return node.Bad("axis {} of an image", axes[i]);
    if (axis >= 2) at[size_t(axis - 2)] = i;
  }
  return at;
}

bool IsGiven(const GraphBuilder& builder, const OnnxNode& node, size_t i) {
  if (!node.Has(i)) return false;
  const Value& value = builder.value(node.In(i));
  return !value.has_shape || value.shape.rank() != 1 || value.shape[0] != 0;
}

// Scales of height and width from those of [N, C, H, W], or of the axes given.
Result<std::array<double, 2>> ImageScales(const OnnxNode& node,
                                          std::span<const float> scales) {
  const size_t axes = node.Ints("axes", {0, 1, 2, 3}).size();
  if (scales.size() != axes) {
    return node.Bad("{} scales, expected one for each of {} axes",
                    scales.size(), axes);
  }
  OCTET_ASSIGN(const auto at, ImageEntries(node));
  std::array<double, 2> found = {1, 1};
  for (size_t i = 0; i < scales.size(); ++i) {
    if (i == at[0]) {
      found[0] = double(scales[i]);
    } else if (i == at[1]) {
      found[1] = double(scales[i]);
    } else if (scales[i] != 1) {
      return node.Cannot(
          "a scale of {} for batch or channels; octet resizes "
          "height and width",
          scales[i]);
    }
  }
  return found;
}

// Before opset 11 sampling rounds down where it enlarges and up where not.
Status RoundAsBefore11(const OnnxNode& node, Resize& resize) {
  const bool shrinks[] = {resize.scales[0] < 1, resize.scales[1] < 1};
  if (shrinks[0] != shrinks[1] && resize.scales[0] != 1 &&
      resize.scales[1] != 1) {
    return node.Cannot(
        "one axis enlarged and the other one made smaller; "
        "export with opset 11 or later");
  }
  if (shrinks[0] || shrinks[1]) resize.rounding = NearestRounding::kCeil;
  return {};
}

Status FinishResize(GraphBuilder& builder, const OnnxNode& node, Resize resize,
                    std::vector<ValueId> more_inputs) {
  OCTET_ASSIGN(const ValueId image, builder.ToNhwc(node.In(0)));
  std::vector<ValueId> inputs = {image};
  inputs.insert(inputs.end(), more_inputs.begin(), more_inputs.end());
  OCTET_ASSIGN(const ValueId y,
               builder.Emit(resize, std::move(inputs), "", "nhwc"));
  return builder.OutputFromNhwc(y);
}

Status ResizeByScales(GraphBuilder& builder, const OnnxNode& node,
                      Resize resize, ValueId scales) {
  const Value& value = builder.value(scales);
  if (!value.is_constant() || value.dtype != DType::kF32) {
    OCTET_ASSIGN(const auto at, ImageEntries(node));
    OCTET_ASSIGN(
        const ValueId image_scales,
        builder.Emit(Gather{0},
                     {scales, builder.Ints({int64_t(at[0]), int64_t(at[1])})},
                     "scales"));
    return FinishResize(builder, node, resize, {image_scales});
  }
  OCTET_ASSIGN(resize.scales, ImageScales(node, value.data->as<float>()));
  if (node.opset() < 11) {
    OCTET_RETURN_IF_ERROR(RoundAsBefore11(node, resize));
  }
  return FinishResize(builder, node, resize, {});
}

// Batch and channels must keep their size.
Status CheckSizes(const GraphBuilder& builder, const OnnxNode& node,
                  const std::vector<int64_t>& sizes,
                  const std::array<size_t, 2>& at) {
  const std::vector<int64_t> axes = node.Ints("axes", {0, 1, 2, 3});
  if (sizes.size() != axes.size()) {
    return node.Bad("{} sizes, expected one for each of {} axes", sizes.size(),
                    axes.size());
  }
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (i == at[0] || i == at[1]) continue;
    const int axis = int(axes[i] < 0 ? axes[i] + 4 : axes[i]);
    if (CanBeEqual(builder.shape(node.In(0))[axis], sizes[i])) continue;
    return node.Cannot(
        "a size of {} for axis {}; octet resizes height and "
        "width",
        sizes[i], axis);
  }
  return {};
}

Status ResizeBySizes(GraphBuilder& builder, const OnnxNode& node, Resize resize,
                     ValueId sizes) {
  OCTET_ASSIGN(const auto at, ImageEntries(node));
  const size_t count = node.Ints("axes", {0, 1, 2, 3}).size();
  if (at[0] == count || at[1] == count) {
    return node.Cannot("sizes of one axis only; give height and width");
  }
  ValueId image_sizes;
  if (const auto numbers = builder.Numbers(sizes)) {
    OCTET_RETURN_IF_ERROR(CheckSizes(builder, node, *numbers, at));
    image_sizes = builder.Ints({(*numbers)[at[0]], (*numbers)[at[1]]});
  } else {
    OCTET_ASSIGN(
        image_sizes,
        builder.Emit(Gather{0},
                     {sizes, builder.Ints({int64_t(at[0]), int64_t(at[1])})},
                     "sizes"));
  }
  return FinishResize(builder, node, resize, {kNoValue, image_sizes});
}

Status CheckImage(const GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  if (x.has_shape && x.shape.rank() == 4) return {};
  return node.Cannot(
      "an input of {} dimensions; octet resizes images "
      "[N, C, H, W]",
      x.shape.rank());
}

}  // namespace

Status ImportResize(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(CheckImage(builder, node));
  OCTET_ASSIGN(const Resize resize, ReadResize(node));
  const size_t scales = node.opset() < 11 ? 1 : 2;
  if (IsGiven(builder, node, 3)) {
    return ResizeBySizes(builder, node, resize, node.In(3));
  }
  if (!IsGiven(builder, node, scales)) {
    return node.Bad("neither scales nor sizes; give one of them");
  }
  return ResizeByScales(builder, node, resize, node.In(scales));
}

Status ImportUpsample(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_RETURN_IF_ERROR(CheckImage(builder, node));
  OCTET_ASSIGN(Resize resize, ReadResize(node));
  if (node.opset() >= 9) {
    if (!node.Has(1))
      return node.Bad("no scales; they are the second input since opset 9");
    return ResizeByScales(builder, node, resize, node.In(1));
  }
  const std::vector<float> scales = node.Floats("scales");
  OCTET_ASSIGN(resize.scales, ImageScales(node, scales));
  OCTET_RETURN_IF_ERROR(RoundAsBefore11(node, resize));
  return FinishResize(builder, node, resize, {});
}

}  // namespace octet::compile
