// How parameters per channel travel through nodes that only move data.
//
// Parameters of a value depend on its channels alone: on the index along the
// axes from `channel_axis` on, innermost last (one axis for a stored value;
// more inside a channel shuffle, where channels are split into groups).
#ifndef OCTET_COMPILE_PLAN_MOVE_QUANT_H_
#define OCTET_COMPILE_PLAN_MOVE_QUANT_H_

#include <optional>
#include <vector>

#include "compile/ir/graph.h"

namespace octet::compile {

// True for nodes whose output elements are elements of their inputs (or zeros):
// they run on integers unchanged.
bool IsMover(const Node& node);

// For each channel of the output (row-major over its channel axes) the input
// slot and the channel that it comes from.
struct ChannelSource {
  int input;
  int64_t channel;
};
struct ChannelMap {
  int channel_axis = 0;  // of the output
  std::vector<ChannelSource> sources;
};

// The map of one mover, given the channel axis of each of its inputs; nullopt
// where output channels do not come from single input channels.
std::optional<ChannelMap> MapChannels(const Graph& graph, const Node& node,
                                      const std::vector<int>& channel_axes);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_MOVE_QUANT_H_
