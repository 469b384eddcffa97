// The rules of shape inference: one function a kind. For infer.cc only.
#ifndef OCTET_COMPILE_IR_INFER_RULES_H_
#define OCTET_COMPILE_IR_INFER_RULES_H_

#include <string>
#include <utility>

#include "base/error.h"
#include "compile/ir/dims.h"
#include "compile/ir/infer.h"

namespace octet::compile {

// What a rule sees: a node whose inputs have types, and room for an error that
// names it. The number of inputs was checked (arity.h).
class InferContext {
 public:
  InferContext(const Graph& graph, KnownValues& known, const Node& node)
      : graph_(graph), known_(known), node_(node) {}

  size_t inputs() const { return node_.inputs.size(); }
  // Whether optional input i is there.
  bool Has(size_t i) const {
    return i < node_.inputs.size() && node_.inputs[i] != kNoValue;
  }
  const Value& In(size_t i) const {
    return graph_.values[size_t(node_.inputs[i])];
  }
  const KnownInts* Known(size_t i) const {
    return Has(i) ? known_.Find(node_.inputs[i]) : nullptr;
  }
  // The numbers of input i if all are known.
  std::optional<std::vector<int64_t>> Numbers(size_t i) const {
    if (!Has(i)) return std::nullopt;
    return known_.Numbers(node_.inputs[i]);
  }

  // "node 'conv1' (Conv): ..."
  template <typename... Args>
  Status Bad(fmt::format_string<Args...> text, Args&&... args) const {
    return {Code::kBadInput,
            Prefix() + fmt::format(text, std::forward<Args>(args)...)};
  }
  // Input i has the type, or an error.
  Status NeedType(size_t i, DType dtype) const;
  // Input i has the rank, or an unknown one.
  Status NeedRank(size_t i, int rank) const;
  // `axis` counted from the front; error if it is not one of `rank` axes.
  Result<int64_t> Axis(int64_t axis, int rank) const;
  // "[N, 3, 8, 8]", for messages.
  std::string Text(const Shape& shape) const;

 private:
  std::string Prefix() const;

  const Graph& graph_;
  KnownValues& known_;
  const Node& node_;
};

// Moves what is known of the inputs that stand for attributes into the
// attributes and drops those inputs. Leaves the node alone where it is not all
// known.
Status Freeze(const InferContext& c, Node& node);

using InferResult = Result<Inferred>;

// infer_images.cc
InferResult Infer(const InferContext& c, Conv& op);
InferResult Infer(const InferContext& c, Pool& op);
InferResult Infer(const InferContext& c, Resize& op);
// infer_products.cc
InferResult Infer(const InferContext& c, MatMul& op);
InferResult Infer(const InferContext& c, Attention& op);
InferResult Infer(const InferContext& c, Softmax& op);
InferResult Infer(const InferContext& c, LayerNorm& op);
InferResult Infer(const InferContext& c, Reduce& op);
// infer_elements.cc
InferResult Infer(const InferContext& c, Unary& op);
InferResult Infer(const InferContext& c, Binary& op);
InferResult Infer(const InferContext& c, Where& op);
InferResult Infer(const InferContext& c, Cast& op);
InferResult Infer(const InferContext& c, Quantize& op);
InferResult Infer(const InferContext& c, Dequantize& op);
// infer_moves.cc
InferResult Infer(const InferContext& c, Concat& op);
InferResult Infer(const InferContext& c, Slice& op);
InferResult Infer(const InferContext& c, Pad& op);
InferResult Infer(const InferContext& c, Transpose& op);
InferResult Infer(const InferContext& c, Gather& op);
InferResult Infer(const InferContext& c, Tile& op);
// infer_shapes.cc
InferResult Infer(const InferContext& c, Reshape& op);
InferResult Infer(const InferContext& c, Expand& op);
InferResult Infer(const InferContext& c, ShapeOf& op);
InferResult Infer(const InferContext& c, ConstantOfShape& op);
InferResult Infer(const InferContext& c, RangeOp& op);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_INFER_RULES_H_
