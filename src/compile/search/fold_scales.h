// Folded channel scales: a value that only mixing products read gets a scale
// per channel, s * e_c with one zero point, and the readers' weights take the
// e_c in before they are quantized. Exact in float, free at run time, and
// wide channels no longer cost the narrow ones their precision.
#ifndef OCTET_COMPILE_SEARCH_FOLD_SCALES_H_
#define OCTET_COMPILE_SEARCH_FOLD_SCALES_H_

#include <vector>

#include "base/quant.h"
#include "base/thread_pool.h"
#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/search/foldable.h"
#include "compile/search/product_trial.h"

namespace octet::compile {

// The products whose inputs could be folded: windows of theirs are needed.
std::vector<NodeId> FoldableReaders(const Graph& graph, const Plan& plan);

// One value and the best way to fold it.
struct Folding {
  Foldable foldable;
  QuantParams quant;  // a scale per channel, one zero point
  double alpha = 0;
  // Error with one scale over error folded; infinite where no product reads the
  // value, so that scales per channel cost nothing.
  double gain = 1;
};

// For every value the least error at its readers' outputs, behind their fused
// functions, of
//
//   e_c = range_c^alpha / weight_c^(1 - alpha),
//   alpha in {0.15, 0.3, 0.4, 0.5, 0.6, 0.75, 1}.
//
//   plan:    complete (calibrate/choose.h).
//   ranges:  the channels' extremes; a value's range with one scale bounds
//            them.
//   trials:  of FoldableReaders; a value with a reader that has none is left
//            out.
//   pool:    values are measured side by side; no result depends on it.
//   returns: the values for which folding is better than one scale.
std::vector<Folding> FindFoldings(const Graph& graph, const Ranges& ranges,
                                  const ProductTrials& trials, const Plan& plan,
                                  ThreadPool& pool);

// Makes one of them part of the plan that it was found for.
void Fold(const Graph& graph, const Folding& folding, Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FOLD_SCALES_H_
