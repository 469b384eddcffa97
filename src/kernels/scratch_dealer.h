// Deals out a worker's scratch (work.h).
#ifndef OCTET_KERNELS_SCRATCH_DEALER_H_
#define OCTET_KERNELS_SCRATCH_DEALER_H_

#include <cstdint>

#include "kernels/work.h"

namespace octet::kernels {

// Arrays one after another from an address on, each in whole lines of 64 bytes.
// From address 0 on, `at` is how much memory they need.
struct ScratchDealer {
  uintptr_t at;

  template <typename T>
  void Place(T** array, int64_t elements) {
    // A number, since nothing may count from a null pointer.
    *array = reinterpret_cast<T*>(at);  // NOLINT(performance-no-int-to-ptr)
    at += uintptr_t(RoundUp(elements * int64_t(sizeof(T)), 64));
  }
};

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_SCRATCH_DEALER_H_
