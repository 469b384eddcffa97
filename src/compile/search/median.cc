#include "compile/search/median.h"

#include <algorithm>
#include <cstddef>

namespace octet::compile {

double MedianOfPositive(std::vector<double> x) {
  std::erase_if(x, [](double each) { return !(each > 0); });
  if (x.empty()) return 0;
  const auto middle = x.begin() + ptrdiff_t(x.size() / 2);
  std::ranges::nth_element(x, middle);
  return *middle;
}

}  // namespace octet::compile
