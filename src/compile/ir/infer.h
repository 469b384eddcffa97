// Shape inference: the element type and shape of every value, from those of the
// inputs, and the numbers in small integer tensors that shapes are made of.
//
// Dimensions may be symbolic. A dimension that follows from symbols in a way
// that has no name (half of H) or from data becomes a symbol of its own, named
// after its value and axis ("y.2").
//
// Inference also brings attributes into their normal form: axes are not
// negative, a Slice's sizes are numbers where its input's are.
#ifndef OCTET_COMPILE_IR_INFER_H_
#define OCTET_COMPILE_IR_INFER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/ir/known.h"
#include "octet/status.h"

namespace octet::compile {

// No value may have more elements: every size in bytes then fits easily.
inline constexpr int64_t kMostElements = int64_t{1} << 32;

// Writes dtype, shape and has_shape of every node's output and normalises
// attributes. Values whose shape follows from unknown data keep has_shape false
// where even their rank is unknown.
//
//   graph:  as Verify demands, but shapes of nodes' outputs may be anything.
//   errors: kBadInput naming the node: inputs that do not fit each other, an
//           attribute out of range, a value of more than kMostElements.
Status InferShapes(Graph& graph);

// What a node's output is found to be.
struct Inferred {
  DType dtype = DType::kF32;
  bool has_shape = false;
  Shape shape;  // kUnknownDim where neither a number nor a symbol is known
};

// The same one node at a time, for those who build a graph in order. Everything
// that Infer has seen must stay as it is.
class ShapeInference {
 public:
  // The graph outlives this object.
  explicit ShapeInference(Graph& graph) : graph_(graph), known_(graph) {}

  // As InferShapes, for one node; its inputs were inferred before. The node
  // need not be in the graph yet, its output value must be.
  Status Infer(Node& node);

  // The type that Infer would write, without writing it.
  Result<Inferred> Check(Node& node);

  // The numbers of a small integer tensor; nullptr if nothing is known.
  const KnownInts* Known(ValueId id) { return known_.Find(id); }
  // The same if all of them are plain numbers.
  std::optional<std::vector<int64_t>> KnownNumbers(ValueId id) {
    return known_.Numbers(id);
  }

 private:
  // The dimension that stands for symbol `name`, new or old.
  int64_t Symbol(const std::string& name);

  Graph& graph_;
  KnownValues known_;
  std::unordered_map<std::string, int64_t> symbols_;
  size_t symbols_seen_ = 0;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_INFER_H_
