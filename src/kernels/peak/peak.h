// What a core can do at most: the roofs that kernels are held against.
#ifndef OCTET_KERNELS_PEAK_PEAK_H_
#define OCTET_KERNELS_PEAK_PEAK_H_

#include <cstdint>

namespace octet {
enum class CpuLevel : uint8_t;
}  // namespace octet

namespace octet::kernels {

// Multiply-accumulates a second of one thread, now: the best of a few short
// loops of nothing but the level's product instruction (vpmaddwd and vpaddd, or
// vpdpbusd, for u8; FMA for f32). 0 for the scalar level. Takes a few
// milliseconds.
double PeakMacsU8(CpuLevel level);
double PeakMacsF32(CpuLevel level);
// The same of products of bf16 pairs; 0 where the level has none, so that they
// are made of f32 products.
double PeakMacsBf16(CpuLevel level);

// One loop of the level; they return the multiply-accumulates done.
int64_t SpinU8Avx2();
int64_t SpinU8AvxVnni();
int64_t SpinU8Avx512Vnni();
int64_t SpinF32Avx2();
int64_t SpinF32Avx512Vnni();
int64_t SpinBf16Avx512Bf16();

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_PEAK_PEAK_H_
