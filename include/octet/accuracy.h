// How accurate an engine is on some samples, and how well that is known.
#ifndef OCTET_ACCURACY_H_
#define OCTET_ACCURACY_H_

#include <vector>

namespace octet {

struct Accuracy {
  double value = 0;  // higher is better
  // The same without the samples of one group, for each of some groups: from
  // them follows how well the difference of two engines is known. All engines
  // that are compared have the same groups. Fewer than two: taken as exact.
  std::vector<double> without;
};

}  // namespace octet

#endif  // OCTET_ACCURACY_H_
