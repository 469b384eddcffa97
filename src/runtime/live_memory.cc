#include "runtime/live_memory.h"

#include <algorithm>
#include <iterator>

#include "kernels/work.h"
#include "octet/tensor.h"

namespace octet::runtime {
namespace {

using kernels::RoundUp;

constexpr int64_t kEndOfMemory = int64_t{1} << 62;
// A concatenation has rarely more parts, and each makes one of both at most.
constexpr size_t kMostBands = 64;
constexpr int kMostStretches = 64;

}  // namespace

LiveMemory::LiveMemory() {
  stretches_[-kEndOfMemory] = {-kBufferSlack};
  stretches_[kEndOfMemory] = {kEndOfMemory + 1};
  SetGap(-kBufferSlack, kEndOfMemory, true);
}

void LiveMemory::Add(const Access& access) {
  auto it = Cut(access.begin, access.end);
  if (!access.HasGaps() || !HasFew(access.begin, access.end)) {
    while (it->first < access.end) it = Erase(it);
    Insert(access.begin, {access.end});
    return;
  }
  const Bands bands(access.begin, access.width, access.stride);
  for (int64_t at = access.begin; at < access.end;) {
    if (it->first > at) {
      const int64_t end = std::min(it->first, access.end);
      Insert(at, {end, access.stride, bands});
      at = end;
      continue;
    }
    Stretch& stretch = it->second;
    if (stretch.stride == access.stride) stretch.bands.Add(bands);
    if (stretch.stride != access.stride || stretch.bands.size() > kMostBands) {
      stretch = {stretch.end};
    }
    at = stretch.end;
    ++it;
  }
}

void LiveMemory::Remove(const Access& access) {
  auto it = Cut(access.begin, access.end);
  if (!access.HasGaps()) {
    while (it->first < access.end) it = Erase(it);
    return;
  }
  if (!HasFew(access.begin, access.end)) return;
  // The pattern goes on to both sides for a gap, in which no byte is of it.
  const int64_t gap = access.stride - access.width;
  const int64_t begin = RunBegin(access.begin, access.begin - gap);
  const int64_t end = RunEnd(access.end, access.end + gap);
  it = Cut(begin, end);
  const Bands bands(access.begin, access.width, access.stride);
  while (it->first < end) {
    Stretch left = it->second;
    if (left.stride == 0) {
      left.stride = access.stride;
      left.bands = Bands(0, access.stride, access.stride);
    }
    if (left.stride == access.stride) left.bands.Remove(bands);
    if (left.bands.empty()) {
      it = Erase(it);
      continue;
    }
    if (left.bands.size() <= kMostBands) it->second = left;
    ++it;
  }
}

int64_t LiveMemory::Take(int64_t bytes) {
  const int64_t size = RoundUp(bytes + kBufferSlack, kAlignment);
  const int64_t begin = gaps_.lower_bound({size, 0})->begin;
  // The slack is the taker's own, so that the next may begin behind it.
  Insert(begin, {begin + size - kBufferSlack});
  taken_.push_back(begin);
  return begin;
}

void LiveMemory::GiveBack() {
  for (int64_t begin : taken_) Erase(stretches_.find(begin));
  taken_.clear();
}

void LiveMemory::Insert(int64_t begin, const Stretch& stretch) {
  const auto next = stretches_.lower_bound(begin);
  const int64_t before = std::prev(next)->second.end;
  SetGap(before, next->first, false);
  SetGap(before, begin, true);
  SetGap(stretch.end, next->first, true);
  stretches_.emplace_hint(next, begin, stretch);
}

LiveMemory::Stretches::iterator LiveMemory::Erase(Stretches::iterator it) {
  const int64_t before = std::prev(it)->second.end;
  const int64_t next = std::next(it)->first;
  SetGap(before, it->first, false);
  SetGap(it->second.end, next, false);
  SetGap(before, next, true);
  return stretches_.erase(it);
}

LiveMemory::Stretches::iterator LiveMemory::Cut(int64_t begin, int64_t end) {
  SplitAt(begin);
  SplitAt(end);
  return stretches_.lower_bound(begin);
}

void LiveMemory::SplitAt(int64_t at) {
  const auto it = std::prev(stretches_.upper_bound(at));
  if (it->first == at || it->second.end <= at) return;
  const Stretch behind = it->second;
  it->second.end = at;
  stretches_.emplace_hint(std::next(it), at, behind);
}

int64_t LiveMemory::RunBegin(int64_t at, int64_t least) const {
  auto it = stretches_.lower_bound(at);
  for (int i = 0; i < kMostStretches && at > least; ++i) {
    --it;
    if (it->second.end != at) break;
    at = it->first;
  }
  return std::max(at, least);
}

int64_t LiveMemory::RunEnd(int64_t at, int64_t most) const {
  auto it = stretches_.lower_bound(at);
  for (int i = 0; i < kMostStretches && at < most && it->first == at; ++i) {
    at = it->second.end;
    ++it;
  }
  return std::min(at, most);
}

bool LiveMemory::HasFew(int64_t begin, int64_t end) const {
  auto it = stretches_.lower_bound(begin);
  for (int i = 0; i < kMostStretches && it->first < end; ++i) ++it;
  return it->first >= end;
}

void LiveMemory::SetGap(int64_t before_end, int64_t next_begin, bool there) {
  const int64_t begin = RoundUp(before_end + kBufferSlack, kAlignment);
  const Gap gap = {next_begin - begin, begin};
  if (gap.bytes <= 0) return;
  if (there) {
    gaps_.insert(gap);
  } else {
    gaps_.erase(gap);
  }
}

}  // namespace octet::runtime
