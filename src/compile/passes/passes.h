// The rewrites that bring an imported graph into its canonical form: NHWC,
// constants folded, attributes known, neighbours fused.
//
// A pass is a free function without state. It states nothing about precision
// and names no device, leaves a graph that Verify accepts, and changes nothing
// when it runs a second time. Every pass keeps what the graph computes, up to
// float rounding, and never moves arithmetic over a Quantize or Dequantize.
#ifndef OCTET_COMPILE_PASSES_PASSES_H_
#define OCTET_COMPILE_PASSES_PASSES_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compile/ir/graph.h"
#include "octet/status.h"

namespace octet::compile {

// Each in the file of its name. They return whether they changed the graph.
Result<bool> FoldConstants(Graph& graph);
Result<bool> FreezeAttributes(Graph& graph);
Result<bool> DropIdentities(Graph& graph);
Result<bool> MakeChannelsLast(Graph& graph);
Result<bool> FoldFlatten(Graph& graph);
Result<bool> RecogniseClip(Graph& graph);
Result<bool> RecogniseGates(Graph& graph);
Result<bool> RecogniseGelu(Graph& graph);
Result<bool> RecogniseLayerNorm(Graph& graph);
Result<bool> RecogniseGlobalPool(Graph& graph);
Result<bool> RecogniseSlices(Graph& graph);
Result<bool> FoldPad(Graph& graph);
Result<bool> FoldSpaceToDepth(Graph& graph);
Result<bool> SplitPad(Graph& graph);
Result<bool> SplitConcats(Graph& graph);
Result<bool> MoveScales(Graph& graph);
Result<bool> FoldBatchNorm(Graph& graph);
Result<bool> ShareSubexpressions(Graph& graph);
Result<bool> FuseEpilogues(Graph& graph);
Result<bool> RecogniseAttention(Graph& graph);

struct Pass {
  std::string_view name;  // "fold_constants": what PassOptions names
  Result<bool> (*run)(Graph&);
  std::string_view description;
};

// All passes, in the order in which they run.
std::span<const Pass> Passes();

struct PassOptions {
  std::vector<std::string> disabled;  // names of passes
  bool verify = true;                 // Verify after every pass
};

// Runs the passes in order.
//
//   graph:  its shapes are bound (BindShapes); symbolic ones are allowed, but
//           what needs their size stays as it is.
//   errors: kUsage if a disabled pass does not exist; kUnsupported listing
//           every node whose attributes depend on data; kBadInput if constants
//           cannot be evaluated; kFailed, naming the pass, if it broke the
//           graph.
Status RunPasses(Graph& graph, const PassOptions& options = {});

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_PASSES_H_
