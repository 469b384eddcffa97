#include "runtime/access.h"

#include <algorithm>

#include "engine/layout.h"

namespace octet::runtime {
namespace {

struct CopyAxis {
  int64_t stride, extent;  // bytes, elements
};

// Where a copy writes; engine::Validate has seen that it stays inside y and
// that no two of its elements coincide.
Written WrittenByCopy(const engine::ValueT& y, const engine::StridedCopyT& p) {
  const int64_t bytes = SizeOf(engine::ToDType(y.dtype));
  std::vector<CopyAxis> axes;
  for (size_t i = 0; i < p.extents.size(); ++i) {
    if (p.extents[i] == 1) continue;
    axes.push_back({p.y_strides[i] * bytes, p.extents[i]});
  }
  std::ranges::sort(axes, {}, &CopyAxis::stride);
  Access access;
  access.begin = int64_t(y.offset) + p.y_offset * bytes;
  access.width = bytes;
  access.end = access.begin + bytes;
  size_t i = 0;
  for (; i < axes.size() && axes[i].stride == access.width; ++i) {
    access.width *= axes[i].extent;
  }
  access.stride = i < axes.size() ? axes[i].stride : access.width;
  int64_t next = access.stride;
  for (const CopyAxis& axis : axes) {
    access.end += (axis.extent - 1) * axis.stride;
  }
  bool is_whole = true;
  for (; i < axes.size(); ++i) {
    is_whole = is_whole && axes[i].stride == next;
    next = axes[i].stride * axes[i].extent;
  }
  if (!is_whole) access.stride = access.width = access.end - access.begin;
  return {access, is_whole};
}

}  // namespace

Access AccessOf(const engine::ValueT& value) {
  const int64_t bytes = SizeOf(engine::ToDType(value.dtype));
  Access access;
  access.begin = int64_t(value.offset);
  access.width = engine::Channels(value) * bytes;
  const bool is_dense = engine::IsDense(value);
  access.stride = is_dense ? access.width : engine::PixelStride(value) * bytes;
  access.end =
      access.begin + (engine::Pixels(value) - 1) * access.stride + access.width;
  return access;
}

Written WrittenBy(const engine::ProfileT& profile, const engine::StepT& step) {
  const engine::ValueT& y = *profile.values[size_t(engine::OutputOf(step))];
  if (step.params.type == engine::Params::StridedCopy) {
    return WrittenByCopy(y, *step.params.AsStridedCopy());
  }
  return {AccessOf(y)};
}

std::vector<Access> ReadBy(const engine::ProfileT& profile,
                           const engine::StepT& step) {
  std::vector<Access> reads;
  for (int index : engine::ReadsOf(step)) {
    const engine::ValueT& value = *profile.values[size_t(index)];
    if (value.place == engine::Place::Arena) reads.push_back(AccessOf(value));
  }
  return reads;
}

}  // namespace octet::runtime
