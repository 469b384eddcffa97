// What only moves data.
#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "compile/ir/dims.h"
#include "compile/onnx/operators.h"
#include "compile/onnx/shape_inputs.h"

namespace octet::compile {
namespace {

Result<int64_t> AxisOf(const GraphBuilder& builder, const OnnxNode& node,
                       int64_t axis) {
  const Value& x = builder.value(node.In(0));
  const int64_t rank = x.shape.rank();
  if (!x.has_shape) {
    return node.Cannot("an input of unknown rank; export with fixed shapes");
  }
  if (axis < -rank || axis >= rank) {
    return node.Bad("axis {} of a value with {} dimensions", axis, rank);
  }
  return axis < 0 ? axis + rank : axis;
}

// The sizes of a Split's parts.
Result<std::vector<int64_t>> SplitSizes(GraphBuilder& builder,
                                        const OnnxNode& node, int64_t dim) {
  const int64_t parts = int64_t(node.outputs());
  if (node.Has(1)) {
    const auto numbers = builder.Numbers(node.In(1));
    if (!numbers) {
      return node.Cannot("sizes that are not constant; export fixed ones");
    }
    return *numbers;
  }
  const std::vector<int64_t> sizes = node.Ints("split", {});
  if (!sizes.empty()) return sizes;
  if (!IsNumber(dim)) {
    return node.Cannot(
        "equal parts of a symbolic size; give the size of the "
        "input's dimensions");
  }
  const bool uneven = node.HasAttribute("num_outputs");
  if (node.Int("num_outputs", parts) != parts) {
    return node.Bad("num_outputs differs from its {} outputs", parts);
  }
  if (!uneven && dim % parts != 0) {
    return node.Bad("{} elements in {} equal parts", dim, parts);
  }
  // The last part is smaller where they cannot all be equal.
  const int64_t size = (dim + parts - 1) / parts;
  std::vector<int64_t> result(size_t(parts), size);
  result.back() = dim - size * (parts - 1);
  return result;
}

Status CheckSplit(const OnnxNode& node, const std::vector<int64_t>& sizes,
                  int64_t dim) {
  if (sizes.size() != node.outputs()) {
    return node.Bad("{} sizes for {} outputs", sizes.size(), node.outputs());
  }
  int64_t sum = 0;
  for (int64_t size : sizes) {
    if (size < 0 || size > kMostElements)
      return node.Bad("a part of size {}, expected 0 to 2^32", size);
    sum += size;
  }
  if (IsNumber(dim) && sum != dim) {
    return node.Bad("sizes sum to {}, its axis has {}", sum, dim);
  }
  return {};
}

// The three numbers of a block rearrangement.
struct Blocks {
  int64_t size, channels, height, width;
};

Result<Blocks> ReadBlocks(const GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  const int64_t size = node.Int("blocksize", 0);
  if (size < 1 || size > 4096)
    return node.Bad("blocksize is {}, expected 1 to 4096", size);
  if (!x.has_shape || x.shape.rank() != 4)
    return node.Bad("its input is no image [N, C, H, W]");
  const Blocks blocks{size, x.shape[1], x.shape[2], x.shape[3]};
  if (!IsNumber(blocks.channels) || !IsNumber(blocks.height) ||
      !IsNumber(blocks.width)) {
    return node.Cannot(
        "an image of symbolic size; give the size of the "
        "input's dimensions");
  }
  return blocks;
}

// Reshape, Transpose, Reshape.
Status Rearrange(GraphBuilder& builder, const OnnxNode& node,
                 std::vector<int64_t> apart, std::vector<int64_t> perm,
                 std::vector<int64_t> together) {
  OCTET_ASSIGN(const ValueId blocks,
               builder.Emit(Reshape{std::move(apart)}, {node.In(0)}, "apart"));
  OCTET_ASSIGN(const ValueId moved,
               builder.Emit(Transpose{std::move(perm)}, {blocks}, "", "moved"));
  return builder.EmitOutput(Reshape{std::move(together)}, {moved}, "together");
}

}  // namespace

Status ImportConcat(GraphBuilder& builder, const OnnxNode& node) {
  if (!node.HasAttribute("axis"))
    return node.Bad("attribute 'axis' is missing; say what is joined");
  std::vector<ValueId> inputs;
  for (size_t i = 0; i < node.inputs(); ++i) inputs.push_back(node.In(i));
  return builder.EmitOutput(Concat{node.Int("axis", 0)}, std::move(inputs));
}

Status ImportSplit(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const int64_t axis, AxisOf(builder, node, node.Int("axis", 0)));
  const int rank = builder.shape(node.In(0)).rank();
  const int64_t dim = builder.shape(node.In(0))[int(axis)];
  OCTET_ASSIGN(const std::vector<int64_t> sizes,
               SplitSizes(builder, node, dim));
  OCTET_RETURN_IF_ERROR(CheckSplit(node, sizes, dim));
  int64_t start = 0;
  for (size_t i = 0; i < sizes.size(); ++i) {
    Slice slice{std::vector<int64_t>(size_t(rank), 0),
                std::vector<int64_t>(size_t(rank), -1),
                std::vector<int64_t>(size_t(rank), 1)};
    slice.starts[size_t(axis)] = start;
    slice.sizes[size_t(axis)] = sizes[i];
    start += sizes[i];
    if (node.OutputName(i).empty()) continue;
    OCTET_RETURN_IF_ERROR(builder.EmitOutput(std::move(slice), {node.In(0)},
                                             std::to_string(i), i));
  }
  return {};
}

Status ImportSlice(GraphBuilder& builder, const OnnxNode& node) {
  std::vector<ValueId> inputs = {node.In(0)};
  if (node.opset() >= 10) {
    if (!node.Has(1) || !node.Has(2))
      return node.Bad("no starts or no ends; both are inputs since opset 10");
    for (size_t i = 1; i < node.inputs(); ++i) {
      OCTET_ASSIGN(const ValueId input, AsS64(builder, node.In(i)));
      inputs.push_back(input);
    }
  } else {
    const std::vector<int64_t> starts = node.Ints("starts", {});
    inputs.push_back(builder.Ints(starts));
    inputs.push_back(builder.Ints(node.Ints("ends", {})));
    if (node.HasAttribute("axes")) {
      inputs.push_back(builder.Ints(node.Ints("axes", {})));
    }
  }
  return builder.EmitOutput(Slice{}, std::move(inputs));
}

Status ImportPad(GraphBuilder& builder, const OnnxNode& node) {
  Pad pad;
  const std::string mode = node.String("mode", "constant");
  if (mode == "reflect") pad.mode = PadMode::kReflect;
  if (mode == "edge") pad.mode = PadMode::kEdge;
  if (mode != "constant" && mode != "reflect" && mode != "edge") {
    return node.Cannot("mode '{}'; use constant, reflect or edge", mode);
  }
  if (node.opset() < 11) {
    const std::vector<int64_t> pads = node.Ints("pads", {});
    const size_t rank = pads.size() / 2;
    pad.before.assign(pads.begin(), pads.begin() + std::ptrdiff_t(rank));
    pad.after.assign(pads.begin() + std::ptrdiff_t(rank), pads.end());
    pad.value = node.Float("value", 0);
    return builder.EmitOutput(std::move(pad), {node.In(0)});
  }
  if (!node.Has(1))
    return node.Bad("no pads; they are an input since opset 11");
  std::vector<ValueId> inputs = {node.In(0)};
  for (size_t i = 1; i < node.inputs(); ++i) {
    ValueId input = node.In(i);
    if (i != 2) {
      OCTET_ASSIGN(input, AsS64(builder, input));
    }
    inputs.push_back(input);
  }
  return builder.EmitOutput(std::move(pad), std::move(inputs));
}

Status ImportGather(GraphBuilder& builder, const OnnxNode& node) {
  return builder.EmitOutput(Gather{node.Int("axis", 0)},
                            {node.In(0), node.In(1)});
}

Status ImportTranspose(GraphBuilder& builder, const OnnxNode& node) {
  const Value& x = builder.value(node.In(0));
  std::vector<int64_t> reversed;
  for (int axis = x.shape.rank() - 1; axis >= 0; --axis) {
    reversed.push_back(axis);
  }
  if (!x.has_shape && !node.HasAttribute("perm")) {
    return node.Cannot("an input of unknown rank; export with fixed shapes");
  }
  return builder.EmitOutput(Transpose{node.Ints("perm", std::move(reversed))},
                            {node.In(0)});
}

Status ImportTile(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const ValueId repeats, AsS64(builder, node.In(1)));
  return builder.EmitOutput(Tile{}, {node.In(0), repeats});
}

Status ImportDepthToSpace(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const Blocks b, ReadBlocks(builder, node));
  const std::string mode = node.String("mode", "DCR");
  const int64_t depth = b.channels / (b.size * b.size);
  if (depth * b.size * b.size != b.channels || depth == 0) {
    return node.Bad("{} channels in blocks of {}", b.channels, b.size);
  }
  const std::vector<int64_t> together = {0, depth, b.height * b.size,
                                         b.width * b.size};
  if (mode == "DCR") {
    return Rearrange(builder, node,
                     {0, b.size, b.size, depth, b.height, b.width},
                     {0, 3, 4, 1, 5, 2}, together);
  }
  if (mode != "CRD") return node.Bad("mode '{}'", mode);
  return Rearrange(builder, node, {0, depth, b.size, b.size, b.height, b.width},
                   {0, 1, 4, 2, 5, 3}, together);
}

Status ImportSpaceToDepth(GraphBuilder& builder, const OnnxNode& node) {
  OCTET_ASSIGN(const Blocks b, ReadBlocks(builder, node));
  if (b.height % b.size != 0 || b.width % b.size != 0) {
    return node.Bad("an image of {} by {} in blocks of {}", b.height, b.width,
                    b.size);
  }
  const int64_t height = b.height / b.size, width = b.width / b.size;
  return Rearrange(
      builder, node, {0, b.channels, height, b.size, width, b.size},
      {0, 3, 5, 1, 2, 4}, {0, b.channels * b.size * b.size, height, width});
}

}  // namespace octet::compile
