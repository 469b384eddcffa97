#include "checked_engine.h"

#include "base/error.h"
#include "base/file.h"

namespace octet::cli {

Result<CheckedEngine> CheckedEngine::Prepare(const CheckConfig& config,
                                             Console& console) {
  OCTET_ASSIGN(Model model, ModelOf(config).Open());
  CheckedEngine checked(std::move(model));
  OCTET_RETURN_IF_ERROR(checked.FindSamples(config));
  OCTET_RETURN_IF_ERROR(checked.MakeFloat());
  OCTET_RETURN_IF_ERROR(config.engine.empty()
                            ? checked.BuildInt8(config, console)
                            : checked.OpenEngine(config));
  return checked;
}

Status CheckedEngine::FindSamples(const CheckConfig& config) {
  arguments_.data = config.calib;
  arguments_.preprocess = config.preprocess;
  arguments_.method = config.method;
  arguments_.limit = config.limit;
  OCTET_ASSIGN(settings_, LoadPreprocess(config.preprocess, config.model));
  if (config.calib.empty()) return {};
  OCTET_ASSIGN(samples_, OpenCalibrationSamples(model_, arguments_, settings_));
  return {};
}

Result<BuildOptions> CheckedEngine::Options() const {
  BuildOptions options;
  OCTET_ASSIGN(options.preprocess,
               RecordedPreprocess(settings_, InputSpecs(model_.inputs())));
  if (settings_.detect) options.detect = vision::ToText(*settings_.detect);
  return options;
}

Status CheckedEngine::MakeFloat() {
  OCTET_ASSIGN(BuildOptions options, Options());
  options.precision = "fp32";
  OCTET_ASSIGN(const Build build, BuildEngine(model_, nullptr, options));
  f32_bytes_ = build.engine.size();
  OCTET_ASSIGN(f32_, Engine::FromBytes(build.engine));
  return {};
}

Status CheckedEngine::BuildInt8(const CheckConfig& config, Console& console) {
  OCTET_ASSIGN(BuildOptions options, Options());
  options.range_rule = config.method;
  options.keep = config.keep;
  options.samples = samples_.get();
  OCTET_RETURN_IF_ERROR(CheckBuildOptions(model_, options));
  if (!config.ranges.empty()) {
    OCTET_ASSIGN(calibration_, Calibration::Open(config.ranges));
  } else if (!model_.is_quantized()) {
    OCTET_ASSIGN(calibration_, RunCalibration(model_, ModelOf(config),
                                              arguments_, "", console));
  }
  OCTET_ASSIGN(const Build build, BuildEngine(model_, calibration(), options));
  engine_bytes_ = build.engine.size();
  plan_ = build.plan;
  OCTET_ASSIGN(engine_, Engine::FromBytes(build.engine));
  return {};
}

Status CheckedEngine::OpenEngine(const CheckConfig& config) {
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(config.engine));
  engine_bytes_ = file.bytes().size();
  OCTET_ASSIGN(engine_, Engine::Open(config.engine));
  if (engine_->model_hash() == model_.hash()) return {};
  return BadInput("{}: was built from another model ({}) than {}",
                  config.engine, engine_->model_name(), config.model);
}

}  // namespace octet::cli
