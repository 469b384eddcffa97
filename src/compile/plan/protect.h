// Stored values as units of a decision: a value, with all that reads it, is
// kept out of int8, or nothing of it is. A value that does not fit 8 bits hurts
// all its readers; to keep one of them back shows nothing.
#ifndef OCTET_COMPILE_PLAN_PROTECT_H_
#define OCTET_COMPILE_PLAN_PROTECT_H_

#include <map>
#include <string>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// A value that is rounded to codes. Values that are moved from another (pooled,
// sliced, reshaped) have its codes and belong to it.
struct StoredValue {
  ValueId value = kNoValue;
  // Of a concatenation: the values that are written with its scale at once.
  std::vector<ValueId> parts;
  // The nodes that compute with it, each once, in the graph's order; what only
  // moves it is passed through, up to a concatenation.
  std::vector<NodeId> readers;
};

// All of them, in the order in which they are made.
std::vector<StoredValue> FindStoredValues(const Graph& graph, const Plan& plan);

// The nodes that compute in int8; what only moves data is none of them.
std::vector<NodeId> FindInt8Nodes(const Graph& graph, const Plan& plan);

// What is kept out of int8 computes in `precision`; what has no form in 16
// bits, or would leave f16, in fp32.
struct Protection {
  Precision precision = Precision::kF32;
  // Of f16: the largest magnitude that calibration saw of each value, as
  // WithMovedPeaks gives it; what is missing is taken to fit.
  std::map<std::string, float> peaks;
};

// Keeps a value out of int8: whoever reads it computes as protected, and its
// producer writes it so. A concatenation, and a convolution that adds it as a
// residual, stay int8 and read it unrounded where they can.
//   reason: "sensitive (-0.8 mAP)", ...
void ProtectValue(const Graph& graph, const StoredValue& stored,
                  const Protection& protection, const Reason& reason,
                  Plan& plan);

// Keeps one node out of int8, its weights with it; what it reads stays in
// codes.
void ProtectNode(const Graph& graph, NodeId node, const Protection& protection,
                 const Reason& reason, Plan& plan);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PLAN_PROTECT_H_
