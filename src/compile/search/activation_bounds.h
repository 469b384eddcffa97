// Bounds for channels that are wider than is good for them: what a depthwise
// convolution reads has a scale per channel, from the channel's extremes. Where
// these are rare, holding them back (as a ReLU clipped to [0, 6] does) leaves
// finer steps for the rest.
#ifndef OCTET_COMPILE_SEARCH_ACTIVATION_BOUNDS_H_
#define OCTET_COMPILE_SEARCH_ACTIVATION_BOUNDS_H_

#include <vector>

#include "base/thread_pool.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/search/product_trial.h"

namespace octet::compile {

// One stored form with some of its channels held in.
struct ActivationBound {
  std::string value;
  int form = 0;
  QuantParams quant;
};

// Tries shares of every channel's range from 1 down and takes the one that
// leaves the least error at the outputs of the readers. Forms with a scale per
// channel of their own that only depthwise convolutions read.
//
//   plan:    complete (calibrate/choose.h).
//   trials:  of the readers; forms of which one is missing are left out. Their
//            windows are few and may have missed what is rare: what a bound
//            really gains is for a trial of the whole plan to say.
//   returns: the forms with a channel that gains.
std::vector<ActivationBound> MeasureActivationBounds(
    const Graph& graph, const ProductTrials& trials, const Plan& plan,
    ThreadPool& pool);

// Makes them part of the plan that they were measured for. Corrected biases
// stay as they are: most of a shift comes from the weights, and that of what is
// held is no shift where a function behind it would hold it too.
void BoundActivations(const std::vector<ActivationBound>& bounds, Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_ACTIVATION_BOUNDS_H_
