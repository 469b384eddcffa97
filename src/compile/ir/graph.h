// The Graph: a network as values and operations in two flat arrays.
//
// Nodes stand in an order in which every value is produced before it is read.
// Passes change the arrays and may leave dead entries behind; Compact() drops
// them. Verify() (verify.h) states every invariant and runs after every pass in
// tests and debug builds. Print() (text.h) gives the stable text form.
#ifndef OCTET_COMPILE_IR_GRAPH_H_
#define OCTET_COMPILE_IR_GRAPH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compile/ir/ops.h"
#include "octet/tensor.h"

namespace octet::compile {

using ValueId = int32_t;
using NodeId = int32_t;
inline constexpr ValueId kNoValue = -1;
inline constexpr NodeId kNoNode = -1;

// A tensor in flow, or a constant.
struct Value {
  std::string name;  // unique, from the model where it has one
  DType dtype = DType::kF32;
  // A negative dimension d is symbolic: its name is symbols[-1 - d]. Unknown
  // shapes (before inference) have has_shape false.
  Shape shape;
  bool has_shape = false;
  std::shared_ptr<const Tensor> data;  // set for constants, shared on copy

  bool is_constant() const { return data != nullptr; }
};

// One operation.
struct Node {
  std::string name;  // unique, from the model where it has one
  Op op;
  std::vector<ValueId> inputs;  // kNoValue where an optional one is missing
  std::vector<ValueId> outputs;
  // The model's nodes that this one stands for: itself, and what was fused
  // into it. Messages and patterns (--keep) match any of them.
  std::vector<std::string> origins;
  // ONNX operator type it came from ("Conv", "Mul", ...), for messages.
  std::string type;
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;  // not constants
  std::vector<ValueId> outputs;
  std::vector<std::string> symbols;  // names of symbolic dimensions

  ValueId AddValue(Value value);
  // Adds a constant; the name is made unique.
  ValueId AddConstant(std::string_view name, Tensor tensor);
  // A name that no value (no node) has yet, made from `base`.
  std::string UniqueValueName(std::string_view base) const;
  std::string UniqueNodeName(std::string_view base) const;
};

// Who makes and who reads each value, by id.
struct Uses {
  std::vector<NodeId> producer;              // kNoNode: input or constant
  std::vector<std::vector<NodeId>> readers;  // each reader once per input slot
  std::vector<bool> is_output;               // of the graph
};
Uses ComputeUses(const Graph& graph);

// Removes nodes that no output depends on and values that nobody uses, and
// renumbers.
void Compact(Graph& graph);

// Makes all readers (and the graph outputs) of `from` read `to`.
void ReplaceUses(Graph& graph, ValueId from, ValueId to);

// "Conv", "MatMul", ...: the name of the kind in text form and messages.
std::string_view KindName(const Op& op);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_GRAPH_H_
