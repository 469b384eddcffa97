#include "kernels/testing/random.h"

namespace octet::kernels {

uint64_t Random::Bits() {
  state_ ^= state_ >> 12;
  state_ ^= state_ << 25;
  state_ ^= state_ >> 27;
  return state_ * 2685821657736338717u;
}

int64_t Random::Int(int64_t low, int64_t high) {
  return low + int64_t((Bits() >> 11) % uint64_t(high - low + 1));
}

float Random::Real(float low, float high) {
  return low + (high - low) * (float(Bits() >> 40) / float(1 << 24));
}

Buffer<float> RandomReals(int64_t elements, Random& random, float low,
                          float high) {
  Buffer<float> buffer(elements);
  for (int64_t i = 0; i < elements; ++i) buffer[i] = random.Real(low, high);
  return buffer;
}

Buffer<uint8_t> RandomCodes(int64_t elements, Random& random) {
  Buffer<uint8_t> buffer(elements);
  for (int64_t i = 0; i < elements; ++i) {
    buffer[i] = uint8_t(random.Int(0, 255));
  }
  return buffer;
}

}  // namespace octet::kernels
