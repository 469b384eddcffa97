#include "compile/search/boundary_error.h"

#include <algorithm>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"
#include "compile/lower/lower.h"
#include "compile/plan/move_quant.h"
#include "compile/search/error_sums.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

constexpr double kMostDb = 60;

using SumsByValue = std::map<std::string, ErrorSums, std::less<>>;

double MeanDb(const SumsByValue& sums) {
  double total = 0;
  for (const auto& [name, sum] : sums) {
    total += std::min(sum.sqnr_db(), kMostDb);
  }
  return total / double(sums.size());
}

}  // namespace

std::vector<std::string> BoundaryValues(const Graph& graph, const Plan& plan) {
  const Uses uses = ComputeUses(graph);
  std::vector<std::string> names;
  for (const Node& node : graph.nodes) {
    const auto row = plan.nodes.find(node.name);
    if (row == plan.nodes.end() || IsMover(node)) continue;
    if (row->second.precision != Precision::kInt8) continue;
    const ValueId v = node.outputs[0];
    const std::string& name = graph.values[size_t(v)].name;
    const std::vector<Form>& forms = plan.values.at(name).forms;
    const bool is_read_as_float =
        std::ranges::any_of(forms, [](const Form& f) { return !f.is_u8(); });
    if (is_read_as_float || uses.is_output[size_t(v)]) names.push_back(name);
  }
  if (!names.empty()) return names;
  for (ValueId v : graph.outputs) {
    names.push_back(graph.values[size_t(v)].name);
  }
  return names;
}

Result<Boundary> Boundary::Observe(const Graph& graph,
                                   std::vector<std::string> values,
                                   const SampleSource& samples, int64_t most,
                                   int threads) {
  Boundary boundary;
  boundary.values_ = std::move(values);
  boundary.threads_ = threads;
  OCTET_ASSIGN(const Engine engine,
               EngineOf(graph, FloatPlan(graph), /*whole=*/true));
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads}));
  for (int64_t i : SpreadOver(samples.size(), most)) {
    Result<std::vector<Tensor>> inputs = ReadSample(samples, i);
    if (!inputs.ok()) continue;
    Sample& sample = boundary.samples_.emplace_back();
    sample.name = samples.Name(i);
    sample.inputs = *std::move(inputs);
    session.SetTap([&](int, const TensorView& view) {
      if (view.dtype == DType::kF32 &&
          std::ranges::count(boundary.values_, view.name) > 0) {
        sample.exact.insert_or_assign(std::string(view.name), CopyDense(view));
      }
    });
    OCTET_RETURN_IF_ERROR(RunSample(session, sample.inputs, sample.name));
  }
  if (boundary.samples_.empty()) {
    return BadInput("no sample can be read to measure on");
  }
  return boundary;
}

Result<Closeness> Boundary::Measure(const Graph& graph,
                                    const Plan& plan) const {
  OCTET_ASSIGN(const Engine engine, EngineOf(graph, plan, /*whole=*/false));
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads_}));
  SumsByValue all;
  Closeness closeness;
  for (const Sample& sample : samples_) {
    SumsByValue own;
    session.SetTap([&](int, const TensorView& view) {
      const auto exact = sample.exact.find(view.name);
      const bool known = view.dtype != DType::kU8 || !view.scale.empty();
      if (exact == sample.exact.end() || !known || own.contains(view.name) ||
          exact->second.elements() != view.shape.elements()) {
        return;
      }
      const Tensor built = CopyAsF32(view);
      own[std::string(view.name)].Add(exact->second.as<float>(),
                                      built.as<float>());
      all[std::string(view.name)].Add(exact->second.as<float>(),
                                      built.as<float>());
    });
    OCTET_RETURN_IF_ERROR(RunSample(session, sample.inputs, sample.name));
    if (!own.empty()) closeness.by_sample.push_back(MeanDb(own));
  }
  if (all.empty()) {
    return Failed("the engine shows none of the values to measure on");
  }
  closeness.sqnr_db = MeanDb(all);
  return closeness;
}

}  // namespace octet::compile
