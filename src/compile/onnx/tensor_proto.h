// ONNX tensors and element types.
#ifndef OCTET_COMPILE_ONNX_TENSOR_PROTO_H_
#define OCTET_COMPILE_ONNX_TENSOR_PROTO_H_

#include <cstdint>
#include <optional>

#include "compile/onnx/external_data.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace onnx {
class TensorProto;
}

namespace octet::compile {

// The type that a Graph has for an ONNX element type (TensorProto.DataType):
// f32 for every float type of 16 bits and more; nullopt for those that octet
// does not have (strings, complex numbers, 4 and 8 bit floats, u64).
std::optional<DType> DTypeOf(int64_t onnx_type);

// Reads constants and keeps count of what they take.
class TensorReader {
 public:
  TensorReader(ExternalData external, int64_t most_bytes)
      : external_(std::move(external)), bytes_left_(most_bytes) {}

  // The tensor, floats widened or narrowed to f32 (f64 beyond f32's range
  // becomes the biggest f32).
  //   errors: kUnsupported for an element type that octet lacks; kBadInput
  //           naming the tensor for data that does not have the shape's size, a
  //           shape that is negative or has more than kMaxRank dimensions, NaN,
  //           an infinity among several elements (a single one is a limit, such
  //           as Clip's), or constants that take too much in all.
  Result<Tensor> Read(const onnx::TensorProto& proto);

 private:
  ExternalData external_;
  int64_t bytes_left_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_TENSOR_PROTO_H_
