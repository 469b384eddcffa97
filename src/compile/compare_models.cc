// Engines against their model, another engine or another runtime's tensors,
// behind the public header.
#include "base/error.h"
#include "compile/calibrate/calibrate.h"
#include "compile/model_data.h"
#include "compile/search/compare.h"
#include "compile/search/diagnose.h"
#include "octet/compiler.h"

namespace octet {
namespace {

Status CheckBuiltFrom(const Model& model, const Engine& engine) {
  if (engine.model_hash() == model.hash()) return {};
  return BadInput(
      "the engine was built from another model ({}) than {}; give that one, "
      "or build anew",
      engine.model_name(), model.name());
}

// Neither another range rule nor --keep is taken for a quantized model.
void ProposeSearch(std::vector<Suspect>& suspects) {
  for (Suspect& suspect : suspects) {
    suspect.remedy = "--max-drop 0.5%";
    suspect.keep.clear();
  }
}

}  // namespace

Result<Comparison> CompareLayers(const Model& model, const Engine& engine,
                                 const SampleSource& samples, int64_t most) {
  OCTET_RETURN_IF_ERROR(CheckBuiltFrom(model, engine));
  return compile::CompareLayers(model.data().graph, &engine, {}, samples, most);
}

Result<Comparison> CompareEngines(const Model& model, const Engine& truth,
                                  const Engine& engine,
                                  const SampleSource& samples, int64_t most) {
  OCTET_RETURN_IF_ERROR(CheckBuiltFrom(model, truth));
  OCTET_RETURN_IF_ERROR(CheckBuiltFrom(model, engine));
  return compile::CompareLayers(model.data().graph, &engine, {.engine = &truth},
                                samples, most);
}

Result<Comparison> CompareTensors(const Model& model, const Engine* engine,
                                  const ValueSource& truth,
                                  const SampleSource& samples, int64_t most) {
  if (engine != nullptr) {
    OCTET_RETURN_IF_ERROR(CheckBuiltFrom(model, *engine));
  }
  return compile::CompareLayers(model.data().graph, engine, {.values = &truth},
                                samples, most);
}

Result<std::vector<Suspect>> Diagnose(const Model& model, const Engine& engine,
                                      const SampleSource& samples,
                                      const Calibration* calibration,
                                      std::string_view plan, size_t most) {
  OCTET_RETURN_IF_ERROR(CheckBuiltFrom(model, engine));
  const compile::Graph& graph = model.data().graph;
  std::optional<compile::Plan> built_by = model.data().imported;
  if (!plan.empty()) {
    OCTET_ASSIGN(built_by, compile::PlanFromJson(plan, "plan"));
  }
  compile::Ranges seen;
  if (calibration == nullptr) {
    OCTET_ASSIGN(
        seen, compile::Calibrate(graph, samples, compile::CalibrateOptions()));
  }
  OCTET_ASSIGN(std::vector<Suspect> suspects,
               compile::Diagnose(
                   graph, engine, samples,
                   calibration == nullptr ? seen : calibration->data().ranges,
                   built_by ? &*built_by : nullptr, most));
  if (model.is_quantized()) ProposeSearch(suspects);
  return suspects;
}

}  // namespace octet
