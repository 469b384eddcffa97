#include "kernels/epilogue/epilogue_problem.h"

#include <string>

#include "base/check.h"

namespace octet::kernels {
namespace {

// A function by its name, with parameters like those that networks have.
Function FunctionNamed(const std::string& name) {
  if (name.empty()) return {};
  for (int kind = 0; kind < int(FunctionKind::kCount); ++kind) {
    Function f{FunctionKind(kind)};
    if (Name(f.kind) != name) continue;
    if (f.kind == FunctionKind::kLeakyRelu) f.alpha = 0.1f;
    if (f.kind == FunctionKind::kClip) f.beta = 6;
    if (f.kind == FunctionKind::kHardSigmoid) f.alpha = 0.2f, f.beta = 0.5f;
    if (f.kind == FunctionKind::kElu) f.alpha = 1;
    return f;
  }
  OCTET_CHECK(false && "no such function");
  return {};
}

Buffer<int32_t> RandomInts(int64_t n, Random& random, int32_t low,
                           int32_t high) {
  Buffer<int32_t> buffer(n);
  for (int64_t i = 0; i < n; ++i) buffer[i] = int32_t(random.Int(low, high));
  return buffer;
}

}  // namespace

EpilogueProblem::EpilogueProblem(const Problem& problem, int64_t pixels,
                                 int64_t channels,
                                 const std::vector<int32_t>& comp, float scale,
                                 Random& random)
    : is_f32_(problem.Has("f32")),
      y_elements_((pixels - 1) * (channels + problem.Int("ygap", 0)) +
                  channels),
      comp_(int64_t(comp.size())),
      y_zero_(RandomInts(comp_.elements(), random, 0, 255)),
      residual_zero_(RandomInts(comp_.elements(), random, 0, 255)),
      multiplier_(RandomReals(comp_.elements(), random, 0.5f, 1.5f)),
      offset_(RandomReals(comp_.elements(), random, -2, 2)),
      inv_scale_(RandomReals(comp_.elements(), random, 20, 40)),
      residual_scale_(RandomReals(comp_.elements(), random, 0.01f, 0.02f)),
      clamp_low_(RandomCodes(comp_.elements(), random)),
      clamp_high_(RandomCodes(comp_.elements(), random)),
      table_(RandomCodes(256, random)),
      residual_u8_(RandomCodes(0, random)),
      residual_f32_(0) {
  const bool is_factor = problem.Has("factor");
  const bool is_float = problem.Has("float") || is_factor;
  const bool is_sum = problem.Has("add");
  // A u8 has 255 steps; a float function sees values of a few units.
  float unit = (is_float ? 2 : 60) / scale;
  if (problem.Has("overflow")) unit = 1e8f;
  for (int64_t c = 0; c < comp_.elements(); ++c) {
    comp_[c] = comp[size_t(c)];
    multiplier_[c] *= unit;
    clamp_low_[c] %= 20;
    clamp_high_[c] = uint8_t(255 - clamp_high_[c] % 20);
    if (is_factor) {
      clamp_low_[c] = 0, clamp_high_[c] = 255;
      // Within the reach of both functions.
      inv_scale_[c] *= problem.Has("residual") ? 2 : 3;
      residual_zero_[c] %= 40;
    }
  }
  EpilogueU8& e = epilogue_;
  e.kind = is_float               ? EpilogueKind::kFloat
           : is_sum               ? EpilogueKind::kAdd
           : problem.Has("table") ? EpilogueKind::kTable
                                  : EpilogueKind::kClamp;
  e.before = FunctionNamed(problem.Word("before"));
  e.after = FunctionNamed(problem.Word("after"));
  e.comp = comp_.get();
  e.multiplier = multiplier_.get();
  e.offset = offset_.get();
  e.y_zero = y_zero_.get();
  e.clamp_low = clamp_low_.get();
  e.clamp_high = clamp_high_.get();
  e.table = table_.get();
  e.inv_scale = inv_scale_.get();
  e.y_pixel_stride = channels + problem.Int("ygap", 0);
  e.residual_pixel_stride = channels + problem.Int("rgap", 0);
  const int64_t residual_elements = pixels * e.residual_pixel_stride;
  if (problem.Word("residual") == "u8") {
    residual_u8_ = RandomCodes(residual_elements, random);
    e.residual_u8 = residual_u8_.get();
    // A residual in steps of the output moves it about as far as the sum.
    for (int64_t c = 0; is_sum && c < comp_.elements(); ++c) {
      residual_scale_[c] *= 40;
      offset_[c] -= float(residual_zero_[c]) * residual_scale_[c];
    }
    e.residual_scale = residual_scale_.get();
    e.residual_zero = residual_zero_.get();
  } else if (problem.Word("residual") == "f32") {
    residual_f32_ = RandomReals(residual_elements, random, -2, 2);
    e.residual_f32 = residual_f32_.get();
  }
  if (is_factor) {
    // An output stands for that of WriteTo.
    e.y_u8 = clamp_low_.get();
    OCTET_CHECK(UseFactor(e, channels, factor_));
  }
}

EpilogueU8 EpilogueProblem::WriteTo(Buffer<uint8_t>& u8,
                                    Buffer<float>& f32) const {
  EpilogueU8 e = epilogue_;
  if (is_f32_) {
    e.y_f32 = f32.get();
  } else {
    e.y_u8 = u8.get();
  }
  return e;
}

}  // namespace octet::kernels
