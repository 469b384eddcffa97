// Makes a stored array what a model's input takes, without changing values.
#ifndef OCTET_EVALUATE_CONFORM_H_
#define OCTET_EVALUATE_CONFORM_H_

#include <string>

#include "evaluate/samples.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::evaluate {

// Checks all that can be known of a sample before its elements.
//   sample: its shape.
//   name:   stands in messages.
//   errors: as Conform, but for values.
Status CheckConforms(DType dtype, const Shape& sample, const InputSpec& input,
                     const std::string& name);

// A tensor with the element type and rank of `input`: a missing batch of 1 is
// added, a leading 1 too many removed; floats become f32 or the input's float
// type, integers the input's integer type if each value fits.
//   name:   stands in messages.
//   errors: kBadInput if dimensions differ, floats meet an integer input or
//           the other way round, or a value does not fit.
Result<Tensor> Conform(Tensor tensor, const InputSpec& input,
                       const std::string& name);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_CONFORM_H_
