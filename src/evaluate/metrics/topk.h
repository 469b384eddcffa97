// Top-k accuracy of a classifier.
#ifndef OCTET_EVALUATE_METRICS_TOPK_H_
#define OCTET_EVALUATE_METRICS_TOPK_H_

#include <cstdint>
#include <span>
#include <vector>

#include "evaluate/metrics/interval.h"

namespace octet::evaluate {

// Place of `label` when the outputs are ordered from the largest; equal
// outputs are ordered by index, so that an engine with few distinct outputs
// gains nothing. NaN comes last. 0 <= label < outputs.size(), else the rank is
// outputs.size().
int64_t RankOf(std::span<const float> outputs, int64_t label);

// Counts over samples.
class TopK {
 public:
  // first_class: outputs before this one are not classes (background).
  explicit TopK(int64_t first_class = 0) : first_class_(first_class) {}

  void Add(std::span<const float> outputs, int64_t label);

  int64_t samples() const { return int64_t(ranks_.size()); }
  // Of one sample added before; for comparing two models sample by sample.
  int64_t rank(int64_t index) const { return ranks_[size_t(index)]; }
  // Share of samples whose label is among the k largest outputs.
  double Share(int64_t k) const;
  Interval ShareInterval(int64_t k) const;
  // Share() without each group of samples (groups.h).
  std::vector<double> SharesWithoutEach(int64_t k) const;

 private:
  int64_t Hits(int64_t k) const;

  int64_t first_class_;
  std::vector<int64_t> ranks_;
};

// Samples whose label is among the k largest outputs of one model only. Both
// were given the same samples in the same order.
struct PairedHits {
  int64_t won = 0;   // of the first
  int64_t lost = 0;  // of the second
};
PairedHits PairHits(const TopK& one, const TopK& other, int64_t k);

}  // namespace octet::evaluate

#endif  // OCTET_EVALUATE_METRICS_TOPK_H_
