// From a picture to the tensor that a model was trained on.
//
// Preprocessing is part of the model: a wrong colour order or mean costs
// accuracy without any error. It is therefore a value of its own that is
// written into calibration files and engines and compared when they are used.
#ifndef OCTET_VISION_PREPROCESS_H_
#define OCTET_VISION_PREPROCESS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "octet/status.h"
#include "octet/tensor.h"
#include "vision/image.h"

namespace octet::vision {

// How a picture gets the size of the model's input.
enum class ResizeKind : uint8_t {
  kNone,                   // it has that size already
  kStretch,                // each side on its own
  kLetterboxTopLeft,       // keeps its form, at the top left, the rest padded
  kLetterboxCenter,        // keeps its form, in the middle, the rest padded
  kCenterCrop,             // the middle is cut out
  kResizeShortCenterCrop,  // the short side first becomes `resize_short`
};

enum class ColorOrder : uint8_t { kRgb, kBgr, kGray };

// Where the channels stand in the tensor.
enum class Layout : uint8_t { kNchw, kNhwc };

// x = (pixel - mean[c]) * scale[c] for each channel c in the given colour
// order, after the resize, in float32.
struct Preprocess {
  // Tensors come ready made, nothing below applies.
  bool raw = false;

  ResizeKind resize = ResizeKind::kStretch;
  // Size of the model's input; 0 until BindInput tells it.
  int64_t height = 0;
  int64_t width = 0;
  // Only for kResizeShortCenterCrop; 0 until bound: then 256 / 224 of the
  // shorter side of the input, as the ImageNet models were trained.
  int64_t resize_short = 0;
  int pad_value = 0;
  ColorOrder color = ColorOrder::kRgb;
  // Of the tensor; 0 = as many as the colour order has. Grey with 3 is copied
  // into each channel after normalization.
  int channels = 0;
  // One value for each channel of the colour order. Kept as written; the
  // arithmetic uses their nearest float32.
  std::vector<double> mean;
  std::vector<double> scale;

  int color_channels() const { return color == ColorOrder::kGray ? 1 : 3; }
  int tensor_channels() const {
    return channels > 0 ? channels : color_channels();
  }
};

// Where the picture lies in the input: a point (x, y) of the picture is at
// (x * scale_x + pad_x, y * scale_y + pad_y). A crop has negative pads.
struct Placement {
  double scale_x = 1;
  double scale_y = 1;
  double pad_x = 0;
  double pad_y = 0;
};

// errors: kUsage if the fields contradict each other (number of means, sizes
//         below 0 or above 65536, pad value beyond 0..255, ...).
Status Validate(const Preprocess& preprocess);

// Fills in a size of 0 from the model's input [1, C, H, W] or [1, H, W, C].
//   height, width, channels: of the model; -1 where it leaves them open.
//   errors: kUsage if a given size or the number of channels differs, or stays
//           open on both sides.
Status BindInput(int64_t height, int64_t width, int64_t channels,
                 Preprocess* preprocess);

// Where a picture of width x height pixels comes to lie.
//   errors: kBadInput if it is empty or smaller than the crop, or not of the
//           input's size with kNone.
Result<Placement> Place(const Preprocess& preprocess, int64_t width,
                        int64_t height);

// The input tensor of one picture: f32, [1, C, H, W] or [1, H, W, C].
//   preprocess: valid, bound, not raw (kUsage otherwise).
//   image:      grey or RGB; turned into what the colour order needs.
Result<Tensor> Apply(const Preprocess& preprocess, Layout layout,
                     const Image& image);

// The resized and padded picture before normalization, in the colour order
// (BGR has its first and last channel swapped).
Result<Image> Resize(const Preprocess& preprocess, const Image& image);

// The form of a model's input for pictures. -1 where it leaves a size open.
struct InputForm {
  Layout layout = Layout::kNchw;
  int64_t height = -1;
  int64_t width = -1;
  int64_t channels = -1;
};

// Tells the form from the shape [N, C, H, W] or [N, H, W, C] by which of the
// two places has 1 or 3 channels; NCHW if both have.
//   errors: kUsage if the shape is no picture's.
Result<InputForm> InputFormOf(const Shape& shape);

// The channels with which a picture should be decoded.
Channels ChannelsFor(const Preprocess& preprocess);

}  // namespace octet::vision

#endif  // OCTET_VISION_PREPROCESS_H_
