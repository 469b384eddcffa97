#include "evaluate/real_elements.h"

#include <utility>

#include "octet/runtime.h"

namespace octet::evaluate {
namespace {

Tensor Converted(const Tensor& tensor) {
  TensorView view;
  view.dtype = tensor.dtype();
  view.shape = tensor.shape();
  view.data = tensor.raw();
  const int rank = view.shape.rank();
  view.pixel_stride = rank == 0 ? 1 : view.shape[rank - 1];
  return CopyAsF32(view);
}

}  // namespace

RealElements::RealElements(const Tensor& tensor) {
  if (tensor.dtype() == DType::kF32) {
    elements_ = tensor.as<float>();
    return;
  }
  converted_ = Converted(tensor);
  elements_ = std::as_const(converted_).as<float>();
}

}  // namespace octet::evaluate
