// What one run lost against the float model, and its mean over samples.
#ifndef OCTET_COMPILE_SEARCH_LOSS_SUMS_H_
#define OCTET_COMPILE_SEARCH_LOSS_SUMS_H_

#include <span>
#include <vector>

#include "octet/sensitivity.h"

namespace octet::compile {

// Of one sample.
struct SampleLoss {
  double noise = 0, cosine = 0, kl = 0, changed = 0;
};

// Noise over signal, in power, held to 1.
double NoiseShare(std::span<const float> exact, std::span<const float> other);

// 1 - cosine of all outputs together, and the divergence of the distributions
// of at most 4096 elements of each.
class OutputLoss {
 public:
  void Add(std::span<const float> exact, std::span<const float> other);
  void WriteTo(SampleLoss& loss) const;

 private:
  double signal_ = 0, other_ = 0, dot_ = 0, kl_ = 0;
  int outputs_ = 0;
};

Estimate EstimateOf(const std::vector<double>& samples);
Loss EstimateOf(const std::vector<SampleLoss>& samples);

// The ranks of numbers from 1 for the largest; ties share the mean of theirs.
std::vector<double> RanksOf(const std::vector<double>& x);
// Spearman's rank correlation; 0 for fewer than two.
double RankCorrelation(const std::vector<double>& a,
                       const std::vector<double>& b);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_LOSS_SUMS_H_
