#include "runtime/tap_points.h"

#include <algorithm>

namespace octet::runtime {
namespace {

constexpr int kNever = -2;

bool Contains(const std::vector<int>& indices, int index) {
  return std::ranges::find(indices, index) != indices.end();
}

}  // namespace

std::vector<TapPoint> FindTapPoints(const engine::ProfileT& profile) {
  const size_t count = profile.values.size();
  const int steps = int(profile.steps.size());
  std::vector<int> written(count, kNever);  // last step that writes it
  std::vector<int> read(count, steps);      // first step after it that reads it
  for (int step = 0; step < steps; ++step) {
    const int y = engine::OutputOf(*profile.steps[size_t(step)]);
    written[size_t(y)] = step;
  }
  for (int step = steps - 1; step >= 0; --step) {
    for (int x : engine::ReadsOf(*profile.steps[size_t(step)])) {
      if (step > written[size_t(x)]) read[size_t(x)] = step;
    }
  }
  std::vector<TapPoint> points;
  for (size_t i = 0; i < count; ++i) {
    const int value = int(i);
    if (profile.values[i]->place == engine::Place::Constant) continue;
    if (Contains(profile.inputs, value)) {
      points.push_back({-1, value, -1});
      continue;
    }
    const bool lasts = read[i] < steps || Contains(profile.outputs, value);
    if (!lasts && written[i] == kNever) continue;
    const int after = lasts ? read[i] - 1 : written[i];
    points.push_back({after, value, written[i] == kNever ? after : written[i]});
  }
  std::ranges::sort(points, [](const TapPoint& a, const TapPoint& b) {
    return a.after != b.after ? a.after < b.after : a.value < b.value;
  });
  return points;
}

}  // namespace octet::runtime
