// What the rules of structure know about one operation.
#ifndef OCTET_COMPILE_PLAN_CLASSIFY_H_
#define OCTET_COMPILE_PLAN_CLASSIFY_H_

#include <string>
#include <vector>

#include "compile/ir/graph.h"

namespace octet::compile {

enum class Role : uint8_t {
  kProduct,     // convolution or matrix product with constant weights
  kDepthwise,   // convolution that never mixes channels
  kMover,       // moves data that was computed
  kArithmetic,  // has an int8 form that takes any u8 inputs
  kFloat,       // no int8 form
};

Role Classify(const Graph& graph, const Node& node);

// Whether it is a product of two matrices of which both are computed.
bool MultipliesComputed(const Graph& graph, const Node& node);

// Whether the int8 form of a node of role kArithmetic knows no scales per
// channel.
bool HasOneScale(const Node& node);

// Whether it adds two values: a sum or difference, or a product with a
// residual.
bool IsSum(const Node& node);

// What keeps a node of role kFloat from having an int8 form: its kind, or what
// is special about this one ("Gather of a constant").
std::string WhyFloat(const Graph& graph, const Node& node);

// Whether a node that is not f32 reads this input as f32: the mask of an
// attention.
bool ReadsFloat(const Node& node, size_t slot);

// The largest number of products in one sum; 0 for nodes without sums.
int64_t ProductsPerSum(const Graph& graph, const Node& node);

// Why the int32 sums of an int8 node could overflow whatever the numbers are;
// empty if they need not.
std::string WhyOverflow(const Graph& graph, const Node& node);

// Multiply-accumulates of a node, from the shapes of its operands.
int64_t CountMacs(const Graph& graph, const Node& node);

// By value: true if it lies behind a softmax: in the decoding of a
// distribution, where eight bits are too few. What attention makes of a softmax
// (features, weighed by it) is none of these.
std::vector<bool> BehindSoftmax(const Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_CLASSIFY_H_
