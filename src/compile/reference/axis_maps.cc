#include "compile/reference/axis_maps.h"

#include <cstring>
#include <numeric>

#include "compile/reference/operands.h"
#include "compile/reference/wide.h"

namespace octet::compile::reference {

AxisMap IdentityMap(int64_t size) {
  AxisMap map(static_cast<size_t>(size));
  std::iota(map.begin(), map.end(), int64_t{0});
  return map;
}

Result<Tensor> TakeByMaps(const Tensor& x, std::span<const AxisMap> maps,
                          const Tensor* fill) {
  std::vector<int64_t> dims;
  for (const AxisMap& map : maps) dims.push_back(int64_t(map.size()));
  OCTET_ASSIGN(Tensor y, MakeTensor(x.dtype(), dims));
  const auto size = size_t(SizeOf(x.dtype()));
  const Strides strides = DenseStrides(x.shape());
  // The index of y is counted up like an odometer: x may be reached from each
  // index by any step.
  std::vector<size_t> index(maps.size());
  std::byte* out = y.raw();
  for (int64_t left = y.elements(); left > 0; --left, out += size) {
    int64_t offset = 0;
    bool filled = false;
    for (size_t a = 0; a < maps.size(); ++a) {
      const int64_t from = maps[a][index[a]];
      filled |= from == kFill;
      offset += from * strides[a];
    }
    if (!filled) {
      std::memcpy(out, x.raw() + size_t(offset) * size, size);
    } else if (fill != nullptr) {
      std::memcpy(out, fill->raw(), size);
    }
    for (size_t a = maps.size(); a-- > 0;) {
      if (++index[a] < maps[a].size()) break;
      index[a] = 0;
    }
  }
  return y;
}

}  // namespace octet::compile::reference
