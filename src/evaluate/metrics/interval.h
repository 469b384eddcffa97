// How far a measured share may lie from the true one.
#ifndef OCTET_EVALUATE_METRICS_INTERVAL_H_
#define OCTET_EVALUATE_METRICS_INTERVAL_H_

#include <cstdint>
#include <vector>

namespace octet::evaluate {

struct Interval {
  double low = 0;
  double high = 0;
};

// 95 % interval of the share behind `hits` of `trials`; [0, 1] for none.
// Source: Wilson, JASA 1927.
Interval WilsonInterval(int64_t hits, int64_t trials);

// 95 % interval of the difference of two shares of the same trials: `won` are
// hits of the first only, `lost` hits of the second only.
// Source: Agresti and Min, Statistics in Medicine 24 (2005).
Interval PairedInterval(int64_t won, int64_t lost, int64_t trials);

// The middle 95 % of bootstrap results, interpolated; [0, 0] for none.
Interval MiddleOf(std::vector<double> results);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_METRICS_INTERVAL_H_
