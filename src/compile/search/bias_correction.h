// Bias correction: rounding weights to codes shifts the mean of a product's
// outputs, by the same amount at every position; the shift is measured and
// taken out of the bias (Nagel et al., "Data-Free Quantization Through Weight
// Equalization and Bias Correction", 2019, section 4.2, with measured inputs).
#ifndef OCTET_COMPILE_SEARCH_BIAS_CORRECTION_H_
#define OCTET_COMPILE_SEARCH_BIAS_CORRECTION_H_

#include <string>
#include <vector>

#include "base/thread_pool.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/search/product_trial.h"

namespace octet::compile {

// The form in which a node reads its first input.
const Form& InputForm(const Graph& graph, const Node& node, const Plan& plan);

// The int8 products whose shift can be measured: windows of theirs are needed.
std::vector<NodeId> CorrectableProducts(const Graph& graph, const Plan& plan);

// What one product's bias is corrected by.
struct BiasShift {
  std::string node;
  std::vector<float> shift;  // to be added to the bias, by output channel
  int corrected = 0;         // channels whose shift is not 0
};

// Measures the shift of each output channel's mean over samples, with the
// input and the weights as their codes say. A channel is corrected where its
// shift is more than twice its standard error over samples: what less than
// that says of other samples is as likely wrong as right.
//
//   plan:    complete (calibrate/choose.h).
//   trials:  of CorrectableProducts; a product that has none is left out.
//   pool:    products are measured side by side; no result depends on it.
//   returns: the products with a corrected channel.
std::vector<BiasShift> MeasureBiasShifts(const Graph& graph,
                                         const ProductTrials& trials,
                                         const Plan& plan, ThreadPool& pool);

// Makes them part of the plan that they were measured for.
void CorrectBiases(const std::vector<BiasShift>& shifts, Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_BIAS_CORRECTION_H_
