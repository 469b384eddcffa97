#include "detector.h"

#include "base/error.h"
#include "vision/decode/decoders.h"
#include "vision/decode/guess.h"
#include "vision/preprocess_text.h"

namespace octet::cli {

Result<vision::DetectSpec> DetectSpecFor(
    const vision::Settings& settings, const std::vector<ValueInfo>& inputs,
    const std::vector<ValueInfo>& outputs) {
  if (inputs.empty()) return Usage("the model has no input");
  OCTET_ASSIGN(const vision::InputForm form,
               vision::InputFormOf(inputs[0].shape));
  if (settings.detect) {
    vision::DetectSpec spec = *settings.detect;
    spec.input_height = form.height;
    spec.input_width = form.width;
    return spec;
  }
  std::vector<Shape> shapes;
  for (const ValueInfo& output : outputs) shapes.push_back(output.shape);
  return vision::GuessDecoder(shapes, form.height, form.width);
}

Result<Detector> Detector::Create(const Engine& engine, Session session,
                                  const std::string& preprocess) {
  OCTET_ASSIGN(vision::Settings settings, EngineSettings(engine));
  if (!preprocess.empty()) {
    OCTET_ASSIGN(const vision::Settings asked,
                 vision::LoadSettings(preprocess));
    if (settings.preprocess.raw) {
      settings = asked;
    } else {
      vision::Preprocess bound = asked.preprocess;
      OCTET_RETURN_IF_ERROR(
          evaluate::BindPreprocess(InputSpecs(session.inputs()), &bound));
      const std::string difference = vision::DescribeDifference(
          settings.preprocess, "the engine", bound, "--preprocess");
      if (!difference.empty()) {
        return Usage("the preprocessing differs: {}; leave --preprocess out",
                     difference);
      }
    }
  }
  if (settings.preprocess.raw) {
    return Usage(
        "the engine records no preprocessing; say it with "
        "--preprocess yolov8 (or another preset or file)");
  }
  OCTET_RETURN_IF_ERROR(evaluate::BindPreprocess(InputSpecs(session.inputs()),
                                                 &settings.preprocess));
  OCTET_ASSIGN(vision::DetectSpec spec,
               DetectSpecFor(settings, session.inputs(), session.outputs()));
  OCTET_ASSIGN(const vision::InputForm form,
               vision::InputFormOf(session.inputs()[0].shape));
  return Detector(std::move(session), settings.preprocess, std::move(spec),
                  form.layout);
}

Result<std::vector<vision::Detection>> Detector::Detect(
    const vision::Image& image) {
  OCTET_ASSIGN(const vision::Placement placement,
               vision::Place(preprocess_, image.width, image.height));
  std::vector<Tensor> inputs;
  OCTET_ASSIGN(inputs.emplace_back(),
               vision::Apply(preprocess_, layout_, image));
  OCTET_ASSIGN(const std::vector<Tensor> outputs, RunSession(session_, inputs));
  return vision::Detect(outputs, spec_, placement, image.width, image.height);
}

}  // namespace octet::cli
