#include "compile/lower/shared_buffers.h"

#include <algorithm>

#include "engine/in_place.h"

namespace octet::compile {
namespace {

class Sharing {
 public:
  Sharing(const engine::ProfileT& profile, std::vector<Slot>& slots,
          std::vector<Lifetime>& lives)
      : profile_(profile), slots_(slots), lives_(lives) {
    values_in_.resize(lives.size());
    for (size_t v = 0; v < slots.size(); ++v) {
      if (slots[v].buffer < 0) continue;
      values_in_[size_t(slots[v].buffer)].push_back(v);
    }
  }

  void Visit(int index) {
    const engine::StepT& step = *profile_.steps[size_t(index)];
    const int y = engine::OutputOf(step);
    // What was written before this step stays.
    if (LifeOf(y).first != index) return;
    for (int x : engine::InPlaceOf(profile_, step)) {
      if (!MayShare(step, index, x, y)) continue;
      Share(size_t(slots_[size_t(x)].buffer), size_t(slots_[size_t(y)].buffer));
      return;
    }
  }

 private:
  Lifetime& LifeOf(int value) {
    return lives_[size_t(slots_[size_t(value)].buffer)];
  }

  bool MayShare(const engine::StepT& step, int index, int x, int y) {
    const Slot& from = slots_[size_t(x)];
    const Slot& to = slots_[size_t(y)];
    const auto lies_there = [&](int other) {
      return other != x && slots_[size_t(other)].buffer == from.buffer;
    };
    return from.buffer != to.buffer && LifeOf(x).last == index &&
           LifeOf(x).bytes == LifeOf(y).bytes && from.offset == to.offset &&
           std::ranges::none_of(engine::ReadsOf(step), lies_there);
  }

  void Share(size_t kept, size_t gone) {
    lives_[kept].Touch(lives_[gone].last);
    lives_[gone] = {};
    for (size_t v : values_in_[gone]) {
      slots_[v].buffer = int(kept);
      values_in_[kept].push_back(v);
    }
    values_in_[gone].clear();
  }

  const engine::ProfileT& profile_;
  std::vector<Slot>& slots_;
  std::vector<Lifetime>& lives_;
  std::vector<std::vector<size_t>> values_in_;  // by buffer
};

}  // namespace

void ShareBuffers(const engine::ProfileT& profile, std::vector<Slot>& slots,
                  std::vector<Lifetime>& lives) {
  Sharing sharing(profile, slots, lives);
  for (size_t s = 0; s < profile.steps.size(); ++s) sharing.Visit(int(s));
}

}  // namespace octet::compile
