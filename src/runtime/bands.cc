#include "runtime/bands.h"

#include <algorithm>

namespace octet::runtime {

Bands::Bands(int64_t first, int64_t width, int64_t period) {
  const int64_t begin = first % period;
  const int64_t end = begin + width;
  if (end > period) bands_.push_back({0, end - period});
  bands_.push_back({begin, std::min(end, period)});
}

void Bands::Add(const Bands& other) {
  for (const Band& band : other.bands_) Add(band);
}

void Bands::Remove(const Bands& other) {
  for (const Band& band : other.bands_) Remove(band);
}

void Bands::Add(Band band) {
  // Those that touch it become one with it.
  const auto first =
      std::ranges::lower_bound(bands_, band.begin, {}, &Band::end);
  auto last = first;
  for (; last != bands_.end() && last->begin <= band.end; ++last) {
    band.begin = std::min(band.begin, last->begin);
    band.end = std::max(band.end, last->end);
  }
  bands_.insert(bands_.erase(first, last), band);
}

void Bands::Remove(Band band) {
  std::vector<Band> left;
  for (const Band& b : bands_) {
    if (b.begin < band.begin) {
      left.push_back({b.begin, std::min(b.end, band.begin)});
    }
    if (b.end > band.end) left.push_back({std::max(b.begin, band.end), b.end});
  }
  bands_ = std::move(left);
}

}  // namespace octet::runtime
