#include "evaluate/metrics/topk.h"

#include <algorithm>
#include <cmath>

#include "evaluate/metrics/groups.h"

namespace octet::evaluate {

int64_t RankOf(std::span<const float> outputs, int64_t label) {
  if (label < 0 || label >= int64_t(outputs.size())) {
    return int64_t(outputs.size());
  }
  const float own = outputs[size_t(label)];
  int64_t rank = 0;
  for (int64_t i = 0; i < int64_t(outputs.size()); ++i) {
    const float other = outputs[size_t(i)];
    const bool equal = other == own || (std::isnan(other) && std::isnan(own));
    const bool larger = other > own || (std::isnan(own) && !std::isnan(other));
    if (larger || (equal && i < label)) ++rank;
  }
  return rank;
}

void TopK::Add(std::span<const float> outputs, int64_t label) {
  const size_t skip =
      std::min(size_t(std::max<int64_t>(first_class_, 0)), outputs.size());
  ranks_.push_back(RankOf(outputs.subspan(skip), label));
}

int64_t TopK::Hits(int64_t k) const {
  return std::ranges::count_if(ranks_, [k](int64_t r) { return r < k; });
}

double TopK::Share(int64_t k) const {
  return ranks_.empty() ? 0 : double(Hits(k)) / double(ranks_.size());
}

Interval TopK::ShareInterval(int64_t k) const {
  return WilsonInterval(Hits(k), samples());
}

std::vector<double> TopK::SharesWithoutEach(int64_t k) const {
  return WithoutEach(ranks_.size(), [&](size_t group) {
    TopK others(first_class_);
    for (size_t i = 0; i < ranks_.size(); ++i) {
      if (GroupOf(i) != group) others.ranks_.push_back(ranks_[i]);
    }
    return others.Share(k);
  });
}

PairedHits PairHits(const TopK& one, const TopK& other, int64_t k) {
  PairedHits hits;
  for (int64_t i = 0; i < std::min(one.samples(), other.samples()); ++i) {
    const bool hit = one.rank(i) < k;
    const bool other_hit = other.rank(i) < k;
    hits.won += int64_t{hit && !other_hit};
    hits.lost += int64_t{other_hit && !hit};
  }
  return hits;
}

}  // namespace octet::evaluate
