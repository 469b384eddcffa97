// What engines lose against the float model, sample by sample.
#ifndef OCTET_COMPILE_SEARCH_ENGINE_LOSS_H_
#define OCTET_COMPILE_SEARCH_ENGINE_LOSS_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/search/loss_sums.h"
#include "octet/samples.h"

namespace octet::compile {

using ChangedAnswers =
    std::function<Result<double>(const std::vector<Tensor>& float_outputs,
                                 const std::vector<Tensor>& outputs)>;

// What the float model makes of some samples. Safe to use from several threads.
class FloatRuns {
 public:
  // values:  names of those whose noise is looked at (BoundaryValues).
  // indices: of the samples; must be readable.
  // errors:  kBadInput if a sample does not fit.
  static Result<FloatRuns> Observe(const Graph& graph,
                                   const std::vector<std::string>& values,
                                   const SampleSource& samples,
                                   const std::vector<int64_t>& indices,
                                   int threads);

  // Of the engine of a plan, one entry a sample.
  Result<std::vector<SampleLoss>> LossOf(const Graph& graph, const Plan& plan,
                                         const ChangedAnswers& changed,
                                         int threads) const;

  int64_t samples() const { return int64_t(runs_.size()); }

 private:
  struct Run {
    std::string name;
    std::vector<Tensor> inputs, outputs;
    std::map<std::string, Tensor, std::less<>> exact;
  };
  std::vector<Run> runs_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_ENGINE_LOSS_H_
