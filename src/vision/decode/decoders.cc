#include "vision/decode/decoders.h"

#include <algorithm>
#include <array>

#include "base/error.h"
#include "base/nearest.h"

namespace octet::vision {
namespace {

constexpr int64_t kThreeStrides[] = {8, 16, 32};
constexpr int64_t kFourStrides[] = {8, 16, 32, 64};

// The intersections over union are those of the originals' own evaluation.
constexpr Decoder kDecoders[] = {
    {"yolov8", DecodeYolov8, 0.7, kThreeStrides},
    {"yolox", DecodeYolox, 0.65, kThreeStrides},
    {"yolov5", DecodeYolov5, 0.6, kThreeStrides},
    {"picodet", DecodePicodet, 0.6, kFourStrides},
    {"fastestdet", DecodeFastestdet, 0.45, {}},
};

constexpr auto kDecoderNames = [] {
  std::array<std::string_view, std::size(kDecoders)> names;
  for (size_t i = 0; i < names.size(); ++i) names[i] = kDecoders[i].name;
  return names;
}();

}  // namespace

std::span<const Decoder> Decoders() { return kDecoders; }
std::span<const std::string_view> DecoderNames() { return kDecoderNames; }

const Decoder* FindDecoder(std::string_view name) {
  const auto* row = std::ranges::find(kDecoders, name, &Decoder::name);
  return row == std::end(kDecoders) ? nullptr : row;
}

double DefaultNmsIou(std::string_view name) {
  const Decoder* decoder = FindDecoder(name);
  return decoder == nullptr ? 0.5 : decoder->nms_iou;
}

Result<std::vector<Candidate>> Decode(std::span<const Tensor> outputs,
                                      const DetectSpec& spec) {
  const Decoder* decoder = FindDecoder(spec.decoder);
  if (decoder == nullptr) {
    return Usage("'{}' is no detection decoder{}", spec.decoder,
                 Suggestion(spec.decoder, kDecoderNames));
  }
  if (spec.input_height < 1 || spec.input_width < 1) {
    return Usage(
        "decoder '{}' needs the size of the model's input; give "
        "input_hw = [height, width]",
        spec.decoder);
  }
  for (const Tensor& output : outputs) {
    const Shape& shape = output.shape();
    if (output.dtype() != DType::kF32 || shape.rank() < 3 || shape[0] != 1) {
      return Usage(
          "decoder '{}' takes outputs of f32 with a batch of 1, found "
          "{} {}",
          spec.decoder, Name(output.dtype()), shape.ToString());
    }
  }
  DetectSpec complete = spec;
  if (complete.strides.empty()) {
    complete.strides.assign(decoder->strides.begin(), decoder->strides.end());
  }
  std::vector<Candidate> candidates;
  OCTET_RETURN_IF_ERROR(decoder->decode(outputs, complete, &candidates));
  return candidates;
}

}  // namespace octet::vision
