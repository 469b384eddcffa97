#include "compile/search/boundary_error.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/error.h"
#include "compile/calibrate/read_sample.h"
#include "compile/lower/lower.h"
#include "compile/plan/move_quant.h"
#include "compile/search/batch_parts.h"
#include "compile/search/error_sums.h"
#include "compile/search/slice_error.h"
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

// Calls take(name, exact, here) for each value of `exact` that a run of
// `session` shows, as it is the first time, after `change`.
template <typename Exact, typename F>
Status CompareRun(Session& session, const std::vector<Tensor>& inputs,
                  const std::string& sample, const Exact& exact,
                  const Edit& change, F take) {
  const int64_t batch = session.batch();
  std::set<std::pair<std::string, int64_t>> seen;  // of each sample of a batch
  std::map<std::string, Tensor> shown;
  session.SetEdit([&](int step, const TensorView& view, std::byte* data) {
    if (change) change(step, view, data);
    const auto found = exact.find(view.name);
    const bool known = view.dtype != DType::kU8 || !view.scale.empty();
    if (found == exact.end() || !known ||
        found->second.elements() != view.shape.elements() * batch ||
        !seen.insert({found->first, view.sample}).second) {
      return;
    }
    Join(view, batch, shown[found->first]);
  });
  Status status = RunSample(session, inputs, sample);
  session.SetEdit({});
  if (!status.ok()) return status;
  for (const auto& [name, here] : shown) take(name, exact.at(name), here);
  return {};
}

Status NothingSeen() {
  return Failed("the engine shows none of the values to measure on");
}

}  // namespace

std::vector<std::string> BoundaryValues(const Graph& graph,
                                        const std::vector<bool>& is_int8) {
  const Uses uses = ComputeUses(graph);
  std::vector<std::string> names;
  for (size_t n = 0; n < graph.nodes.size(); ++n) {
    const ValueId v = graph.nodes[n].outputs[0];
    const bool ends =
        uses.is_output[size_t(v)] ||
        std::ranges::any_of(uses.readers[size_t(v)], [&](NodeId reader) {
          return !is_int8[size_t(reader)];
        });
    if (is_int8[n] && ends) names.push_back(graph.values[size_t(v)].name);
  }
  if (!names.empty()) return names;
  for (ValueId v : graph.outputs) {
    names.push_back(graph.values[size_t(v)].name);
  }
  return names;
}

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
    OCTET_RETURN_IF_ERROR(CompareRun(
        session, sample.inputs, sample.name, sample.exact, /*change=*/{},
        [&](const std::string& name, const Tensor& exact, const Tensor& here) {
          own[name].Add(exact.as<float>(), here.as<float>());
        }));
    if (own.empty()) continue;
    closeness.by_sample.push_back(MeanDb(own));
    for (const auto& [name, sums] : own) all[name].Merge(sums);
  }
  if (all.empty()) return NothingSeen();
  closeness.sqnr_db = MeanDb(all);
  return closeness;
}

Result<double> Boundary::Lost(Session& session, const Edit& change) const {
  std::map<std::string, SliceError, std::less<>> errors;
  for (const Sample& sample : samples_) {
    OCTET_RETURN_IF_ERROR(CompareRun(
        session, sample.inputs, sample.name, sample.exact, change,
        [&](const std::string& name, const Tensor& exact, const Tensor& here) {
          errors[name].Add(exact.shape(), exact.as<float>(), here.as<float>());
        }));
  }
  if (errors.empty()) return NothingSeen();
  double total = 0;
  for (const auto& [name, error] : errors) total += error.lost();
  return total / double(errors.size());
}

}  // namespace octet::compile
