// The graph of one sample out of that of a batch.
#ifndef OCTET_COMPILE_LOWER_ONE_SAMPLE_H_
#define OCTET_COMPILE_LOWER_ONE_SAMPLE_H_

#include <cstdint>
#include <optional>

#include "compile/ir/graph.h"

namespace octet::compile {

struct OneSample {
  Graph graph;
  int64_t batch = 1;  // samples in the graph that it was made from
};

// A graph whose samples do not meet, as that of one of them: what is computed
// of each of `batch` inputs, put one behind another along the first axis, is
// what the given graph computes of the inputs put together so.
//
//   graph: canonical, of concrete shapes.
// returns: nothing where the inputs do not all begin with the same number, 2 or
//          more, or where samples meet, or might: a mean over the first axis, a
//          constant with a row for each sample, an axis that is moved.
std::optional<OneSample> FindOneSample(const Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_ONE_SAMPLE_H_
