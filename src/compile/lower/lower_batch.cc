#include "compile/lower/lower_batch.h"

#include "compile/lower/one_sample.h"

namespace octet::compile {
namespace {

// Elements that a node must move, on the average, for its kernel to be worth
// calling once a sample: a microsecond or two of work for 20 ns.
constexpr int64_t kLeastForACall = 1024;

// Whether less is moved if each sample reads the weights than if the values of
// a batch, each of which is written and read, go to memory and back, and there
// is enough of them. Elements are counted, whatever precision they will have.
bool PaysBySample(const Graph& sample) {
  int64_t moved = 0, weights = 0;
  for (const Node& node : sample.nodes) {
    moved += 2 * sample.values[size_t(node.outputs[0])].shape.elements();
    if (!std::holds_alternative<Conv>(node.op) &&
        !std::holds_alternative<MatMul>(node.op)) {
      continue;
    }
    const Value& b = sample.values[size_t(node.inputs[1])];
    if (b.is_constant()) weights += b.shape.elements();
  }
  return moved > weights &&
         moved >= kLeastForACall * int64_t(sample.nodes.size());
}

}  // namespace

Result<Lowered> LowerBatch(const Graph& graph, const Plan& plan) {
  const std::optional<OneSample> sample = FindOneSample(graph);
  if (!sample || sample->batch > engine::kMostSamples ||
      !PaysBySample(sample->graph)) {
    return Lower(graph, plan);
  }
  LowerOptions options;
  options.batch = sample->batch;
  return Lower(sample->graph, plan, options);
}

}  // namespace octet::compile
