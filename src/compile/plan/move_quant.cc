#include "compile/plan/move_quant.h"

#include <numeric>

namespace octet::compile {
namespace {

int64_t ChannelCount(const Shape& shape, int channel_axis) {
  int64_t n = 1;
  for (int i = channel_axis; i < shape.rank(); ++i) n *= shape[i];
  return n;
}

ChannelMap Identity(const Shape& shape, int channel_axis) {
  ChannelMap map{channel_axis, {}};
  for (int64_t c = 0; c < ChannelCount(shape, channel_axis); ++c) {
    map.sources.push_back({0, c});
  }
  return map;
}

// A reshape keeps channels if the elements before them stay together.
std::optional<ChannelMap> MapReshape(const Shape& x, const Shape& y, int axis) {
  const int64_t channels = ChannelCount(x, axis);
  int64_t inner = 1;
  int y_axis = y.rank();
  while (y_axis > 0 && inner < channels) inner *= y[--y_axis];
  if (inner != channels || y_axis == y.rank()) return std::nullopt;
  return Identity(y, y_axis);
}

std::optional<ChannelMap> MapTranspose(const Transpose& op, const Shape& x,
                                       const Shape& y, int axis) {
  for (int i = 0; i < axis; ++i) {
    if (op.perm[i] >= axis) return std::nullopt;
  }
  ChannelMap map{axis, {}};
  const int64_t channels = ChannelCount(y, axis);
  for (int64_t c = 0; c < channels; ++c) {
    // Index of output channel c along each output axis, moved to the input's.
    std::vector<int64_t> index(x.rank());
    int64_t rest = c;
    for (int i = y.rank() - 1; i >= axis; --i) {
      index[op.perm[i]] = rest % y[i];
      rest /= y[i];
    }
    int64_t source = 0;
    for (int i = axis; i < x.rank(); ++i) source = source * x[i] + index[i];
    map.sources.push_back({0, source});
  }
  return map;
}

std::optional<ChannelMap> MapSlice(const Slice& op, const Shape& x,
                                   const Shape& y, int axis) {
  ChannelMap map{axis, {}};
  for (int64_t c = 0; c < ChannelCount(y, axis); ++c) {
    int64_t rest = c, source = 0, stride = 1;
    for (int i = y.rank() - 1; i >= axis; --i) {
      source += (op.starts[i] + rest % y[i] * op.steps[i]) * stride;
      rest /= y[i];
      stride *= x[i];
    }
    map.sources.push_back({0, source});
  }
  return map;
}

std::optional<ChannelMap> MapConcat(const Graph& graph, const Node& node,
                                    const std::vector<int>& axes) {
  const Concat& op = std::get<Concat>(node.op);
  const int rank = graph.values[node.outputs[0]].shape.rank();
  ChannelMap map{rank - 1, {}};
  if (op.axis != rank - 1) return std::nullopt;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (axes[i] != rank - 1) return std::nullopt;
    const int64_t n = graph.values[node.inputs[i]].shape[rank - 1];
    for (int64_t c = 0; c < n; ++c) map.sources.push_back({int(i), c});
  }
  return map;
}

// Picks along one of the channel axes; a scalar index drops that axis.
std::optional<ChannelMap> MapGather(const Graph& graph, const Node& node,
                                    const Shape& x, const Shape& y, int axis) {
  const int picked = int(std::get<Gather>(node.op).axis);
  const Value& indices = graph.values[node.inputs[1]];
  if (!indices.is_constant() || indices.dtype != DType::kS64 ||
      indices.shape.rank() > 1) {
    return std::nullopt;
  }
  const int dropped = 1 - indices.shape.rank();
  if (picked < axis) return Identity(y, axis - dropped);
  if (axis >= y.rank()) return std::nullopt;
  const auto index = indices.data->as<int64_t>();
  ChannelMap map{axis, {}};
  for (int64_t c = 0; c < ChannelCount(y, axis); ++c) {
    int64_t rest = c, source = 0, stride = 1;
    for (int i = x.rank() - 1; i >= axis; --i) {
      int64_t at = 0;
      if (i == picked && dropped == 1) {
        at = index[0];
      } else {
        const int64_t n = i == picked ? int64_t(index.size()) : x[i];
        at = i == picked ? index[size_t(rest % n)] : rest % n;
        rest /= n;
      }
      source += (at < 0 ? at + x[i] : at) * stride;
      stride *= x[i];
    }
    map.sources.push_back({0, source});
  }
  return map;
}

bool SpatialOnly(const Pad& pad, int axis) {
  for (size_t i = size_t(axis); i < pad.before.size(); ++i) {
    if (pad.before[i] != 0 || pad.after[i] != 0) return false;
  }
  return true;
}

}  // namespace

bool IsMover(const Node& node) {
  if (const Pool* pool = std::get_if<Pool>(&node.op)) {
    return pool->op == PoolOp::kMax;
  }
  if (const Resize* resize = std::get_if<Resize>(&node.op)) {
    return resize->mode == ResizeMode::kNearest;
  }
  if (const Pad* pad = std::get_if<Pad>(&node.op)) {
    return pad->mode != PadMode::kConstant || pad->value == 0;
  }
  return std::holds_alternative<Transpose>(node.op) ||
         std::holds_alternative<Reshape>(node.op) ||
         std::holds_alternative<Slice>(node.op) ||
         std::holds_alternative<Concat>(node.op) ||
         std::holds_alternative<Expand>(node.op) ||
         std::holds_alternative<Tile>(node.op) ||
         std::holds_alternative<Gather>(node.op);
}

std::optional<ChannelMap> MapChannels(const Graph& graph, const Node& node,
                                      const std::vector<int>& channel_axes) {
  const Shape& x = graph.values[node.inputs[0]].shape;
  const Shape& y = graph.values[node.outputs[0]].shape;
  const int axis = channel_axes[0];
  if (axis < 0) return std::nullopt;
  if (std::holds_alternative<Pool>(node.op) ||
      std::holds_alternative<Resize>(node.op)) {
    return Identity(y, axis);
  }
  if (const Pad* pad = std::get_if<Pad>(&node.op)) {
    if (!SpatialOnly(*pad, axis)) return std::nullopt;
    return Identity(y, axis);
  }
  if (std::holds_alternative<Reshape>(node.op)) return MapReshape(x, y, axis);
  if (const Transpose* op = std::get_if<Transpose>(&node.op)) {
    return MapTranspose(*op, x, y, axis);
  }
  if (const Slice* op = std::get_if<Slice>(&node.op)) {
    return MapSlice(*op, x, y, axis);
  }
  if (std::holds_alternative<Concat>(node.op)) {
    return MapConcat(graph, node, channel_axes);
  }
  if (std::holds_alternative<Gather>(node.op)) {
    return MapGather(graph, node, x, y, axis);
  }
  return std::nullopt;
}

}  // namespace octet::compile
