// Samples from memory, for tests.
#ifndef OCTET_DOCTOR_TESTING_SET_OF_TENSORS_H_
#define OCTET_DOCTOR_TESTING_SET_OF_TENSORS_H_

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "octet/samples.h"

namespace octet::doctor {

// One tensor a sample.
class SetOfTensors : public SampleSource {
 public:
  explicit SetOfTensors(std::vector<Tensor> tensors)
      : tensors_(std::move(tensors)) {}
  void Break(int64_t i) { broken_.insert(i); }

  int64_t size() const override { return int64_t(tensors_.size()); }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    if (broken_.contains(i)) return BadInput("{} is cut short", Name(i));
    return std::vector<Tensor>{tensors_[size_t(i)]};
  }
  std::string Name(int64_t i) const override {
    return fmt::format("sample {}", i);
  }

 private:
  std::vector<Tensor> tensors_;
  std::set<int64_t> broken_;
};

inline Tensor Filled(const Shape& shape, float value) {
  Tensor tensor(DType::kF32, shape);
  std::ranges::fill(tensor.as<float>(), value);
  return tensor;
}

// 0, 1, 2, ...
inline Tensor Ramp(const Shape& shape) {
  Tensor tensor(DType::kF32, shape);
  float x = 0;
  for (float& element : tensor.as<float>()) element = x++;
  return tensor;
}

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_TESTING_SET_OF_TENSORS_H_
