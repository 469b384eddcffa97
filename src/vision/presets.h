// Preprocessing of well-known model families, by name.
#ifndef OCTET_VISION_PRESETS_H_
#define OCTET_VISION_PRESETS_H_

#include <span>
#include <string_view>

#include "octet/status.h"
#include "vision/preprocess.h"

namespace octet::vision {

// imagenet   short side to 256/224 of the input, middle cut out; RGB; mean
//            and deviation of ImageNet (torchvision's models)
// yolov5, yolov8, yolov11
//            letterboxed in the middle on grey 114; RGB / 255
// yolox      letterboxed at the top left on grey 114; BGR, 0..255
// picodet    stretched; RGB; mean and deviation of ImageNet
// ssd        stretched; RGB; -1..1 (SSD with MobileNet)
// raw        tensors are ready made
// The size of the input is taken from the model (BindInput).
//   errors: kUsage for an unknown name, with the nearest known one.
Result<Preprocess> FindPreset(std::string_view name);

std::span<const std::string_view> PresetNames();

}  // namespace octet::vision

#endif  // OCTET_VISION_PRESETS_H_
