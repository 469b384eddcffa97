#include "compile/passes/passes.h"

#include <algorithm>

#include "base/error.h"
#include "compile/ir/verify.h"

namespace octet::compile {
namespace {

// Layout comes before the patterns: what belongs together stands together once
// no transpose is in between. Scales are folded into weights before epilogues
// are fused, as nothing can be folded over a function.
constexpr Pass kPasses[] = {
    {"fold_constants", FoldConstants,
     "computes what depends on constants and shapes alone"},
    {"freeze_attributes", FreezeAttributes,
     "refuses nodes whose attributes are known only at run time"},
    {"drop_identities", DropIdentities, "removes what changes nothing"},
    {"make_channels_last", MakeChannelsLast,
     "moves transposes until they cancel or reach the ends of the graph"},
    {"fold_flatten", FoldFlatten,
     "permutes rows of weights instead of an image that is flattened"},
    {"recognise_slices", RecogniseSlices,
     "picking of evenly spaced elements to Slice"},
    {"split_concats", SplitConcats,
     "concatenations of pixels that are split along channels again"},
    {"recognise_clip", RecogniseClip, "Min and Max by constants to Clip"},
    {"recognise_gates", RecogniseGates,
     "products with sigmoids to SiLU, hard-swish, Mish"},
    {"recognise_gelu", RecogniseGelu, "GELU from erf or tanh"},
    {"recognise_layer_norm", RecogniseLayerNorm,
     "mean, variance and division to LayerNorm"},
    {"recognise_global_pool", RecogniseGlobalPool,
     "pooling of whole images to Reduce"},
    {"fold_pad", FoldPad, "zero padding into the windows behind it"},
    {"fold_space_to_depth", FoldSpaceToDepth,
     "blocks of pixels stacked into channels, into the window behind them"},
    {"split_pad", SplitPad, "padding wider than its window to a Pad in front"},
    {"fold_batch_norm", FoldBatchNorm,
     "products and sums with one number per channel into weights and biases"},
    {"move_scales", MoveScales,
     "numbers that scale attention up to the products before it"},
    {"fold_scales", FoldBatchNorm, "what was moved into weights and biases"},
    {"share_subexpressions", ShareSubexpressions, "computes equal things once"},
    {"fuse_epilogues", FuseEpilogues,
     "functions and residual sums into what makes their operand"},
    {"recognise_attention", RecogniseAttention,
     "products around a softmax to Attention"},
    {"drop_leftovers", DropIdentities, "removes what the others left behind"},
};

Status CheckNames(const std::vector<std::string>& disabled) {
  for (const std::string& name : disabled) {
    if (std::ranges::find(kPasses, name, &Pass::name) == std::end(kPasses)) {
      return Usage("there is no pass '{}'", name);
    }
  }
  return {};
}

}  // namespace

std::span<const Pass> Passes() { return kPasses; }

Status RunPasses(Graph& graph, const PassOptions& options) {
  OCTET_RETURN_IF_ERROR(CheckNames(options.disabled));
  for (const Pass& pass : kPasses) {
    if (std::ranges::find(options.disabled, pass.name) !=
        options.disabled.end()) {
      continue;
    }
    OCTET_RETURN_IF_ERROR(pass.run(graph).status());
    if (!options.verify) continue;
    const Status verified = Verify(graph);
    if (!verified.ok()) {
      return Failed("after pass {}: {}", pass.name, verified.message());
    }
  }
  return {};
}

}  // namespace octet::compile
