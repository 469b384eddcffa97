// Sums from which the distance of two versions of a value is told.
#ifndef OCTET_COMPILE_SEARCH_ERROR_SUMS_H_
#define OCTET_COMPILE_SEARCH_ERROR_SUMS_H_

#include <cstdint>
#include <span>

#include "compile/calibrate/histogram.h"

namespace octet::compile {

class ErrorSums {
 public:
  // a: exact, b: the other; as many elements. What is no finite number in the
  // exact value has no error; what is none in the other only is an infinite
  // one.
  void Add(std::span<const float> a, std::span<const float> b);
  // As if the elements of both had been added to one.
  void Merge(const ErrorSums& other);

  double l2() const;           // root of the sum of squared errors
  double relative_l2() const;  // of that of the exact value; 0 if both are 0
  double cosine() const;       // 1 if both are 0
  // Signal over noise in dB, held to [-200, 200].
  double sqnr_db() const;
  double max_error() const { return max_error_; }
  // Kullback-Leibler divergence of the distribution of b from that of a, over
  // the bins of a common histogram, in nats.
  double kl() const;

 private:
  double signal_ = 0, other_ = 0, noise_ = 0, dot_ = 0, max_error_ = 0;
  Histogram exact_, changed_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_ERROR_SUMS_H_
