// When each value of a profile is complete and can be looked at.
#ifndef OCTET_RUNTIME_TAP_POINTS_H_
#define OCTET_RUNTIME_TAP_POINTS_H_

#include <vector>

#include "engine/program.h"

namespace octet::runtime {

// After step `after` (-1: before the first), `value` is complete and still
// there; step `by` was the last to write it (`after`, if none writes it).
struct TapPoint {
  int after;
  int value;
  int by;
};

// Sorted by `after`, then by value. A value may be put together by several
// steps, some of which write only a part of its memory under another name; but
// when its first reader after that is about to start, it must be complete.
// Values that nobody reads come when they were last written, those that are
// neither read nor written not at all, outputs at the end.
std::vector<TapPoint> FindTapPoints(const engine::ProfileT& profile);

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_TAP_POINTS_H_
