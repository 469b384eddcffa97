// Repeatable numbers and guarded memory for tests and benchmarks.
#ifndef OCTET_KERNELS_TESTING_RANDOM_H_
#define OCTET_KERNELS_TESTING_RANDOM_H_

#include <cstdint>
#include <cstring>
#include <vector>

namespace octet::kernels {

// A small generator with the same numbers on every machine (xorshift64*).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2685821657736338717u + 1) {}
  uint64_t Bits();
  int64_t Int(int64_t low, int64_t high);  // low <= result <= high
  float Real(float low, float high);

 private:
  uint64_t state_;
};

// Elements with kBufferSlack bytes behind them, all of it filled with one
// pattern. Two buffers that started alike and got the same writes are equal to
// the last byte, so gaps between rows and the slack are checked as well.
template <typename T>
class Buffer {
 public:
  explicit Buffer(int64_t elements)
      : elements_(elements), data_(size_t(elements) + 64 / sizeof(T)) {
    std::memset(static_cast<void*>(data_.data()), 0xa5,
                data_.size() * sizeof(T));
  }
  T* get() { return data_.data(); }
  const T* get() const { return data_.data(); }
  int64_t elements() const { return elements_; }
  T& operator[](int64_t i) { return data_[size_t(i)]; }
  const T& operator[](int64_t i) const { return data_[size_t(i)]; }
  // Index of the first element that differs, slack included; -1 if none does.
  int64_t FirstDifference(const Buffer& other) const {
    const auto* const a = reinterpret_cast<const char*>(data_.data());
    const auto* const b = reinterpret_cast<const char*>(other.data_.data());
    for (size_t i = 0; i < data_.size(); ++i) {
      if (std::memcmp(a + i * sizeof(T), b + i * sizeof(T), sizeof(T)) != 0) {
        return int64_t(i);
      }
    }
    return -1;
  }

 private:
  int64_t elements_;
  std::vector<T> data_;
};

Buffer<float> RandomReals(int64_t elements, Random& random, float low = -1,
                          float high = 1);
Buffer<uint8_t> RandomCodes(int64_t elements, Random& random);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_RANDOM_H_
