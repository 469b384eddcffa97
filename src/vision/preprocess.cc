#include "vision/preprocess.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "vision/resize.h"

namespace octet::vision {
namespace {

constexpr int64_t kMaxSide = 65536;
constexpr int64_t kMaxInputPixels = int64_t{1} << 28;

// ImageNet models see the middle 224 of a short side of 256.
constexpr double kImageNetMargin = 256.0 / 224.0;

struct Frame {
  int64_t width = 0;  // of the resized picture
  int64_t height = 0;
  int64_t left = 0;  // of the resized picture in the input; negative: cut off
  int64_t top = 0;
};

int64_t RoundHalfUp(double x) { return int64_t(x + 0.5); }

// Floor of half the rest, also for a negative rest.
int64_t HalfOf(int64_t rest) { return rest >> 1; }

Frame LetterboxFrame(const Preprocess& p, int64_t width, int64_t height) {
  const double ratio = std::min(double(p.height) / double(height),
                                double(p.width) / double(width));
  Frame frame;
  frame.width =
      std::clamp<int64_t>(RoundHalfUp(double(width) * ratio), 1, p.width);
  frame.height =
      std::clamp<int64_t>(RoundHalfUp(double(height) * ratio), 1, p.height);
  if (p.resize == ResizeKind::kLetterboxCenter) {
    frame.left = HalfOf(p.width - frame.width);
    frame.top = HalfOf(p.height - frame.height);
  }
  return frame;
}

Frame ResizeShortFrame(const Preprocess& p, int64_t width, int64_t height) {
  const double ratio = double(p.resize_short) / double(std::min(width, height));
  Frame frame;
  frame.width = RoundHalfUp(double(width) * ratio);
  frame.height = RoundHalfUp(double(height) * ratio);
  frame.left = -HalfOf(frame.width - p.width);
  frame.top = -HalfOf(frame.height - p.height);
  return frame;
}

Result<Frame> FrameOf(const Preprocess& p, int64_t width, int64_t height) {
  if (width <= 0 || height <= 0) return BadInput("the picture is empty");
  switch (p.resize) {
    case ResizeKind::kNone:
      if (width != p.width || height != p.height) {
        return BadInput(
            "the picture has {} x {} pixels, the model takes {} x "
            "{}; choose a resize other than 'none'",
            width, height, p.width, p.height);
      }
      return Frame{width, height, 0, 0};
    case ResizeKind::kStretch:
      return Frame{p.width, p.height, 0, 0};
    case ResizeKind::kLetterboxTopLeft:
    case ResizeKind::kLetterboxCenter:
      return LetterboxFrame(p, width, height);
    case ResizeKind::kCenterCrop:
      if (width < p.width || height < p.height) {
        return BadInput(
            "the picture has {} x {} pixels, too few to cut {} x "
            "{} out of it",
            width, height, p.width, p.height);
      }
      return Frame{width, height, -HalfOf(width - p.width),
                   -HalfOf(height - p.height)};
    case ResizeKind::kResizeShortCenterCrop:
      break;
  }
  const double length = double(std::max(width, height)) *
                        double(p.resize_short) /
                        double(std::min(width, height));
  if (length * double(p.resize_short) > double(kMaxInputPixels)) {
    return BadInput(
        "the picture has {} x {} pixels, too narrow to resize its "
        "short side to {}",
        width, height, p.resize_short);
  }
  return ResizeShortFrame(p, width, height);
}

Image ToColorOrder(const Preprocess& p, const Image& image) {
  if (p.color == ColorOrder::kGray) return ToGray(image);
  Image rgb = ToRgb(image);
  if (p.color == ColorOrder::kBgr) {
    for (size_t i = 0; i + 2 < rgb.pixels.size(); i += 3) {
      std::swap(rgb.pixels[i], rgb.pixels[i + 2]);
    }
  }
  return rgb;
}

// Copies the part of `image` that lies inside a picture of the input's size.
Image PutInFrame(const Preprocess& p, const Frame& frame, const Image& image) {
  Image canvas(p.width, p.height, image.channels);
  std::ranges::fill(canvas.pixels, uint8_t(p.pad_value));
  const int64_t x0 = std::max<int64_t>(frame.left, 0);
  const int64_t x1 = std::min(frame.left + image.width, p.width);
  const int64_t y1 = std::min(frame.top + image.height, p.height);
  for (int64_t y = std::max<int64_t>(frame.top, 0); y < y1; ++y) {
    std::memcpy(canvas.at(x0, y), image.at(x0 - frame.left, y - frame.top),
                size_t((x1 - x0) * image.channels));
  }
  return canvas;
}

// Where element c of pixel i stands: i * pixel_step + c * channel_step.
struct Steps {
  int64_t pixel;
  int64_t channel;
};

void Normalize(const Preprocess& p, const Image& image, Steps steps,
               std::span<float> out) {
  const int64_t pixels = image.width * image.height;
  for (int c = 0; c < p.tensor_channels(); ++c) {
    const int source = std::min(c, image.channels - 1);
    const float mean = float(p.mean[size_t(source)]);
    const float scale = float(p.scale[size_t(source)]);
    // 256 possible pixels: the arithmetic is done once for each.
    float table[256];
    for (int v = 0; v < 256; ++v) table[v] = (float(v) - mean) * scale;
    const uint8_t* in = image.pixels.data() + source;
    float* to = out.data() + c * steps.channel;
    for (int64_t i = 0; i < pixels; ++i) {
      to[i * steps.pixel] = table[in[i * image.channels]];
    }
  }
}

Status CheckReady(const Preprocess& p) {
  OCTET_RETURN_IF_ERROR(Validate(p));
  if (p.raw) {
    return Usage(
        "preprocessing 'raw' takes tensors, not pictures; name a "
        "preset or a file");
  }
  if (p.height == 0 || p.width == 0) {
    return Usage(
        "the preprocessing has no size and the model leaves its own "
        "open; give size = [height, width]");
  }
  if (p.resize == ResizeKind::kResizeShortCenterCrop && p.resize_short == 0) {
    return Usage("the preprocessing has no resize_short");
  }
  return {};
}

Status CheckNumbers(const Preprocess& p) {
  const size_t n = size_t(p.color_channels());
  if (p.mean.size() != n || p.scale.size() != n) {
    return Usage(
        "the colour order has {} channels, but mean has {} values and "
        "scale {}",
        n, p.mean.size(), p.scale.size());
  }
  const auto finite = [](double x) { return std::isfinite(float(x)); };
  if (!std::ranges::all_of(p.mean, finite) ||
      !std::ranges::all_of(p.scale, finite)) {
    return Usage("a mean or scale is not a finite number");
  }
  return {};
}

Status MergeSide(const char* what, int64_t of_model, int64_t* side) {
  if (*side == 0 && of_model > 0) *side = of_model;
  if (of_model > 0 && *side != of_model) {
    return Usage("the preprocessing gives a {} of {}, the model takes {}", what,
                 *side, of_model);
  }
  return {};
}

}  // namespace

Status Validate(const Preprocess& p) {
  if (p.raw) return {};
  for (const int64_t side : {p.height, p.width, p.resize_short}) {
    if (side < 0 || side > kMaxSide) {
      return Usage("a size of {} is not between 1 and {}", side, kMaxSide);
    }
  }
  if (p.height * p.width > kMaxInputPixels) {
    return Usage("an input of {} x {} pixels is too large", p.width, p.height);
  }
  if (p.pad_value < 0 || p.pad_value > 255) {
    return Usage("pad_value {} is not between 0 and 255", p.pad_value);
  }
  if (p.channels < 0 || p.channels > 4 ||
      (p.channels > 0 && p.color != ColorOrder::kGray &&
       p.channels != p.color_channels())) {
    return Usage(
        "channels = {} does not fit the colour order: only GRAY can "
        "be copied into more channels (at most 4)",
        p.channels);
  }
  if (p.resize == ResizeKind::kResizeShortCenterCrop && p.resize_short > 0 &&
      p.resize_short < std::max(p.height, p.width)) {
    return Usage("resize_short {} is less than the size {} x {} to cut out",
                 p.resize_short, p.width, p.height);
  }
  return CheckNumbers(p);
}

Status BindInput(int64_t height, int64_t width, int64_t channels,
                 Preprocess* p) {
  if (p->raw) return {};
  OCTET_RETURN_IF_ERROR(MergeSide("height", height, &p->height));
  OCTET_RETURN_IF_ERROR(MergeSide("width", width, &p->width));
  if (p->height == 0 || p->width == 0) {
    return Usage(
        "the model leaves the size of its input open; give the "
        "preprocessing a size = [height, width]");
  }
  if (p->resize == ResizeKind::kResizeShortCenterCrop && p->resize_short == 0) {
    p->resize_short = std::max(
        RoundHalfUp(double(std::min(p->height, p->width)) * kImageNetMargin),
        std::max(p->height, p->width));
  }
  if (channels > 0 && p->color == ColorOrder::kGray && p->channels == 0) {
    p->channels = int(std::min<int64_t>(channels, kMaxSide));
  }
  if (channels > 0 && channels != p->tensor_channels()) {
    return Usage("the preprocessing gives {} channels, the model takes {}",
                 p->tensor_channels(), channels);
  }
  return Validate(*p);
}

Result<Placement> Place(const Preprocess& p, int64_t width, int64_t height) {
  OCTET_RETURN_IF_ERROR(CheckReady(p));
  OCTET_ASSIGN(const Frame frame, FrameOf(p, width, height));
  return Placement{double(frame.width) / double(width),
                   double(frame.height) / double(height), double(frame.left),
                   double(frame.top)};
}

Result<Image> Resize(const Preprocess& p, const Image& image) {
  OCTET_RETURN_IF_ERROR(CheckReady(p));
  OCTET_ASSIGN(const Frame frame, FrameOf(p, image.width, image.height));
  Image colors = ToColorOrder(p, image);
  if (frame.width != image.width || frame.height != image.height) {
    colors = ResizeBilinear(colors, frame.width, frame.height);
  }
  if (frame.width == p.width && frame.height == p.height) return colors;
  return PutInFrame(p, frame, colors);
}

Result<Tensor> Apply(const Preprocess& p, Layout layout, const Image& image) {
  OCTET_ASSIGN(const Image resized, Resize(p, image));
  const int64_t pixels = p.height * p.width;
  const int64_t channels = p.tensor_channels();
  const bool nchw = layout == Layout::kNchw;
  Tensor tensor(DType::kF32, nchw ? Shape({1, channels, p.height, p.width})
                                  : Shape({1, p.height, p.width, channels}));
  const Steps steps = nchw ? Steps{1, pixels} : Steps{channels, 1};
  Normalize(p, resized, steps, tensor.as<float>());
  return tensor;
}

Result<InputForm> InputFormOf(const Shape& shape) {
  const auto is_picture = [](int64_t n) { return n == 1 || n == 3; };
  if (shape.rank() == 4 && is_picture(shape[1])) {
    return InputForm{Layout::kNchw, shape[2], shape[3], shape[1]};
  }
  if (shape.rank() == 4 && is_picture(shape[3])) {
    return InputForm{Layout::kNhwc, shape[1], shape[2], shape[3]};
  }
  if (shape.rank() == 4 && shape[1] < 0) {
    return InputForm{Layout::kNchw, shape[2], shape[3], -1};
  }
  return Usage(
      "an input of shape {} takes no pictures; give tensors and use "
      "preprocessing 'raw'",
      shape.ToString());
}

Channels ChannelsFor(const Preprocess& preprocess) {
  return preprocess.color == ColorOrder::kGray ? Channels::kGray
                                               : Channels::kRgb;
}

}  // namespace octet::vision
