// Weight ranges by measure: the largest weight of an output channel sets its
// scale, and holding it at a little less makes the steps of all others finer.
// How much less is seen in the product's own outputs (the search over clipping
// thresholds of Banner et al., "Post training 4-bit quantization", 2019, with
// the error of outputs in place of the weights').
#ifndef OCTET_COMPILE_SEARCH_WEIGHT_RANGES_H_
#define OCTET_COMPILE_SEARCH_WEIGHT_RANGES_H_

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/search/product_trial.h"

namespace octet::compile {

// Where one product's weights are held.
struct WeightClip {
  std::string node;
  std::vector<float> clip;  // as NodePlan::weight_clip
};

// Tries shares of the largest weight from 1 down, for each output channel of
// each product in CorrectableProducts (bias_correction.h) by itself.
//
//   plan:    complete (calibrate/choose.h).
//   trials:  of these products; one that has none is left out.
//   pool:    products are measured side by side; no result depends on it.
//   returns: the products with a channel that gains.
std::vector<WeightClip> MeasureWeightClips(const Graph& graph,
                                           const ProductTrials& trials,
                                           const Plan& plan, ThreadPool& pool);

// Makes them part of the plan that they were measured for.
void ClipWeights(const std::vector<WeightClip>& clips, Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_WEIGHT_RANGES_H_
