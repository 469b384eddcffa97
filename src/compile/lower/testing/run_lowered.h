// Graphs from text, lowered and run: what the tests of lowering are made of.
#ifndef OCTET_COMPILE_LOWER_TESTING_RUN_LOWERED_H_
#define OCTET_COMPILE_LOWER_TESTING_RUN_LOWERED_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "compile/ir/testing/must_parse.h"
#include "compile/lower/lower.h"
#include "compile/plan/move_quant.h"
#include "compile/plan/propose.h"
#include "compile/reference/evaluate.h"
#include "runtime/engine.h"

namespace octet::compile {

// Seeded tensors for all inputs.
inline std::vector<Tensor> InputsOf(const Graph& graph) {
  std::vector<Tensor> inputs;
  for (ValueId v : graph.inputs) {
    const Value& value = graph.values[size_t(v)];
    inputs.push_back(MakeSeeded(value.dtype, value.shape, 11));
  }
  return inputs;
}

// The outputs of a lowered program.
inline std::vector<Tensor> RunProgram(Lowered lowered,
                                      const std::vector<Tensor>& inputs) {
  Result<Engine> engine = runtime::MakeEngine(std::move(lowered.program),
                                              lowered.constants.bytes());
  EXPECT_TRUE(engine.ok()) << engine.status().message();
  if (!engine.ok()) return {};
  Result<Session> session = Session::Create(*engine);
  EXPECT_TRUE(session.ok()) << session.status().message();
  for (size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(session->SetInput(int(i), inputs[i]).ok());
  }
  const Status ran = session->Run();
  EXPECT_TRUE(ran.ok()) << ran.message();
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session->outputs().size(); ++i) {
    outputs.push_back(*session->GetOutput(int(i)));
  }
  return outputs;
}

// The outputs of a graph lowered as its plan says, on seeded inputs.
inline std::vector<Tensor> RunLowered(const Graph& graph, const Plan& plan,
                                      const LowerOptions& options = {}) {
  Result<Lowered> lowered = Lower(graph, plan, options);
  EXPECT_TRUE(lowered.ok()) << lowered.status().message();
  if (!lowered.ok()) return {};
  return RunProgram(*std::move(lowered), InputsOf(graph));
}

// relative: of the largest wanted element of each output.
inline void ExpectNear(const std::vector<Tensor>& got,
                       const std::vector<Tensor>& want, float relative) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t o = 0; o < want.size(); ++o) {
    ASSERT_EQ(got[o].elements(), want[o].elements());
    const auto x = got[o].as<float>(), y = want[o].as<float>();
    float peak = 1e-3f;
    for (float v : y) peak = std::max(peak, std::abs(v));
    for (size_t i = 0; i < y.size(); ++i) {
      ASSERT_NEAR(x[i], y[i], relative * peak) << "output " << o << ", " << i;
    }
  }
}

// The float program against the plain evaluator, with values in place and
// whole.
inline void ExpectFloatAsReference(std::string_view text) {
  const Graph graph = MustParse(text);
  const auto want = Evaluate(graph, InputsOf(graph));
  ASSERT_TRUE(want.ok()) << want.status().message();
  for (bool in_place : {true, false}) {
    ExpectNear(RunLowered(graph, FloatPlan(graph), {.in_place = in_place}),
               *want, 2e-5f);
  }
}

// Gives the u8 forms of a value that lack parameters the range of `x`, one for
// all channels.
inline void GiveRange(const Tensor& x, std::vector<Form>& forms) {
  const auto [low, high] = std::ranges::minmax(x.as<float>());
  const Shape& shape = x.shape();
  for (Form& form : forms) {
    if (!form.is_u8() || !form.quant.scale.empty()) continue;
    const bool per_channel = form.granularity == Granularity::kPerChannel;
    const int64_t n = per_channel ? shape[shape.rank() - 1] : 1;
    form.quant =
        *ChooseQuantParams(std::vector<Range>(size_t(n), Range{low, high}));
  }
}

// Gives every u8 form that lacks parameters the range that its value has on
// the seeded inputs, and what is moved as codes the parameters it is moved
// with.
inline void GiveRanges(const Graph& graph, Plan& plan) {
  const auto values = EvaluateAll(graph, InputsOf(graph));
  ASSERT_TRUE(values.ok()) << values.status().message();
  const auto forms = [&](ValueId v) -> std::vector<Form>& {
    return plan.values.at(graph.values[size_t(v)].name).forms;
  };
  for (ValueId v : graph.inputs) GiveRange(*(*values)[size_t(v)], forms(v));
  for (const Node& node : graph.nodes) {
    const ValueId y = node.outputs[0];
    const NodePlan& row = plan.nodes.at(node.name);
    if (IsMover(node) && !std::holds_alternative<Concat>(node.op) &&
        row.precision == Precision::kInt8 && forms(y)[0].quant.scale.empty()) {
      forms(y)[0].quant =
          forms(node.inputs[0])[size_t(row.input_forms[0])].quant;
    }
    GiveRange(*(*values)[size_t(y)], forms(y));
  }
}

// As the rules of structure say, with those ranges.
inline Plan PlanWithRanges(const Graph& graph,
                           const ProposeOptions& options = {}) {
  Result<Plan> plan = Propose(graph, options);
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  GiveRanges(graph, *plan);
  return *std::move(plan);
}

// What is left of x after it was stored as u8; parameters by the last axis.
inline Tensor Rounded(const Tensor& x, const QuantParams& quant) {
  Tensor out(DType::kF32, x.shape());
  const auto from = x.as<float>();
  const auto to = out.as<float>();
  for (size_t i = 0; i < from.size(); ++i) {
    const size_t c = quant.per_channel() ? i % quant.scale.size() : 0;
    const float scale = quant.scale[c];
    const int32_t zero = quant.zero_point[c];
    to[i] = octet::Dequantize(QuantizeU8(from[i], scale, zero), scale, zero);
  }
  return out;
}

// A u8 form with these parameters.
inline Form U8(const QuantParams& quant) {
  Form form = Form::U8(quant.per_channel() ? Granularity::kPerChannel
                                           : Granularity::kPerTensor);
  form.quant = quant;
  return form;
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_LOWER_TESTING_RUN_LOWERED_H_
