// An engine under check, and the fp32 engine of the same model beside it.
#ifndef OCTET_TOOLS_OCTET_CHECKED_ENGINE_H_
#define OCTET_TOOLS_OCTET_CHECKED_ENGINE_H_

#include <memory>
#include <optional>

#include "calibrate_options.h"
#include "check_config.h"
#include "console.h"
#include "octet/compiler.h"

namespace octet::cli {

// What a configuration says of the model.
inline ModelArguments ModelOf(const CheckConfig& config) {
  return {config.model, config.shapes};
}

class CheckedEngine {
 public:
  // Opens what the configuration names, or builds it.
  //   errors: those of Model::Open, Engine::Open, Calibrate and BuildEngine;
  //           kBadInput for an engine of another model.
  static Result<CheckedEngine> Prepare(const CheckConfig& config,
                                       Console& console);

  const Model& model() const { return model_; }
  const Engine& engine() const { return *engine_; }
  const Engine& f32() const { return *f32_; }
  // nullptr where the configuration names none.
  const SampleSource* samples() const { return samples_.get(); }
  const Calibration* calibration() const {
    return calibration_ ? &*calibration_ : nullptr;
  }
  // Of an engine that was built here; empty: unknown.
  const std::string& plan() const { return plan_; }
  const vision::Settings& settings() const { return settings_; }
  // Of the files.
  size_t engine_bytes() const { return engine_bytes_; }
  size_t f32_bytes() const { return f32_bytes_; }

 private:
  explicit CheckedEngine(Model model) : model_(std::move(model)) {}

  Status FindSamples(const CheckConfig& config);
  Result<BuildOptions> Options() const;
  Status MakeFloat();
  Status BuildInt8(const CheckConfig& config, Console& console);
  Status OpenEngine(const CheckConfig& config);

  Model model_;
  CalibrateArguments arguments_;
  vision::Settings settings_;
  std::unique_ptr<SampleSource> samples_;
  std::optional<Calibration> calibration_;
  std::optional<Engine> engine_, f32_;
  std::string plan_;
  size_t engine_bytes_ = 0, f32_bytes_ = 0;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_CHECKED_ENGINE_H_
