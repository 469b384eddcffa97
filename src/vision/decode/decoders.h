// Detection heads: from the outputs of a network to candidate boxes. One file
// a head, one table of all.
#ifndef OCTET_VISION_DECODE_DECODERS_H_
#define OCTET_VISION_DECODE_DECODERS_H_

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/decode/candidate.h"
#include "vision/decode/detect_spec.h"

namespace octet::vision {

// A decoder appends every (box, class) pair whose score is above
// spec.score_threshold, in the order of the outputs' places, then of classes.
//   outputs: of one picture, f32, in the model's order, with a batch of 1.
//   spec:    input_height and input_width are known.
//   errors:  kUsage if the outputs do not have the head's shapes.
using DecodeFn = Status (*)(std::span<const Tensor> outputs,
                            const DetectSpec& spec,
                            std::vector<Candidate>* candidates);

struct Decoder {
  std::string_view name;
  DecodeFn decode;
  double nms_iou;                    // the original's, if the spec is silent
  std::span<const int64_t> strides;  // the published models'
};

// yolov8     [1, 4 + C, N]: cx cy w h in pixels, class scores (YOLOv8, v9, 11)
// yolox      [1, N, 5 + C]: offsets in the cell, objectness, class scores
// yolov5     [1, N, 5 + C]: cx cy w h in pixels, objectness, class scores; or
//            one map for each stride, [1, A, h, w, 5 + C] or
//            [1, A * (5 + C), h, w], before the sigmoid, with anchors
// picodet    for each stride a [1, n, C] of scores, then for each a
//            [1, n, 4 * bins] of side distributions (PicoDet, NanoDet)
// fastestdet [1, 5 + C, h, w]: objectness, box, class probabilities
std::span<const Decoder> Decoders();
std::span<const std::string_view> DecoderNames();

// nullptr if there is none of that name.
const Decoder* FindDecoder(std::string_view name);

// The decoder's own intersection over union for NMS; 0.5 if unknown.
double DefaultNmsIou(std::string_view name);

// Checks the outputs and runs the decoder that the spec names.
//   errors: kUsage for an unknown decoder, unknown input size or outputs of
//           another type or shape.
Result<std::vector<Candidate>> Decode(std::span<const Tensor> outputs,
                                      const DetectSpec& spec);

Status DecodeYolov8(std::span<const Tensor> outputs, const DetectSpec& spec,
                    std::vector<Candidate>* candidates);
Status DecodeYolox(std::span<const Tensor> outputs, const DetectSpec& spec,
                   std::vector<Candidate>* candidates);
Status DecodeYolov5(std::span<const Tensor> outputs, const DetectSpec& spec,
                    std::vector<Candidate>* candidates);
Status DecodePicodet(std::span<const Tensor> outputs, const DetectSpec& spec,
                     std::vector<Candidate>* candidates);
Status DecodeFastestdet(std::span<const Tensor> outputs, const DetectSpec& spec,
                        std::vector<Candidate>* candidates);

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_DECODERS_H_
