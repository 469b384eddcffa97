#include "compile/search/batch_parts.h"

#include <algorithm>

namespace octet::compile {

void Join(const TensorView& view, int64_t batch, Tensor& whole) {
  const Tensor part = CopyAsF32(view);
  if (view.sample == 0) {
    Shape shape = part.shape();
    if (batch > 1) shape[0] *= batch;
    whole = Tensor(DType::kF32, shape);
  }
  std::copy_n(part.raw(), part.bytes(),
              whole.raw() + view.sample * part.bytes());
}

Tensor PartOf(const Tensor& whole, const TensorView& view) {
  Tensor part(DType::kF32, view.shape);
  std::copy_n(whole.raw() + view.sample * part.bytes(), part.bytes(),
              part.raw());
  return part;
}

}  // namespace octet::compile
