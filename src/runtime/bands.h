// Some bytes of every period: what lives of memory whose elements have gaps.
#ifndef OCTET_RUNTIME_BANDS_H_
#define OCTET_RUNTIME_BANDS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace octet::runtime {

// A set of numbers in [0, period), kept as stretches that are apart.
class Bands {
 public:
  Bands() = default;
  // `width` numbers from `first` on, modulo the period. 0 < width <= period.
  Bands(int64_t first, int64_t width, int64_t period);

  void Add(const Bands& other);
  void Remove(const Bands& other);

  bool empty() const { return bands_.empty(); }
  size_t size() const { return bands_.size(); }

 private:
  struct Band {
    int64_t begin, end;
  };
  void Add(Band band);
  void Remove(Band band);

  std::vector<Band> bands_;  // in order
};

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_BANDS_H_
