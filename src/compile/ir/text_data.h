// The braces behind a constant in the text form: its data or how to make it.
#ifndef OCTET_COMPILE_IR_TEXT_DATA_H_
#define OCTET_COMPILE_IR_TEXT_DATA_H_

#include <string>
#include <string_view>

#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile {

// "{1, 2}", "{fill=0.5}", "{seed=5}" or "{hash=0123456789abcdef}".
std::string PrintData(const Tensor& tensor);

// The tensor that the text between the braces describes.
//   shape:  concrete, at most 2^28 elements.
//   errors: kBadInput, without a line number.
Result<Tensor> ParseData(DType dtype, const Shape& shape,
                         std::string_view text);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_TEXT_DATA_H_
