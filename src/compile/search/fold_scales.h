// Folded channel scales: a value that only mixing products read gets a scale
// per channel, s * e_c with one zero point, and the readers' weights take the
// e_c in before they are quantized. Exact in float, free at run time, and
// wide channels no longer cost the narrow ones their precision.
#ifndef OCTET_COMPILE_SEARCH_FOLD_SCALES_H_
#define OCTET_COMPILE_SEARCH_FOLD_SCALES_H_

#include <cstdint>
#include <vector>

#include "compile/calibrate/ranges.h"
#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/search/foldable.h"
#include "compile/search/window_samples.h"

namespace octet::compile {

// The products whose inputs could be folded: windows of theirs are needed.
std::vector<NodeId> FoldableReaders(const Graph& graph, const Plan& plan);

// How a folded value is stored: a scale per channel, one zero point.
struct FoldedQuant {
  std::vector<float> scale;
  int32_t zero_point = 0;
};

// One value and the best way to fold it.
struct Folding {
  Foldable foldable;
  FoldedQuant quant;
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
//   them. windows: of FoldableReaders; a value with a reader that has none is
//   left
//            out.
//   returns: the values for which folding is better than one scale.
std::vector<Folding> FindFoldings(const Graph& graph, const Ranges& ranges,
                                  const WindowSamples& windows,
                                  const Plan& plan);

// Makes one of them part of the plan that it was found for.
void Fold(const Graph& graph, const Folding& folding, Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_FOLD_SCALES_H_
