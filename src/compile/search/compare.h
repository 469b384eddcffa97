// Layer by layer: how far an engine's values are from the float model's.
#ifndef OCTET_COMPILE_SEARCH_COMPARE_H_
#define OCTET_COMPILE_SEARCH_COMPARE_H_

#include <vector>

#include "compile/ir/graph.h"
#include "octet/compiler.h"

namespace octet::compile {

// What an engine is compared with.
struct Truth {
  // Values that this engine computes; null: the float program of the graph.
  const Engine* engine = nullptr;
  // Values from elsewhere, which then count instead.
  const ValueSource* values = nullptr;
};

// Compares every value that both the truth and the engine have, over the first
// `most` samples. Two runs a sample: one as it is (inherited error and all),
// one in which every value is replaced by the true one, quantized, before
// anybody reads it: what is wrong then is the node's own doing.
//   engine:  null: the float program of the graph.
//   returns: in the order in which the engine computes them; samples that
//            cannot be read are left out and named.
//   errors:  kBadInput if the engine has no value in common with the graph, a
//            sample does not fit, or none can be read.
Result<Comparison> CompareLayers(const Graph& graph, const Engine* engine,
                                 const Truth& truth,
                                 const SampleSource& samples, int64_t most);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_COMPARE_H_
