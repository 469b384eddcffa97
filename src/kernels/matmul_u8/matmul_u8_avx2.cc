#include "kernels/matmul_u8/matmul_u8_rows.h"
#include "kernels/products_of_codes/products_avx2.h"

namespace octet::kernels {

void MatMulU8Avx2(const MatMulU8Params& params, int64_t part, int64_t parts,
                  std::byte* scratch) {
  RunMatMulU8<Avx2Products>(params, part, parts, scratch);
}

}  // namespace octet::kernels
