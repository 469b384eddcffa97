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
                                      size_t most) {
  OCTET_RETURN_IF_ERROR(CheckBuiltFrom(model, engine));
  const compile::Graph& graph = model.data().graph;
  if (calibration != nullptr) {
    return compile::Diagnose(graph, engine, samples, calibration->data().ranges,
                             most);
  }
  OCTET_ASSIGN(const compile::Ranges seen,
               compile::Calibrate(graph, samples, compile::CalibrateOptions()));
  return compile::Diagnose(graph, engine, samples, seen, most);
}

}  // namespace octet
