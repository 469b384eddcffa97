#include "base/cpu.h"
#include "kernels/cast/cast.h"
#include "kernels/cast/cast_chunks.h"
#include "kernels/cast/half_rows.h"

namespace octet::kernels {
namespace {

bool IsHalf(DType type) { return type == DType::kF16 || type == DType::kBF16; }

}  // namespace

void CastAvx2(const CastParams& p, int64_t part, int64_t parts,
              std::byte* scratch) {
  if (IsHalf(p.from) && p.to == DType::kF32) {
    const HalfRows& rows = FindHalfRows(p.from, CpuLevel::kAvx2);
    ForEachCastChunk(p, part, parts,
                     [&](const std::byte* x, std::byte* y, int64_t n) {
                       rows.widen(reinterpret_cast<const uint16_t*>(x),
                                  reinterpret_cast<float*>(y), n);
                     });
  } else if (p.from == DType::kF32 && IsHalf(p.to)) {
    const HalfRows& rows = FindHalfRows(p.to, CpuLevel::kAvx2);
    ForEachCastChunk(p, part, parts,
                     [&](const std::byte* x, std::byte* y, int64_t n) {
                       rows.narrow(reinterpret_cast<const float*>(x),
                                   reinterpret_cast<uint16_t*>(y), n);
                     });
  } else {
    CastReference(p, part, parts, scratch);
  }
}

}  // namespace octet::kernels
