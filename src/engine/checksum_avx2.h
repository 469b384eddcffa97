// The checksum on AVX2. No inline functions: instruction-set files see this.
#ifndef OCTET_ENGINE_CHECKSUM_AVX2_H_
#define OCTET_ENGINE_CHECKSUM_AVX2_H_

#include <cstddef>
#include <cstdint>

namespace octet::engine {

uint64_t ChecksumAvx2(const void* bytes, size_t size);

}  // namespace octet::engine

#endif  // OCTET_ENGINE_CHECKSUM_AVX2_H_
