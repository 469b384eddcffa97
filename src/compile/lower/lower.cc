#include "compile/lower/lower.h"

#include "base/error.h"
#include "compile/lower/lowering.h"
#include "compile/plan/check_plan.h"
#include "compile/plan/classify.h"

namespace octet::compile {
namespace {

// Lowers the node kinds that no function of lowering.h knows.
Status NoKernel(const Node& node) {
  return Unsupported("no kernel for {} on computed values", node.type);
}

Status LowerNode(Lowering& lowering, const Node& node) {
  struct Visitor {
    Lowering& lowering;
    const Node& node;
    Status operator()(const Conv&) { return LowerConv(lowering, node); }
    Status operator()(const MatMul&) { return LowerMatMul(lowering, node); }
    Status operator()(const Attention&) {
      return LowerAttention(lowering, node);
    }
    Status operator()(const Unary&) { return LowerUnary(lowering, node); }
    Status operator()(const Binary&) { return LowerBinary(lowering, node); }
    Status operator()(const Pool&) { return LowerPool(lowering, node); }
    Status operator()(const Reduce&) { return LowerReduce(lowering, node); }
    Status operator()(const Softmax&) { return LowerSoftmax(lowering, node); }
    Status operator()(const LayerNorm&) {
      return LowerLayerNorm(lowering, node);
    }
    Status operator()(const Concat&) { return LowerConcat(lowering, node); }
    Status operator()(const Slice&) { return LowerSlice(lowering, node); }
    Status operator()(const Pad&) { return LowerPad(lowering, node); }
    Status operator()(const Transpose&) {
      return LowerTranspose(lowering, node);
    }
    Status operator()(const Reshape&) { return LowerReshape(lowering, node); }
    Status operator()(const Expand&) { return LowerExpand(lowering, node); }
    Status operator()(const Tile&) { return LowerTile(lowering, node); }
    Status operator()(const Resize&) { return LowerResize(lowering, node); }
    Status operator()(const Gather&) { return LowerGather(lowering, node); }
    Status operator()(const Cast&) { return LowerCast(lowering, node); }
    Status operator()(const Where&) { return NoKernel(node); }
    Status operator()(const ShapeOf&) { return NoKernel(node); }
    Status operator()(const ConstantOfShape&) { return NoKernel(node); }
    Status operator()(const RangeOp&) { return NoKernel(node); }
    Status operator()(const Quantize&) { return NoKernel(node); }
    Status operator()(const Dequantize&) { return NoKernel(node); }
  };
  return std::visit(Visitor{lowering, node}, node.op);
}

// That the ranges have been chosen.
Status CheckScales(const Plan& plan) {
  for (const auto& [name, value] : plan.values) {
    for (const Form& form : value.forms) {
      if (!form.is_u8() || !form.quant.scale.empty()) continue;
      return BadInput(
          "plan: value '{}' is u8 but has no scale; calibrate "
          "first",
          name);
    }
  }
  return {};
}

void AddInputs(Lowering& lowering) {
  for (ValueId v : lowering.graph.inputs) {
    Node input;
    input.outputs = {v};
    lowering.builder.profile().inputs.push_back(lowering.Output(input));
  }
}

void AddOutputs(Lowering& lowering) {
  const Graph& graph = lowering.graph;
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    const ValueId v = graph.outputs[i];
    const std::string& name = graph.values[v].name;
    int value;
    if (lowering.IsConstant(v)) {
      Node reader;
      reader.inputs = {v};
      value = lowering.Dense(name, lowering.Input(reader, 0));
    } else {
      const int form = lowering.plan.output_forms[i];
      value = lowering.AsF32(name, lowering.ValueIn(v, form),
                             lowering.FormsOf(v)[size_t(form)]);
    }
    engine::ProfileT& profile = lowering.builder.profile();
    // The output bears the model's name, whatever it was converted from.
    profile.values[value]->name = name;
    profile.outputs.push_back(value);
  }
}

void AddNotes(Lowering& lowering, int64_t batch, engine::ProgramT& program) {
  for (const Node& node : lowering.graph.nodes) {
    const NodePlan& plan = lowering.PlanOf(node);
    auto note = std::make_unique<engine::NodeNoteT>();
    note->node = node.name;
    note->type = node.type;
    note->precision = Name(plan.precision);
    note->reason = Describe(plan.reason);
    note->macs = uint64_t(CountMacs(lowering.graph, node) * batch);
    program.notes.push_back(std::move(note));
  }
}

}  // namespace

Result<Lowered> Lower(const Graph& graph, const Plan& plan,
                      const LowerOptions& options) {
  OCTET_RETURN_IF_ERROR(CheckPlan(graph, plan));
  OCTET_RETURN_IF_ERROR(CheckForms(graph, plan));
  OCTET_RETURN_IF_ERROR(CheckScales(plan));
  Lowering lowering(graph, plan, options);
  if (options.in_place) {
    PlaceConcats(lowering);
    PlaceTransposes(lowering);
    PlaceExpectations(lowering);
    PlaceCodeFunctions(lowering);
  }
  AddInputs(lowering);
  std::string faults;
  for (const Node& node : graph.nodes) {
    const Status status = LowerNode(lowering, node);
    if (status.ok()) continue;
    faults += fmt::format("\n  node '{}' ({}): {}", node.name, node.type,
                          status.message());
    lowering.Output(node);  // so that its readers can be looked at too
  }
  if (!faults.empty()) return Unsupported("cannot be lowered:{}", faults);
  AddOutputs(lowering);
  engine::ProgramT notes;
  AddNotes(lowering, options.batch, notes);
  Lowered lowered = lowering.builder.Finish(options);
  lowered.program.notes = std::move(notes.notes);
  lowered.program.version = engine::kProgramVersion;
  lowered.program.model_name = graph.name;
  lowered.program.target = "x86-64";
  return lowered;
}

Plan FloatPlan(const Graph& graph) {
  Plan plan;
  for (ValueId v : graph.inputs) plan.values[graph.values[v].name].forms = {{}};
  for (const Node& node : graph.nodes) {
    NodePlan& row = plan.nodes[node.name];
    row.reason = {ReasonKind::kAsked, "fp32 build"};
    for (ValueId v : node.inputs) {
      const bool constant = v == kNoValue || graph.values[v].is_constant();
      row.input_forms.push_back(constant ? -1 : 0);
    }
    for (ValueId v : node.outputs) {
      plan.values[graph.values[v].name].forms = {{}};
    }
  }
  plan.output_forms.assign(graph.outputs.size(), 0);
  plan.origin = "fp32";
  return plan;
}

}  // namespace octet::compile
