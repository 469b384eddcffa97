// Arithmetic on sizes that come from input: overflow is nullopt, not a wrap.
#ifndef OCTET_BASE_CHECKED_H_
#define OCTET_BASE_CHECKED_H_

#include <cstdint>
#include <optional>
#include <span>

namespace octet {

inline std::optional<int64_t> CheckedAdd(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return std::nullopt;
  return sum;
}

inline std::optional<int64_t> CheckedMul(int64_t a, int64_t b) {
  int64_t product;
  if (__builtin_mul_overflow(a, b, &product)) return std::nullopt;
  return product;
}

// Product of the dimensions; nullopt if one is negative or the product
// overflows.
inline std::optional<int64_t> CheckedElements(std::span<const int64_t> dims) {
  int64_t n = 1;
  for (int64_t d : dims) {
    if (d < 0 || __builtin_mul_overflow(n, d, &n)) return std::nullopt;
  }
  return n;
}

}  // namespace octet

#endif  // OCTET_BASE_CHECKED_H_
