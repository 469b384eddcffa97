#include "compile/search/trial_engine.h"

#include <algorithm>

#include "base/error.h"
#include "compile/lower/lower_batch.h"
#include "runtime/engine.h"

namespace octet::compile {

Result<Engine> EngineOf(const Graph& graph, const Plan& plan, bool whole) {
  OCTET_ASSIGN(Lowered lowered, Lower(graph, plan, {.in_place = !whole}));
  return runtime::MakeEngine(std::move(lowered.program),
                             lowered.constants.bytes());
}

Result<Engine> FinalEngineOf(const Graph& graph, const Plan& plan) {
  OCTET_ASSIGN(Lowered lowered, LowerBatch(graph, plan));
  return runtime::MakeEngine(std::move(lowered.program),
                             lowered.constants.bytes());
}

Status RunSample(Session& session, const std::vector<Tensor>& inputs,
                 const std::string& sample) {
  if (inputs.size() != session.inputs().size()) {
    return BadInput("{}: {} tensors, the model has {} inputs", sample,
                    inputs.size(), session.inputs().size());
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Status set = session.SetInput(int(i), inputs[i]);
    if (!set.ok()) return BadInput("{}: {}", sample, set.message());
  }
  return session.Run();
}

std::vector<int64_t> SpreadOver(int64_t size, int64_t most) {
  const int64_t n = std::min(size, most);
  std::vector<int64_t> indices;
  for (int64_t i = 0; i < n; ++i) indices.push_back(i * size / n);
  return indices;
}

}  // namespace octet::compile
