// What an engine stores in eight bits, seen from outside: values and weights.
#ifndef OCTET_COMPILE_SEARCH_CODED_H_
#define OCTET_COMPILE_SEARCH_CODED_H_

#include <span>
#include <string>
#include <vector>

#include "base/quant.h"
#include "compile/ir/graph.h"
#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet::compile {

// One form of a value: codes with one scale, or one per channel.
struct CodedValue {
  ValueId value = kNoValue;
  QuantParams quant;
};

// Every form of every value that is rounded where it is stored. What is moved
// from another value has been rounded before; a concatenation with one scale is
// named instead of the parts that are written straight into it.
//   inputs: of one sample, run once.
Result<std::vector<CodedValue>> FindCodedValues(
    const Graph& graph, const Engine& engine,
    const std::vector<Tensor>& inputs);

// Replaces numbers by what their codes stand for, rounding as engines do. A
// scale per channel is one per element of the innermost axis.
//   y: as long as x; may be x itself.
void RoundToCodes(const QuantParams& quant, std::span<const float> x,
                  std::span<float> y);

// Nodes that `engine` runs in int8, by index.
std::vector<bool> Int8Nodes(const Graph& graph, const Engine& engine);

// The weights of a convolution or matrix product as their codes stand for them,
// in the layout of the constant; an empty tensor where `node` has no constant
// weights.
//   coded: of the engine; scales per channel of a value that is mixed are in
//          the weights ("folded channel scales").
//   clip:  as NodePlan::weight_clip.
Tensor CodedWeights(const Graph& graph, const Node& node,
                    const std::vector<CodedValue>& coded,
                    std::span<const float> clip = {});

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_CODED_H_
