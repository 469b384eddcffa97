#include "engine/packed_size.h"

#include <initializer_list>
#include <span>

#include "base/checked.h"

namespace octet::engine {
namespace {

std::optional<int64_t> Product(std::initializer_list<int64_t> factors) {
  return CheckedElements(std::span(factors.begin(), factors.size()));
}

int64_t Panels(int64_t channels) { return RoundUp(channels, 16) / 16; }

}  // namespace

std::optional<int64_t> PackedConvU8Size(int64_t out_channels,
                                        int64_t in_channels, int64_t group,
                                        const Window& window,
                                        int64_t weight_parts) {
  const int64_t depth = in_channels / group;
  const int64_t kernel_w = window.kernel_w();
  const bool row_is_one_run =
      kernel_w == 1 || (group == 1 && window.dilation_w() == 1);
  const auto row = CheckedMul(kernel_w, depth);
  if (!row) return std::nullopt;
  const int64_t run_length = row_is_one_run ? *row : depth;
  const int64_t runs_of_row = row_is_one_run ? 1 : kernel_w;
  return Product({group, Panels(out_channels / group), weight_parts,
                  window.kernel_h(), runs_of_row, RoundUp(run_length, 4) / 4,
                  64});
}

std::optional<int64_t> PackedConvF32Size(int64_t out_channels,
                                         int64_t in_channels, int64_t group,
                                         const Window& window) {
  return Product({group, Panels(out_channels / group), window.kernel_h(),
                  window.kernel_w(), in_channels / group, 16});
}

std::optional<int64_t> PackedConvHalfSize(int64_t out_channels,
                                          int64_t in_channels, int64_t group,
                                          const Window& window) {
  return Product({group, Panels(out_channels / group), window.kernel_h(),
                  window.kernel_w(), RoundUp(in_channels / group, 2), 16});
}

std::optional<int64_t> PackedDepthwiseSize(int64_t channels,
                                           const Window& window,
                                           int64_t block) {
  return Product(
      {window.kernel_h(), window.kernel_w(), RoundUp(channels, block)});
}

}  // namespace octet::engine
