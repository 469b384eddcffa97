#include "runtime/batch_borders.h"

#include <algorithm>

#include "kernels/work.h"
#include "octet/tensor.h"
#include "runtime/access.h"

namespace octet::runtime {
namespace {

// Steps that have an address for each sample are bound for each, in every lane:
// beyond so many (a MiB of them) copies cost less.
constexpr int64_t kMostBindings = 1 << 11;

// Each is compared with all steps and values.
constexpr size_t kMostBorders = 64;

bool Overlap(const Border& border, const Access& access) {
  return access.begin < border.end && border.begin < access.end;
}

}  // namespace

BatchBorders::BatchBorders(const engine::ProfileT& profile)
    : inputs_(profile.inputs.size()) {
  if (profile.batch == 1) {
    inputs_ = 0;
    return;
  }
  for (const auto* indices : {&profile.inputs, &profile.outputs}) {
    for (int index : *indices) {
      const Access place = AccessOf(*profile.values[size_t(index)]);
      Border border{place.begin, place.end, bytes_};
      bytes_ += kernels::RoundUp(border.bytes() * profile.batch + kBufferSlack,
                                 kBufferAlignment);
      borders_.push_back(border);
    }
  }
  ChooseDirect(profile);
}

void BatchBorders::ChooseDirect(const engine::ProfileT& profile) {
  if (borders_.size() > kMostBorders) return;
  // Kernels read beyond their operands' ends: where one worker reads, no other
  // may be writing the next sample.
  for (size_t i = 0; i < borders_.size(); ++i) {
    Border& border = borders_[i];
    const bool is_input = i < inputs_;
    border.direct =
        IsApart(profile, border) &&
        !(is_input ? IsWritten(profile, border) : IsRead(profile, border));
  }
  const int64_t touched = std::ranges::count_if(
      profile.steps, [&](const auto& step) { return Touches(profile, *step); });
  if (touched * profile.batch <= kMostBindings) return;
  for (Border& border : borders_) border.direct = false;
}

bool BatchBorders::IsApart(const engine::ProfileT& profile,
                           const Border& border) const {
  for (const Border& other : borders_) {
    const bool both =
        other.begin < border.end && border.begin < other.end && other.direct;
    if (both) return false;
  }
  return std::ranges::all_of(profile.values, [&](const auto& value) {
    if (value->place != engine::Place::Arena) return true;
    const Access access = AccessOf(*value);
    if (!Overlap(border, access)) return true;
    // Else elements of the next sample's would not lie at multiples of it.
    const int64_t element = SizeOf(engine::ToDType(value->dtype));
    return border.begin <= access.begin && access.end <= border.end &&
           border.bytes() % element == 0;
  });
}

bool BatchBorders::IsRead(const engine::ProfileT& profile,
                          const Border& border) {
  return std::ranges::any_of(profile.steps, [&](const auto& step) {
    return std::ranges::any_of(ReadBy(profile, *step), [&](const Access& read) {
      return Overlap(border, read);
    });
  });
}

bool BatchBorders::IsWritten(const engine::ProfileT& profile,
                             const Border& border) {
  return std::ranges::any_of(profile.steps, [&](const auto& step) {
    return Overlap(border, WrittenBy(profile, *step).access);
  });
}

const Border* BatchBorders::Find(const engine::ValueT& value) const {
  if (value.place != engine::Place::Arena) return nullptr;
  const auto at = int64_t(value.offset);
  const auto found = std::ranges::find_if(borders_, [&](const Border& border) {
    return border.direct && border.begin <= at && at < border.end;
  });
  return found == borders_.end() ? nullptr : &*found;
}

bool BatchBorders::Touches(const engine::ProfileT& profile,
                           const engine::StepT& step) const {
  const auto is_direct = [&](int value) {
    return Find(*profile.values[size_t(value)]) != nullptr;
  };
  return is_direct(engine::OutputOf(step)) ||
         std::ranges::any_of(engine::ReadsOf(step), is_direct);
}

}  // namespace octet::runtime
