#include "engine/live_set.h"

#include <algorithm>
#include <vector>

#include "engine/layout.h"

namespace octet::engine {
namespace {

struct Life {
  size_t value = 0;
  int first = INT32_MAX, last = INT32_MIN;
  int64_t begin = 0, end = 0;  // bytes of the arena
};

std::vector<Life> LivesOf(const ProfileT& profile) {
  std::vector<Life> lives(profile.values.size());
  const auto touch = [&](int value, int step) {
    Life& life = lives[size_t(value)];
    life.first = std::min(life.first, step);
    life.last = std::max(life.last, step);
  };
  const int steps = int(profile.steps.size());
  for (int s = 0; s < steps; ++s) {
    const StepT& step = *profile.steps[size_t(s)];
    for (int v : ReadsOf(step)) touch(v, s);
    touch(OutputOf(step), s);
  }
  for (int v : profile.inputs) {
    touch(v, -1);
    touch(v, steps);
  }
  for (int v : profile.outputs) touch(v, steps);
  for (size_t v = 0; v < lives.size(); ++v) {
    const ValueT& value = *profile.values[v];
    lives[v].value = v;
    lives[v].begin = int64_t(value.offset);
    lives[v].end =
        lives[v].begin + *CheckedExtent(value) * SizeOf(ToDType(value.dtype));
  }
  std::erase_if(lives, [&](const Life& life) {
    return profile.values[life.value]->place == Place::Constant ||
           life.first > life.last;
  });
  return lives;
}

}  // namespace

int64_t LargestLiveSet(const ProfileT& profile) {
  std::vector<Life> lives = LivesOf(profile);
  std::ranges::sort(lives, {}, &Life::begin);
  int64_t largest = 0;
  for (int step = -1; step <= int(profile.steps.size()); ++step) {
    int64_t live = 0, end = 0;
    for (const Life& life : lives) {
      if (step < life.first || step > life.last || life.end <= end) continue;
      live += life.end - std::max(life.begin, end);
      end = life.end;
    }
    largest = std::max(largest, live);
  }
  return largest;
}

}  // namespace octet::engine
