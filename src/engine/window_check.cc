#include "engine/window_check.h"

#include "base/checked.h"

namespace octet::engine {
namespace {

// Kernels copy an image with its padding into scratch memory: neither may be
// larger than any real network needs.
constexpr int64_t kMaxReach = 1 << 16;
constexpr int64_t kMaxPaddedElements = int64_t{1} << 40;

// One axis of a window and of what it slides over.
struct Axis {
  const char* name;
  int64_t kernel, stride, dilation, pad;
  int64_t in, out;
};

// Inputs between the first and the last that a window sees on an axis.
int64_t Reach(int64_t kernel, int64_t dilation) {
  return (kernel - 1) * dilation;
}

void CheckAxis(StepCheck& check, const Axis& a) {
  check.Require(a.kernel >= 1 && a.stride >= 1 && a.dilation >= 1 && a.pad >= 0,
                "the window has {} {}, stride {}, dilation {}, padding {}",
                a.name, a.kernel, a.stride, a.dilation, a.pad);
  if (!check.ok()) return;
  // All but `out` are 32-bit numbers: only the last product can overflow.
  const auto last = CheckedMul(a.out - 1, a.stride);
  const int64_t reach = Reach(a.kernel, a.dilation);
  check.Require(reach < kMaxReach,
                "the window reaches over {} inputs, at most "
                "{} are allowed",
                reach, kMaxReach);
  const bool first_touches = a.pad <= reach;
  const bool last_touches = last.has_value() && *last - a.pad < a.in;
  check.Require(first_touches && last_touches,
                "the window's {} {} (stride {}, dilation {}, padding {}) "
                "leaves the image: {} inputs, {} outputs",
                a.name, a.kernel, a.stride, a.dilation, a.pad, a.in, a.out);
}

}  // namespace

bool IsTrivial(const Window& w) {
  return w.kernel_h() == 1 && w.kernel_w() == 1 && w.stride_h() == 1 &&
         w.stride_w() == 1 && w.pad_top() == 0 && w.pad_left() == 0;
}

void CheckWindow(StepCheck& check, const Window& w, const Image& in,
                 const Image& out) {
  CheckAxis(check, {"height", w.kernel_h(), w.stride_h(), w.dilation_h(),
                    w.pad_top(), in.h, out.h});
  CheckAxis(check, {"width", w.kernel_w(), w.stride_w(), w.dilation_w(),
                    w.pad_left(), in.w, out.w});
  if (!check.ok()) return;
  // Padding is at most the reach, on each side.
  const auto rows = CheckedAdd(in.h, 2 * Reach(w.kernel_h(), w.dilation_h()));
  const auto columns =
      CheckedAdd(in.w, 2 * Reach(w.kernel_w(), w.dilation_w()));
  const auto pixels =
      rows && columns ? CheckedMul(*rows, *columns) : std::nullopt;
  const auto elements = pixels ? CheckedMul(*pixels, in.c) : std::nullopt;
  check.Require(elements.has_value() && *elements <= kMaxPaddedElements,
                "the padded image is too large");
}

void CheckSameChannels(StepCheck& check, const ValueT& x, const ValueT& y) {
  check.Require(Channels(x) == Channels(y),
                "'{}' is {} and '{}' is {}; their channels must agree", x.name,
                Describe(x), y.name, Describe(y));
}

}  // namespace octet::engine
