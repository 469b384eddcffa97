#include "compile/calibrate/read_sample.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"

namespace octet::compile {
namespace {

bool IsUsable(const Tensor& tensor) {
  if (tensor.dtype() != DType::kF32) return true;
  const auto x = tensor.as<float>();
  if (x.empty()) return true;
  // An infinity among numbers may mean something (a mask); NaN never does.
  return std::ranges::none_of(x, [](float v) { return std::isnan(v); }) &&
         std::ranges::any_of(x, [](float v) { return std::isfinite(v); });
}

}  // namespace

Result<std::vector<Tensor>> ReadSample(const SampleSource& samples,
                                       int64_t index) {
  OCTET_ASSIGN(std::vector<Tensor> inputs, samples.Get(index));
  if (std::ranges::all_of(inputs, IsUsable)) return inputs;
  return BadInput("{}: holds NaN, or no finite number; mend or remove it",
                  samples.Name(index));
}

}  // namespace octet::compile
