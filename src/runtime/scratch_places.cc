#include "runtime/scratch_places.h"

#include <algorithm>

#include "runtime/access.h"
#include "runtime/live_memory.h"

namespace octet::runtime {
namespace {

class Placing {
 public:
  Placing(const engine::ProfileT& profile, std::span<const TapPoint> tap_points,
          std::span<const ScratchNeed> needs)
      : profile_(profile), tap_points_(tap_points), needs_(needs) {
    places_.offsets.resize(needs.size());
    places_.bytes = int64_t(profile.arena_bytes);
  }

  ScratchPlaces Place() && {
    // The first walk finds out what lives before the first step, which must
    // have lived since the run before.
    Walk(false);
    Walk(true);
    return std::move(places_);
  }

  ScratchPlaces PlaceBehind() && {
    AddWhole({0, places_.bytes});
    for (size_t step = 0; step < needs_.size(); ++step) Take(step);
    return std::move(places_);
  }

 private:
  void AddWhole(Access access) {
    if (access.begin == access.end) return;
    access.stride = access.width = access.end - access.begin;
    live_.Add(access);
  }

  void AddValue(int index) {
    const engine::ValueT& value = *profile_.values[size_t(index)];
    if (value.place == engine::Place::Arena) live_.Add(AccessOf(value));
  }

  void Walk(bool places_scratch) {
    for (int input : profile_.inputs) AddValue(input);
    for (int output : profile_.outputs) AddValue(output);
    size_t tap = tap_points_.size();
    for (size_t i = profile_.steps.size(); i-- > 0;) {
      // Some are looked at that no step reads.
      for (; tap > 0 && tap_points_[tap - 1].after >= int(i); --tap) {
        AddValue(tap_points_[tap - 1].value);
      }
      const engine::StepT& step = *profile_.steps[i];
      const Written written = WrittenBy(profile_, step);
      const std::vector<Access> reads = ReadBy(profile_, step);
      live_.Add(written.access);
      for (const Access& read : reads) live_.Add(read);
      if (places_scratch) Take(i);
      if (written.is_whole) live_.Remove(written.access);
      for (const Access& read : reads) live_.Add(read);
    }
  }

  void Take(size_t step) {
    const ScratchNeed& need = needs_[step];
    if (need.bytes == 0) return;
    for (int piece = 0; piece < need.pieces; ++piece) {
      const int64_t offset = live_.Take(need.bytes);
      places_.offsets[step].push_back(offset);
      places_.bytes = std::max(places_.bytes, offset + need.bytes);
    }
    live_.GiveBack();
  }

  const engine::ProfileT& profile_;
  const std::span<const TapPoint> tap_points_;
  const std::span<const ScratchNeed> needs_;
  LiveMemory live_;
  ScratchPlaces places_;
};

}  // namespace

ScratchPlaces PlaceScratch(const engine::ProfileT& profile,
                           std::span<const TapPoint> tap_points,
                           std::span<const ScratchNeed> needs,
                           bool keeps_values) {
  Placing placing(profile, tap_points, needs);
  return keeps_values ? std::move(placing).PlaceBehind()
                      : std::move(placing).Place();
}

}  // namespace octet::runtime
