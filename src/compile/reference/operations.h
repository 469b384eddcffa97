// One function for each kind of ops.h: attributes and operands to the result.
//
// Operands are null where an optional one is missing. Each function checks the
// number, rank, type and shape of its operands, and the size of its result.
#ifndef OCTET_COMPILE_REFERENCE_OPERATIONS_H_
#define OCTET_COMPILE_REFERENCE_OPERATIONS_H_

#include "compile/ir/ops.h"
#include "compile/reference/operands.h"
#include "octet/status.h"
#include "octet/tensor.h"

namespace octet::compile::reference {

// convolution.cc, matmul.cc
Result<Tensor> Run(const Conv& op, Operands operands);
Result<Tensor> Run(const MatMul& op, Operands operands);
Result<Tensor> Run(const Attention& op, Operands operands);

// elementwise.cc
Result<Tensor> Run(const Unary& op, Operands operands);
Result<Tensor> Run(const Binary& op, Operands operands);
Result<Tensor> Run(const Cast& op, Operands operands);
Result<Tensor> Run(const Where& op, Operands operands);

// pooling.cc, resize.cc
Result<Tensor> Run(const Pool& op, Operands operands);
Result<Tensor> Run(const Resize& op, Operands operands);

// reduction.cc
Result<Tensor> Run(const Reduce& op, Operands operands);
Result<Tensor> Run(const Softmax& op, Operands operands);
Result<Tensor> Run(const LayerNorm& op, Operands operands);

// movement.cc
Result<Tensor> Run(const Concat& op, Operands operands);
Result<Tensor> Run(const Slice& op, Operands operands);
Result<Tensor> Run(const Pad& op, Operands operands);
Result<Tensor> Run(const Transpose& op, Operands operands);
Result<Tensor> Run(const Reshape& op, Operands operands);
Result<Tensor> Run(const Gather& op, Operands operands);
Result<Tensor> Run(const Expand& op, Operands operands);
Result<Tensor> Run(const Tile& op, Operands operands);

// shapes.cc
Result<Tensor> Run(const ShapeOf& op, Operands operands);
Result<Tensor> Run(const ConstantOfShape& op, Operands operands);
Result<Tensor> Run(const RangeOp& op, Operands operands);

// quantization.cc
Result<Tensor> Run(const Quantize& op, Operands operands);
Result<Tensor> Run(const Dequantize& op, Operands operands);

}  // namespace octet::compile::reference

#endif  // OCTET_COMPILE_REFERENCE_OPERATIONS_H_
