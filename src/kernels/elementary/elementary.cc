#include "kernels/elementary/elementary.h"

namespace octet::kernels {
namespace {

constexpr ElementaryKernel kElementaryKernels[] = {
    // best first
    {"elementary_avx512vnni", CpuLevel::kAvx512Vnni, ElementaryAvx512Vnni},
    {"elementary_avx2", CpuLevel::kAvx2, ElementaryAvx2},
    {"elementary_reference", CpuLevel::kScalar, ElementaryReference},
};

}  // namespace

std::span<const ElementaryKernel> ElementaryKernels() {
  return kElementaryKernels;
}

ElementaryFn FindElementary(CpuLevel level) {
  for (const ElementaryKernel& kernel : kElementaryKernels) {
    if (kernel.level <= level) return kernel.fn;
  }
  return ElementaryReference;
}

}  // namespace octet::kernels
