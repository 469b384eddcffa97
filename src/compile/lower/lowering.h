// State of one lowering: where each form of each value lies, and what went
// wrong so far. The functions that lower one kind of node each work on it.
#ifndef OCTET_COMPILE_LOWER_LOWERING_H_
#define OCTET_COMPILE_LOWER_LOWERING_H_

#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compile/ir/graph.h"
#include "compile/lower/program_builder.h"
#include "compile/plan/plan.h"

namespace octet::compile {

// The kind of a step that only moves values.
inline constexpr std::string_view kMove = "move";

inline bool IsF32(const Form& form) { return form.storage == Storage::kF32; }

// What becomes of a product's codes: the node that makes it, and its codes by
// the product's.
struct TableBehind {
  const Node* last;
  std::vector<uint8_t> table;
};

class Lowering {
 public:
  Lowering(const Graph& graph, const Plan& plan, const LowerOptions& options);

  const Graph& graph;
  const Plan& plan;
  const LowerOptions options;
  ProgramBuilder builder;
  // Where a value is written, if not into a buffer of its own.
  std::map<ValueId, Slot> placements;
  // Transposes that have no step of their own (matmul.cc): by the value
  // they make, where products of computed matrices and attentions read their
  // input instead; by the value they move, where the product or attention that
  // makes it writes their output.
  std::map<ValueId, const Node*> read_through, written_through;
  // Softmaxes that have no step of their own, as the step of the product that
  // reads them does both (expectation.cc): by the value they make.
  std::map<ValueId, const Node*> in_expectation;
  // Functions of codes that the product before them looks up
  // (code_function.cc): by the value that the product makes. The values that
  // have no step of their own for that.
  std::map<ValueId, TableBehind> tables_behind;
  std::set<ValueId> in_table;

  const NodePlan& PlanOf(const Node& node) const {
    return plan.nodes.at(node.name);
  }
  const std::vector<Form>& FormsOf(ValueId v) const {
    return plan.values.at(graph.values[v].name).forms;
  }
  bool IsConstant(ValueId v) const { return graph.values[v].is_constant(); }
  bool Runs(const Node& node, Precision precision) const {
    return PlanOf(node).precision == precision;
  }

  // The program's value for input `slot` of a node, in the form that the plan
  // says; conversions are added where they are missing. Constants are f32 (or
  // whatever type they have), laid out as in the graph.
  // With `place`, what is converted for the first time is written there.
  int Input(const Node& node, size_t slot, const Slot* place = nullptr);
  bool HasInput(const Node& node, size_t slot) const {
    return slot < node.inputs.size() && node.inputs[slot] != kNoValue;
  }
  // Input 0 of a node that only moves data. Where codes are moved they are the
  // output's: an input with other parameters is requantized first.
  //   errors: kUnsupported where the output has scales per channel that are not
  //           those of the channels it is moved from.
  Result<int> InputToMove(const Node& node);
  // As Input, but codes of one scale stay codes: for a kernel of floats that
  // reads such too.
  int InputOrCodes(const Node& node, size_t slot);
  // The form that the plan says; an f32 node dequantizes it.
  const Form& InputForm(const Node& node, size_t slot) const;
  // A value in one of its forms.
  int ValueIn(ValueId v, int form, const Slot* place = nullptr);
  // The same without gaps between its rows.
  int Dense(const std::string& node, int value);
  // As f32; `form` is how it is stored. Made once for a value and without gaps,
  // unless a place is given for what is not there yet.
  int AsF32(const std::string& node, int value, const Form& form,
            const Slot* place = nullptr);

  // Makes the program's value for the first form of a node's output, in its
  // place. `shape` replaces the graph's shape where a step sees it otherwise.
  int Output(const Node& node, const Shape* shape = nullptr);
  // The output of a float node whose kernel writes codes too, of one scale or,
  // if it `may_be_per_channel`, of one each: those where nobody reads anything
  // else.
  int OutputOrCodes(const Node& node, bool may_be_per_channel = false);
  // Declares that `value` is what a step wrote as the first form of `v`.
  void SetFirst(ValueId v, int value) { values_[{v, 0}] = value; }
  // Declares that `value` is the first form of the node's output (a view).
  void SetOutput(const Node& node, int value);
  const Form& OutputForm(const Node& node) const {
    return FormsOf(node.outputs[0])[0];
  }

  // Adds a step that belongs to `node`.
  template <typename T>
  void AddStep(const Node& node, std::string_view precision, T params,
               int64_t macs = 0) {
    builder.AddStep(node.name, precision, Describe(PlanOf(node).reason),
                    std::move(params), macs);
  }

 private:
  int Convert(const std::string& name, int from, const Form& from_form,
              const Form& to, const Shape& shape, const Slot* place = nullptr);
  // The same where one step can do it: one of the two is f32, or both are u8.
  int ConvertAtOnce(const std::string& name, int from, const Form& from_form,
                    const Form& to, const Shape& shape, const Slot* place);

  // The one form of a value that is read; -1 if several are.
  int OnlyFormRead(ValueId v) const;

  // Program value by (graph value, form).
  std::map<std::pair<ValueId, int>, int> values_;
  std::map<ValueId, int> constants_;
  std::map<int, int> as_f32_;  // program value to its f32 form
  std::map<ValueId, std::set<int>> forms_read_;
};

// One function for each group of node kinds; each lowers one node.
//   errors: kUnsupported: what this node needs and why it cannot be had.
Status LowerConv(Lowering& lowering, const Node& node);
Status LowerMatMul(Lowering& lowering, const Node& node);
Status LowerAttention(Lowering& lowering, const Node& node);
Status LowerUnary(Lowering& lowering, const Node& node);
Status LowerBinary(Lowering& lowering, const Node& node);
Status LowerPool(Lowering& lowering, const Node& node);
Status LowerReduce(Lowering& lowering, const Node& node);
Status LowerSoftmax(Lowering& lowering, const Node& node);
Status LowerLayerNorm(Lowering& lowering, const Node& node);
Status LowerConcat(Lowering& lowering, const Node& node);
Status LowerSlice(Lowering& lowering, const Node& node);
Status LowerPad(Lowering& lowering, const Node& node);
Status LowerTranspose(Lowering& lowering, const Node& node);
Status LowerReshape(Lowering& lowering, const Node& node);
Status LowerExpand(Lowering& lowering, const Node& node);
Status LowerTile(Lowering& lowering, const Node& node);
Status LowerResize(Lowering& lowering, const Node& node);
Status LowerGather(Lowering& lowering, const Node& node);
Status LowerCast(Lowering& lowering, const Node& node);

// Decides which values are written straight into a concatenation.
void PlaceConcats(Lowering& lowering);

// Decides which transposes the products and attentions around them do.
void PlaceTransposes(Lowering& lowering);

// Decides which softmaxes are one step with the product that reads them.
void PlaceExpectations(Lowering& lowering);
// That step.
void AddExpectation(Lowering& lowering, const Node& softmax,
                    const Node& product);

// Decides which functions of codes the products before them look up.
void PlaceCodeFunctions(Lowering& lowering);
// t[q] = quantize(f(dequantize(q))), f in double.
std::vector<uint8_t> MakeTable(const Function& f, const QuantParams& x,
                               const QuantParams& y);

// A product of two computed matrices.
Status LowerDynamicMatMul(Lowering& lowering, const Node& node);
// The step that is left of a transpose whose product wrote its output: none, or
// that to codes.
Status LowerWrittenTranspose(Lowering& lowering, const Node& node);

// Element strides of a value's axes.
std::vector<int64_t> StridesOf(const engine::ValueT& value);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_LOWERING_H_
