// Inputs of products drawn from runs of the float model: what decisions on
// scales are measured on.
#ifndef OCTET_COMPILE_SEARCH_WINDOW_SAMPLES_H_
#define OCTET_COMPILE_SEARCH_WINDOW_SAMPLES_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "octet/samples.h"

namespace octet::compile {

// What a convolution or a matrix product sees at some of its output positions:
// the taps of a window, row by row, the channels innermost; zeros in the
// padding.
struct Windows {
  int64_t width = 0;            // kernel_h * kernel_w * channels
  std::vector<float> rows;      // [count][width]
  std::vector<int32_t> sample;  // [count], of which sample; ascending
  int64_t count() const { return int64_t(rows.size()) / width; }
};
// By the name of the node.
using WindowSamples = std::map<std::string, Windows, std::less<>>;

struct WindowOptions {
  int threads = 0;       // 0 = as many as the process may run on
  int64_t samples = 32;  // spread evenly over the source
  // Of one node, over all samples; wide windows are fewer.
  int64_t most_rows = 1024;
  int64_t most_floats = int64_t{1} << 18;
};

// Runs samples through the float engine of `graph` (after passes) and draws the
// same positions whatever the threads. Unreadable samples are passed over;
// windows that hold a NaN or an infinity too.
//   nodes:  convolutions of one group, depthwise ones and matrix products, with
//           constant weights.
//   errors: kBadInput if a sample does not fit the model.
Result<WindowSamples> DrawWindows(const Graph& graph,
                                  const std::vector<NodeId>& nodes,
                                  const SampleSource& samples,
                                  const WindowOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_WINDOW_SAMPLES_H_
