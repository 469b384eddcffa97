#include "compile/search/drop.h"

#include <cmath>

namespace octet::compile {
namespace {

// A drop may be met exactly; sums of floats are not exact.
constexpr double kRounding = 1e-9;

}  // namespace

bool IsAtMost(const Drop& drop, double most) {
  return drop.least() <= most + kRounding;
}

bool IsShownAtMost(const Drop& drop, double most) {
  return drop.most() <= most + kRounding;
}

Drop DropBetween(const Accuracy& from, const Accuracy& to) {
  Drop drop{.mean = from.value - to.value, .error = 0};
  const size_t groups = from.without.size();
  if (groups < 2 || to.without.size() != groups) return drop;
  double sum = 0, squares = 0;
  for (size_t i = 0; i < groups; ++i) {
    sum += from.without[i] - to.without[i];
  }
  const double mean = sum / double(groups);
  for (size_t i = 0; i < groups; ++i) {
    const double off = from.without[i] - to.without[i] - mean;
    squares += off * off;
  }
  drop.error = std::sqrt(squares * double(groups - 1) / double(groups));
  return drop;
}

}  // namespace octet::compile
