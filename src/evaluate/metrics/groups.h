// Groups of samples that are left out of a number one after the other: what it
// is without each tells how well it is known (the jackknife).
#ifndef OCTET_EVALUATE_METRICS_GROUPS_H_
#define OCTET_EVALUATE_METRICS_GROUPS_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace octet::evaluate {

inline constexpr size_t kGroups = 16;
// As a group: none.
inline constexpr size_t kNoGroup = kGroups;

// A sample's group, by its index. Neighbours, which are often alike, are in
// different ones.
constexpr size_t GroupOf(size_t sample) { return sample % kGroups; }

// number(group): over all samples but those of a group.
//   returns: that of each group that has a sample.
template <typename Number>
std::vector<double> WithoutEach(size_t samples, const Number& number) {
  std::vector<double> without;
  for (size_t group = 0; group < std::min(kGroups, samples); ++group) {
    without.push_back(number(group));
  }
  return without;
}

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_METRICS_GROUPS_H_
