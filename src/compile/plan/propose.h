// The rules of structure: which precision each node may have and how each value
// would be stored, before anything was measured. Pure.
#ifndef OCTET_COMPILE_PLAN_PROPOSE_H_
#define OCTET_COMPILE_PLAN_PROPOSE_H_

#include <map>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"
#include "compile/plan/request.h"

namespace octet::compile {

struct ProposeOptions {
  // Of all nodes that have a form in it; the rest is float.
  Precision precision = Precision::kInt8;
  // Of two that match a node the later counts.
  std::vector<Request> requests;
  // The largest magnitude that calibration saw of each value; empty where there
  // was none. What f16 may not hold keeps its nodes out of it.
  std::map<std::string, float> peaks;
};

// Proposes a plan whose u8 forms still lack their parameters.
//
// A convolution or matrix product with constant weights is int8 unless it
// decodes what a softmax made (boxes) or is asked otherwise; what lies on the
// way to one follows it; what follows the last of them stays float. Codes are
// taken after a fused function only. A residual that is made in float, or that
// only floats are wanted of otherwise, is added unrounded. What reaches a
// depthwise convolution is stored per channel, with a copy per tensor for other
// readers.
//
// Only products and attentions have 16-bit forms: they read halves, and write
// them where a reader takes them. An attention that no reader takes halves of
// is in 16 bits if it is asked for by name. What moves data follows its
// readers; the rest is f32.
//   errors: kUsage for a pattern that matches nothing (with "did you mean") and
//           for a --require of what a --keep before it forbids, kUnsupported
//           for a --require that no rule can satisfy.
Result<Plan> Propose(const Graph& graph, const ProposeOptions& options);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_PROPOSE_H_
