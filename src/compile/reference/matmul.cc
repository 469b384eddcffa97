// Matrix products as numpy.matmul has them, in double.
#include "base/error.h"
#include "compile/reference/fused.h"
#include "compile/reference/operations.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {
namespace {

// a [batch..., M, K] by b [batch..., K, N], after numpy's rules for vectors.
struct Sizes {
  Shape a_batch, b_batch, batch;
  int64_t m, k, n;
  Shape y;
};

Shape AllBut(const Shape& shape, int last) {
  return Shape(shape.dims().first(size_t(shape.rank() - last)));
}

Result<Sizes> CheckSizes(const Tensor& a, const Tensor& b) {
  if (!IsFloat(a.dtype()) || b.dtype() != a.dtype()) {
    return Unsupported("a matrix product of {} by {}", Name(a.dtype()),
                       Name(b.dtype()));
  }
  const Shape& as = a.shape();
  const Shape& bs = b.shape();
  if (as.rank() < 1 || bs.rank() < 1) {
    return BadInput("a matrix product of a scalar");
  }
  const bool a_is_vector = as.rank() == 1;
  const bool b_is_vector = bs.rank() == 1;
  Sizes p{};
  p.m = a_is_vector ? 1 : as[as.rank() - 2];
  p.k = as[as.rank() - 1];
  p.n = b_is_vector ? 1 : bs[bs.rank() - 1];
  if (bs[b_is_vector ? 0 : bs.rank() - 2] != p.k) {
    return BadInput("a matrix product of {} by {}", as.ToString(),
                    bs.ToString());
  }
  p.a_batch = AllBut(as, a_is_vector ? 1 : 2);
  p.b_batch = AllBut(bs, b_is_vector ? 1 : 2);
  OCTET_ASSIGN(p.batch, Broadcast(p.a_batch, p.b_batch));
  std::vector<int64_t> dims(p.batch.dims().begin(), p.batch.dims().end());
  if (!a_is_vector) dims.push_back(p.m);
  if (!b_is_vector) dims.push_back(p.n);
  p.y = Shape(dims);
  return p;
}

}  // namespace

Result<Tensor> Run(const MatMul& op, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 2, 4));
  const Tensor& a = *operands[0];
  OCTET_ASSIGN(const Sizes p, CheckSizes(a, *operands[1]));
  OCTET_ASSIGN(Tensor y, MakeTensor(a.dtype(), p.y.dims()));
  OCTET_ASSIGN(const FusedOperands fused,
               ReadFusedOperands(op.fusion, operands, p.y, /*repeats=*/true));
  const std::vector<double> wide_a = Widen<double>(a);
  const std::vector<double> wide_b = Widen<double>(*operands[1]);
  std::vector<double> sums(size_t(y.elements()));
  double* sum = sums.data();
  ForEachElement<2>(
      p.batch,
      {BroadcastStrides(p.a_batch, p.batch),
       BroadcastStrides(p.b_batch, p.batch)},
      [&](const std::array<int64_t, 2>& matrix) {
        const double* row = wide_a.data() + matrix[0] * p.m * p.k;
        const double* right = wide_b.data() + matrix[1] * p.k * p.n;
        for (int64_t m = 0; m < p.m; ++m, row += p.k, sum += p.n) {
          for (int64_t k = 0; k < p.k; ++k) {
            for (int64_t n = 0; n < p.n; ++n) {
              sum[n] += row[k] * right[k * p.n + n];
            }
          }
        }
      });
  ApplyFusion(op.fusion, fused, p.n, sums);
  return Narrow<double>(sums, a.dtype(), p.y.dims());
}

Result<Tensor> Run(const Attention&, Operands operands) {
  OCTET_RETURN_IF_ERROR(RequireOperands(operands, 3, 4));
  const Tensor* mask = Optional(operands, 3);
  MatMul product;
  product.fusion.residual = mask != nullptr;
  std::vector<const Tensor*> factors = {operands[0], operands[1]};
  if (mask != nullptr) factors.insert(factors.end(), {nullptr, mask});
  OCTET_ASSIGN(const Tensor scores, Run(product, factors));
  const Tensor* softmax[] = {&scores};
  OCTET_ASSIGN(const Tensor shares, Run(Softmax{.axis = -1}, softmax));
  const Tensor* weighed[] = {&shares, operands[2]};
  return Run(MatMul{}, weighed);
}

}  // namespace octet::compile::reference
