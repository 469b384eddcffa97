// Whether the ranges have stopped growing, or more samples would widen them.
#ifndef OCTET_DOCTOR_SATURATION_H_
#define OCTET_DOCTOR_SATURATION_H_

#include <optional>
#include <string>
#include <vector>

#include "doctor/finding.h"
#include "doctor/observe.h"

namespace octet::doctor {

// Below, nothing is known of a range.
inline constexpr int64_t kFewestSamples = 8;

// How wide the range of a value is to be expected with fewer samples.
struct SaturationCurve {
  std::string value;
  // Number of samples and the expected width as a share of the width with all;
  // rising, the last is {all, 1}.
  std::vector<std::pair<int64_t, double>> points;
  // What the second half of the samples adds, as a share of the width.
  double growth = 0;
  // The chance that another sample leaves the range by more than a tenth of its
  // width: the share of these samples that leave the range of all others so
  // far (Good and Turing's estimate).
  double escape = 0;
};

// The expected largest of m numbers drawn from these without putting back:
// exact, from the order statistics. 1 <= m <= numbers.size().
//   source: the k-th smallest of n is the largest of m with probability
//           C(k-1, m-1) / C(n, m).
double ExpectedLargest(std::vector<float> numbers, int64_t m);

// One for each value that is not 0 throughout, at 1, 2, 4, ... samples.
std::vector<SaturationCurve> SaturationCurves(const Extremes& extremes);

// When there are fewer than kFewestSamples, or another sample would leave the
// ranges of more than 4 % of the values. Growth alone tells nothing: the
// largest of n numbers goes on growing with the logarithm of n.
std::optional<Finding> FindTooFew(const std::vector<SaturationCurve>& curves,
                                  int64_t samples);

}  // namespace octet::doctor

#endif  // OCTET_DOCTOR_SATURATION_H_
