// Sensitivity and the search for a plan, behind the public headers.
#include "base/error.h"
#include "compile/make_plan.h"
#include "compile/model_data.h"
#include "compile/search/plan_search.h"
#include "compile/search/sensitivity.h"
#include "octet/search.h"
#include "octet/sensitivity.h"

namespace octet {
namespace {

Result<compile::Plan> PlanFrom(const Model& model, std::string_view json) {
  BuildOptions given;
  given.plan = json;
  return compile::MakePlan(model.data().graph, nullptr, model.name(), given,
                           {});
}

}  // namespace

Result<Sensitivity> MeasureSensitivity(const Model& model,
                                       std::string_view plan,
                                       const SampleSource& samples,
                                       const SensitivityOptions& options) {
  OCTET_ASSIGN(const compile::Plan whole, PlanFrom(model, plan));
  return compile::MeasureSensitivity(model.data().graph, whole, {}, samples,
                                     options);
}

Result<SearchResult> SearchPlan(const Model& model, std::string_view plan,
                                const SampleSource& samples,
                                const SearchOptions& options) {
  OCTET_ASSIGN(const compile::Plan whole, PlanFrom(model, plan));
  const compile::Ranges* ranges = options.calibration == nullptr
                                      ? nullptr
                                      : &options.calibration->data().ranges;
  OCTET_ASSIGN(
      compile::FoundPlan found,
      compile::SearchPlan(model.data().graph, whole, ranges, samples, options));
  found.result.plan = compile::ToJson(found.plan);
  return std::move(found.result);
}

}  // namespace octet
