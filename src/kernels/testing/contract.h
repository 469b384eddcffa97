// Holds every row of a table against values that a test computes by itself,
// and against what all kernels promise: no byte outside the output is written,
// gaps stay as they were, and neither the number of parts nor the alignment of
// the output changes a bit.
#ifndef OCTET_KERNELS_TESTING_CONTRACT_H_
#define OCTET_KERNELS_TESTING_CONTRACT_H_

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "kernels/testing/run.h"

namespace octet::kernels {

// Memory for an output, `shift` elements behind a 64-byte boundary, with
// guards on both sides; all of it starts as one pattern.
template <typename T>
class GuardedOutput {
 public:
  GuardedOutput(int64_t elements, int64_t shift)
      : bytes_(size_t(elements) * sizeof(T)),
        memory_(bytes_ + size_t(shift) * sizeof(T) + 3 * kGuard, kPattern) {
    const uintptr_t start = reinterpret_cast<uintptr_t>(memory_.data());
    begin_ = (start + kGuard - 1) / kGuard * kGuard - start + kGuard +
             size_t(shift) * sizeof(T);
  }

  T* get() { return reinterpret_cast<T*>(memory_.data() + begin_); }
  T operator[](int64_t i) const {
    T element;
    std::memcpy(&element, memory_.data() + begin_ + size_t(i) * sizeof(T),
                sizeof(T));
    return element;
  }
  // The bytes of the output alone.
  std::vector<uint8_t> Bytes() const {
    const auto first = memory_.begin() + int64_t(begin_);
    return {first, first + int64_t(bytes_)};
  }
  bool GuardsAreWhole() const {
    for (size_t i = 0; i < memory_.size(); ++i) {
      const bool is_guard = i < begin_ || i >= begin_ + bytes_;
      if (is_guard && memory_[i] != kPattern) return false;
    }
    return true;
  }
  // What an element holds that nobody has written.
  static T Untouched() {
    T element;
    std::memset(&element, kPattern, sizeof(T));
    return element;
  }

 private:
  static constexpr size_t kGuard = 64;
  static constexpr uint8_t kPattern = 0xa5;

  size_t bytes_;
  size_t begin_;
  std::vector<uint8_t> memory_;
};

// An element that a kernel may not write.
inline constexpr int kGap = -1;

// A float and how far a kernel may be from it; NaN stands for any NaN.
struct Near {
  double value = 0;
  double bound = -1;  // below 0: a gap
};

inline bool Matches(int expected, uint8_t got) {
  return expected == kGap ? got == GuardedOutput<uint8_t>::Untouched()
                          : got == expected;
}

inline bool Matches(const Near& expected, float got) {
  if (expected.bound < 0) {
    const float untouched = GuardedOutput<float>::Untouched();
    return std::bit_cast<uint32_t>(got) == std::bit_cast<uint32_t>(untouched);
  }
  if (std::isnan(expected.value)) return std::isnan(got);
  if (std::isinf(expected.value)) return got == expected.value;
  return std::abs(double(got) - expected.value) <= expected.bound;
}

inline std::string Text(int expected) { return std::to_string(expected); }
inline std::string Text(const Near& expected) {
  return std::to_string(expected.value) + " +- " +
         std::to_string(expected.bound);
}

// Runs every row that this machine has, cut into different numbers of parts,
// into memory of different alignment. `set_output` points params at an output
// of expected.size() elements.
template <typename T, typename Params, typename Expected, typename Set>
void ExpectOutput(KernelTable<Params> table, Params params,
                  int64_t scratch_bytes, const std::vector<Expected>& expected,
                  const Set& set_output) {
  const int64_t elements = int64_t(expected.size());
  for (const Kernel<Params>& row : RunnableRows(table)) {
    std::vector<uint8_t> first;
    for (int64_t parts : {1, 2, 3, 7, 64}) {
      const int64_t shift = parts % 4;
      SCOPED_TRACE(std::string(row.name) + " in " + std::to_string(parts) +
                   " parts, " + std::to_string(shift) + " elements off");
      GuardedOutput<T> output(elements, shift);
      set_output(params, output.get());
      RunInParts(row.fn, params, parts, scratch_bytes);
      ASSERT_TRUE(output.GuardsAreWhole()) << "wrote outside the output";
      for (int64_t i = 0; i < elements; ++i) {
        ASSERT_TRUE(Matches(expected[size_t(i)], output[i]))
            << "element " << i << " is " << +output[i] << ", not "
            << Text(expected[size_t(i)]);
      }
      if (parts == 1) first = output.Bytes();
      ASSERT_TRUE(output.Bytes() == first) << "depends on the cut";
    }
  }
}

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_TESTING_CONTRACT_H_
