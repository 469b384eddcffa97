// The loops of resize around a level's inner loops: what an axis maps to is
// computed once per row and once per part.
#ifndef OCTET_KERNELS_RESIZE_RESIZE_ROWS_H_
#define OCTET_KERNELS_RESIZE_RESIZE_ROWS_H_

#include <cstddef>
#include <cstdint>

#include "kernels/resize/resize.h"

namespace octet::kernels {

// The four neighbours of one output pixel, n channels each, and their weights:
// first down the rows, then along the columns, each as
// fma(weight, high - low, low).
struct ResizeMix {
  const void* top_left;
  const void* bottom_left;
  const void* top_right;
  const void* bottom_right;
  float row_weight, column_weight;
  void* y;
  int64_t n;
};

struct ResizeFns {
  void (*mix_f32)(const ResizeMix& mix);
  void (*mix_u8)(const ResizeMix& mix);
};
extern const ResizeFns kResizeAvx2;

int64_t ResizeScratch(const ResizeParams& params);
void RunResize(const ResizeFns& fns, const ResizeParams& params, int64_t part,
               int64_t parts, std::byte* scratch);

}  // namespace octet::kernels

#endif  // OCTET_KERNELS_RESIZE_RESIZE_ROWS_H_
