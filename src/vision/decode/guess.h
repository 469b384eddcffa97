// Tells a detection head by the shapes of its outputs.
#ifndef OCTET_VISION_DECODE_GUESS_H_
#define OCTET_VISION_DECODE_GUESS_H_

#include <cstdint>
#include <span>

#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/decode/detect_spec.h"

namespace octet::vision {

// A spec with the decoder, its strides and the input's size, so that a model
// detects without being told how; thresholds are the decoder's own.
//
//   outputs: shapes of all outputs in the model's order.
//   How: YOLOX has one row for each grid cell, YOLOv5 three, YOLOv8 one column
//   for each; PicoDet has two outputs for each stride; FastestDet has one map.
//   errors: kUsage if no head has such outputs; the message lists them.
Result<DetectSpec> GuessDecoder(std::span<const Shape> outputs,
                                int64_t input_height, int64_t input_width);

}  // namespace octet::vision

#endif  // OCTET_VISION_DECODE_GUESS_H_
