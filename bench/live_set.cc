#include "bench/live_set.h"

#include <algorithm>
#include <vector>

namespace octet {
namespace {

// Which bytes of the arena are alive, and how many.
class LiveBytes {
 public:
  explicit LiveBytes(uint64_t arena_bytes) : alive_(arena_bytes) {}

  int64_t count() const { return count_; }

  void Set(const engine::ValueT& value, bool alive) {
    if (value.place == engine::Place::Constant) return;
    const Shape shape = engine::ShapeOf(value);
    const int64_t size = SizeOf(engine::ToDType(value.dtype));
    const int64_t row = shape.rank() == 0 ? 1 : shape[shape.rank() - 1];
    const int64_t rows = row == 0 ? 0 : shape.elements() / row;
    for (int64_t r = 0; r < rows; ++r) {
      const auto first = alive_.begin() + int64_t(value.offset) +
                         r * value.pixel_stride * size;
      const auto last = first + row * size;
      const int64_t before = std::count(first, last, true);
      std::fill(first, last, alive);
      count_ += (alive ? row * size : 0) - before;
    }
  }

 private:
  std::vector<bool> alive_;
  int64_t count_ = 0;
};

}  // namespace

int64_t LiveSetBytes(const engine::ProfileT& profile) {
  LiveBytes live(profile.arena_bytes);
  for (int output : profile.outputs) {
    live.Set(*profile.values[size_t(output)], true);
  }
  int64_t most = live.count();
  for (size_t i = profile.steps.size(); i-- > 0;) {
    const engine::StepT& step = *profile.steps[i];
    const engine::ValueT& y = *profile.values[size_t(engine::OutputOf(step))];
    live.Set(y, true);
    for (int x : engine::ReadsOf(step)) {
      live.Set(*profile.values[size_t(x)], true);
    }
    most = std::max(most, live.count());
    live.Set(y, false);
    for (int x : engine::ReadsOf(step)) {
      live.Set(*profile.values[size_t(x)], true);
    }
  }
  return most;
}

}  // namespace octet
