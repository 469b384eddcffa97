// Keeps the compiler from knowing what a pointer points to.
#ifndef OCTET_KERNELS_CONV_U8_HIDE_H_
#define OCTET_KERNELS_CONV_U8_HIDE_H_

namespace octet::kernels {
namespace {

// The same pointer, of which the compiler knows nothing: it can neither take
// what is read there out of a loop nor keep an address for each vector.
template <typename T>
[[gnu::always_inline]] inline const T* Hide(const T* pointer) {
  asm volatile("" : "+r"(pointer));
  return pointer;
}

}  // namespace
}  // namespace octet::kernels

#endif  // OCTET_KERNELS_CONV_U8_HIDE_H_
