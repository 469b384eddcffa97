#include "compile/search/engine_loss.h"

#include <algorithm>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"
#include "compile/lower/lower.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

Result<std::vector<Tensor>> OutputsOf(const Session& session) {
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    OCTET_ASSIGN(outputs.emplace_back(), session.GetOutput(int(i)));
  }
  return outputs;
}

}  // namespace

Result<FloatRuns> FloatRuns::Observe(const Graph& graph,
                                     const std::vector<std::string>& values,
                                     const SampleSource& samples,
                                     const std::vector<int64_t>& indices,
                                     int threads) {
  FloatRuns all;
  OCTET_ASSIGN(const Engine engine,
               EngineOf(graph, FloatPlan(graph), /*whole=*/true));
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads}));
  for (int64_t i : indices) {
    Run& run = all.runs_.emplace_back();
    run.name = samples.Name(i);
    OCTET_ASSIGN(run.inputs, ReadSample(samples, i));
    session.SetTap([&](int, const TensorView& view) {
      if (view.dtype == DType::kF32 &&
          std::ranges::count(values, view.name) > 0) {
        run.exact.insert_or_assign(std::string(view.name), CopyDense(view));
      }
    });
    OCTET_RETURN_IF_ERROR(RunSample(session, run.inputs, run.name));
    OCTET_ASSIGN(run.outputs, OutputsOf(session));
  }
  return all;
}

Result<std::vector<SampleLoss>> FloatRuns::LossOf(const Graph& graph,
                                                  const Plan& plan,
                                                  const ChangedAnswers& changed,
                                                  int threads) const {
  OCTET_ASSIGN(const Engine engine, EngineOf(graph, plan, /*whole=*/false));
  OCTET_ASSIGN(Session session, Session::Create(engine, {.threads = threads}));
  std::vector<SampleLoss> losses;
  for (const Run& run : runs_) {
    std::map<std::string, double, std::less<>> noise;
    session.SetTap([&](int, const TensorView& view) {
      const auto exact = run.exact.find(view.name);
      const bool known = view.dtype == DType::kF32 ||
                         (view.dtype == DType::kU8 && !view.scale.empty());
      if (exact == run.exact.end() || !known || noise.contains(view.name) ||
          exact->second.elements() != view.shape.elements()) {
        return;
      }
      noise[std::string(view.name)] =
          NoiseShare(exact->second.as<float>(), CopyAsF32(view).as<float>());
    });
    OCTET_RETURN_IF_ERROR(RunSample(session, run.inputs, run.name));
    SampleLoss& loss = losses.emplace_back();
    for (const auto& [name, share] : noise) {
      loss.noise += share / double(noise.size());
    }
    OCTET_ASSIGN(const std::vector<Tensor> outputs, OutputsOf(session));
    OutputLoss sums;
    for (size_t o = 0; o < outputs.size(); ++o) {
      if (outputs[o].dtype() != DType::kF32) continue;
      sums.Add(run.outputs[o].as<float>(), outputs[o].as<float>());
    }
    sums.WriteTo(loss);
    if (!changed) continue;
    OCTET_ASSIGN(loss.changed, changed(run.outputs, outputs));
  }
  return losses;
}

}  // namespace octet::compile
