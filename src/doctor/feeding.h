// Feeding: how pixels become the numbers of a picture's tensor. The doctor
// feeds the same pictures in other ways to see which one a model was trained
// with.
#ifndef OCTET_DOCTOR_FEEDING_H_
#define OCTET_DOCTOR_FEEDING_H_

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "octet/tensor.h"
#include "vision/preprocess.h"

namespace octet::doctor {

// x = (pixel - mean[c]) * scale[c] for channel c of the given order.
struct Feeding {
  std::string name;  // "BGR, 0..255"
  bool bgr = false;
  int channels = 3;  // 1 or 3
  std::array<double, 3> mean{}, scale{1, 1, 1};
};

// How a preprocessing feeds a tensor of this many channels.
Feeding FeedingOf(const vision::Preprocess& preprocess, int channels);

// The same for ready tensors, told by their extremes; nullopt for numbers that
// no usual normalization gives. The order of colours is taken as RGB.
std::optional<Feeding> GuessFeeding(float low, float high, int channels);

// The same with red and blue in each other's place. Pictures have colours.
Feeding SwapColours(const Feeding& feeding);

// The usual ones, both orders of colours where there are colours, without what
// equals `current`.
//   coloured: pictures have colours, so that the order matters
std::vector<Feeding> OtherFeedings(const Feeding& current, bool coloured);

// A picture's tensor [1, C, H, W] or [1, H, W, C] as `to` would have made it.
Tensor Refeed(const Tensor& tensor, vision::Layout layout, const Feeding& from,
              const Feeding& to);

// The keys of a preprocessing file that ask for it.
std::string ToToml(const Feeding& feeding, bool coloured);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_FEEDING_H_
