// The fast path of strided_copy: portable loops around what a level of
// instructions does better (copy_pieces.h).
//
// A simplified copy has one of three forms: runs that both sides hold in one
// piece, a transpose (x is contiguous along another axis than y), or anything
// else. A transpose is done in square blocks, so that each cache line of x and
// of y is touched while it is near.
#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/split.h"
#include "kernels/strided_copy/copy_pieces.h"
#include "kernels/strided_copy/strided_copy.h"

namespace octet::kernels {
namespace {

// Elements on the side of a block: 16 lines of 64 bytes on both sides for
// elements of 4 bytes, which fit the first-level cache many times over.
constexpr int64_t kBlock = kCopyBlock;

// Distances of one index of the axes before the last `inner` ones.
struct Offsets {
  int64_t x, y;
};
Offsets OffsetsOf(const StridedCopyParams& p, int inner, int64_t index) {
  Offsets at{0, 0};
  for (int d = p.rank - inner - 1; d >= 0; --d) {
    at.x += index % p.extents[d] * p.x_strides[d];
    at.y += index % p.extents[d] * p.y_strides[d];
    index /= p.extents[d];
  }
  return at;
}

int64_t OuterExtent(const StridedCopyParams& p, int inner) {
  int64_t n = 1;
  for (int d = 0; d < p.rank - inner; ++d) n *= p.extents[d];
  return n;
}

// Rows of the last axis, and parts of them: one memcpy each where both sides
// are contiguous.
template <typename T>
void CopyRows(const StridedCopyParams& p, int64_t part, int64_t parts) {
  const int last = p.rank - 1;
  const int64_t n = p.extents[last];
  const int64_t x_step = p.x_strides[last], y_step = p.y_strides[last];
  // Splits inside rows as well, for copies of a single run.
  const Piece piece = PieceOf(OuterExtent(p, 1) * n, part, parts);
  for (int64_t i = piece.begin; i < piece.end;) {
    const Offsets at = OffsetsOf(p, 1, i / n);
    const int64_t first = i % n, count = std::min(n - first, piece.end - i);
    const T* x = static_cast<const T*>(p.x) + at.x + first * x_step;
    T* y = static_cast<T*>(p.y) + at.y + first * y_step;
    if (x_step == 1 && y_step == 1) {
      std::memcpy(y, x, size_t(count) * sizeof(T));
    } else {
      for (int64_t j = 0; j < count; ++j) y[j * y_step] = x[j * x_step];
    }
    i += count;
  }
}

// Runs of kRun elements, or of `run` where that is 0.
template <typename T, int kRun>
void CopySomeRuns(const T* x, int64_t x_step, T* y, int64_t y_step,
                  int64_t count, int64_t run) {
  for (int64_t i = 0; i < count; ++i) {
    // A copy of known length is a few moves; else it is a call.
    const int64_t elements = kRun > 0 ? kRun : run;
    std::memcpy(y + i * y_step, x + i * x_step, size_t(elements) * sizeof(T));
  }
}

template <typename T>
using CopySomeRunsFn = void (*)(const T*, int64_t, T*, int64_t, int64_t,
                                int64_t);
// No axis of one element is left.
template <typename T>
constexpr CopySomeRunsFn<T> kCopySomeRuns[] = {
    CopySomeRuns<T, 0>, nullptr, CopySomeRuns<T, 2>, CopySomeRuns<T, 3>,
    CopySomeRuns<T, 4>,
};
constexpr int64_t kShortRun = 4;
// Fewer would be dealt out too unevenly.
constexpr int64_t kRunsForEachPart = 8;

// Rows that are contiguous on both sides, and more of them than parts: each
// part does whole ones.
template <typename T>
void CopyRuns(const StridedCopyParams& p, int64_t part, int64_t parts) {
  const int64_t run = p.extents[p.rank - 1], rows = p.extents[p.rank - 2];
  const int64_t x_step = p.x_strides[p.rank - 2];
  const int64_t y_step = p.y_strides[p.rank - 2];
  const auto copy = kCopySomeRuns<T>[run <= kShortRun ? run : 0];
  const Piece piece = PieceOf(OuterExtent(p, 1), part, parts);
  for (int64_t i = piece.begin; i < piece.end;) {
    const Offsets at = OffsetsOf(p, 2, i / rows);
    const int64_t first = i % rows,
                  count = std::min(rows - first, piece.end - i);
    copy(static_cast<const T*>(p.x) + at.x + first * x_step, x_step,
         static_cast<T*>(p.y) + at.y + first * y_step, y_step, count, run);
    i += count;
  }
}

// Swaps the bits of `mask` in the one word with those `shift` higher in the
// other.
void SwapBits(uint64_t& a, uint64_t& b, int shift, uint64_t mask) {
  const uint64_t change = ((a >> shift) ^ b) & mask;
  b ^= change;
  a ^= change << shift;
}

// Transposes 8 rows of 8 bytes in eight words: first blocks of 4, then of 2,
// then single bytes change places.
void TransposeBytes(const uint8_t* x, int64_t x_step, uint8_t* y,
                    int64_t y_step) {
  uint64_t rows[8];
  for (int64_t j = 0; j < 8; ++j) std::memcpy(&rows[j], x + j * x_step, 8);
  for (int j = 0; j < 4; ++j) {
    SwapBits(rows[j], rows[j + 4], 32, 0x00000000ffffffff);
  }
  for (int j : {0, 1, 4, 5}) {
    SwapBits(rows[j], rows[j + 2], 16, 0x0000ffff0000ffff);
  }
  for (int j : {0, 2, 4, 6}) {
    SwapBits(rows[j], rows[j + 1], 8, 0x00ff00ff00ff00ff);
  }
  for (int64_t i = 0; i < 8; ++i) std::memcpy(y + i * y_step, &rows[i], 8);
}

// One block: rows are y's contiguous axis, columns x's.
template <typename T>
void TransposeBlock(const CopyPieces& pieces, const T* x, int64_t x_step, T* y,
                    int64_t y_step, int64_t rows, int64_t columns) {
  if constexpr (sizeof(T) == 4) {
    if (pieces.transpose_words != nullptr) {
      return pieces.transpose_words(x, x_step, y, y_step, rows, columns);
    }
  }
  if (sizeof(T) == 1 && rows == kBlock && columns == kBlock) {
    const auto* from = reinterpret_cast<const uint8_t*>(x);
    auto* to = reinterpret_cast<uint8_t*>(y);
    for (int64_t i = 0; i < kBlock; i += 8) {
      for (int64_t j = 0; j < kBlock; j += 8) {
        TransposeBytes(from + j * x_step + i, x_step, to + i * y_step + j,
                       y_step);
      }
    }
    return;
  }
  if (rows == kBlock && columns == kBlock) {
    // Through registers' worth of stack, in loops of known length that the
    // compiler vectorises.
    T block[kBlock][kBlock];
    for (int64_t j = 0; j < kBlock; ++j) {
      for (int64_t i = 0; i < kBlock; ++i) block[i][j] = x[j * x_step + i];
    }
    for (int64_t i = 0; i < kBlock; ++i) {
      std::memcpy(y + i * y_step, block[i], sizeof(block[i]));
    }
    return;
  }
  for (int64_t i = 0; i < columns; ++i) {
    for (int64_t j = 0; j < rows; ++j) y[i * y_step + j] = x[j * x_step + i];
  }
}

// Rows of a transpose that are interleaved, not blocked: the planes of a
// picture become its pixels.
constexpr int64_t kMostPlanes = 4;

// Planes whose elements y holds side by side, without gaps between pixels.
template <typename T, int kPlanes>
void Interleave(const T* x, int64_t x_step, T* y, int64_t pixels) {
  for (int64_t i = 0; i < pixels; ++i) {
#pragma GCC unroll 4
    for (int64_t j = 0; j < kPlanes; ++j) {
      y[i * kPlanes + j] = x[j * x_step + i];
    }
  }
}

template <typename T>
using InterleaveFn = void (*)(const T*, int64_t, T*, int64_t);
template <typename T>
constexpr InterleaveFn<T> kInterleave[] = {nullptr, nullptr, Interleave<T, 2>,
                                           Interleave<T, 3>, Interleave<T, 4>};

template <typename T>
InterleaveFn<T> FindInterleave(const CopyPieces& pieces, int64_t planes) {
  InterleaveFn<T> found = nullptr;
  if constexpr (sizeof(T) == 1) {
    if (planes == 3) found = pieces.interleave_bytes;
  } else if constexpr (sizeof(T) == 4) {
    if (planes == 3) found = pieces.interleave_words;
  }
  return found != nullptr ? found : kInterleave<T>[planes];
}

// The copy that Interleave is for, its axes as in Transpose.
template <typename T>
void InterleavePlanes(const CopyPieces& pieces, const StridedCopyParams& p,
                      int64_t part, int64_t parts) {
  const int64_t pixels = p.extents[p.rank - 2], planes = p.extents[p.rank - 1];
  const InterleaveFn<T> interleave = FindInterleave<T>(pieces, planes);
  // Whole runs of pixels for each worker, as CopyRows.
  const Piece piece = PieceOf(OuterExtent(p, 2) * pixels, part, parts);
  for (int64_t i = piece.begin; i < piece.end;) {
    const Offsets at = OffsetsOf(p, 2, i / pixels);
    const int64_t first = i % pixels;
    const int64_t count = std::min(pixels - first, piece.end - i);
    interleave(static_cast<const T*>(p.x) + at.x + first,
               p.x_strides[p.rank - 1],
               static_cast<T*>(p.y) + at.y + first * planes, count);
    i += count;
  }
}

bool IsInterleave(const StridedCopyParams& p) {
  const int64_t planes = p.extents[p.rank - 1];
  return planes >= 2 && planes <= kMostPlanes &&
         p.y_strides[p.rank - 2] == planes;
}

// The last axis is y's contiguous one, the one before it x's.
template <typename T>
void Transpose(const CopyPieces& pieces, const StridedCopyParams& p,
               int64_t part, int64_t parts) {
  const int columns_axis = p.rank - 2, rows_axis = p.rank - 1;
  const int64_t columns = p.extents[columns_axis], rows = p.extents[rows_axis];
  const int64_t bands = DivideUp(columns, kBlock);
  const Piece piece = PieceOf(OuterExtent(p, 2) * bands, part, parts);
  for (int64_t i = piece.begin; i < piece.end; ++i) {
    const Offsets at = OffsetsOf(p, 2, i / bands);
    const int64_t column = i % bands * kBlock;
    const int64_t width = std::min(kBlock, columns - column);
    const int64_t x_step = p.x_strides[rows_axis];
    const int64_t y_step = p.y_strides[columns_axis];
    const T* x = static_cast<const T*>(p.x) + at.x + column;
    T* y = static_cast<T*>(p.y) + at.y + column * y_step;
    for (int64_t row = 0; row < rows; row += kBlock) {
      TransposeBlock(pieces, x + row * x_step, x_step, y + row, y_step,
                     std::min(kBlock, rows - row), width);
    }
  }
}

// Moves the axis along which x is contiguous next to the last one, if the copy
// is a transpose.
bool MakeTranspose(StridedCopyParams& p) {
  if (p.rank < 2 || p.y_strides[p.rank - 1] != 1) return false;
  for (int d = 0; d < p.rank - 1; ++d) {
    if (p.x_strides[d] != 1) continue;
    for (; d < p.rank - 2; ++d) {
      std::swap(p.extents[d], p.extents[d + 1]);
      std::swap(p.x_strides[d], p.x_strides[d + 1]);
      std::swap(p.y_strides[d], p.y_strides[d + 1]);
    }
    return true;
  }
  return false;
}

template <typename T>
void Copy(const CopyPieces& pieces, StridedCopyParams p, int64_t part,
          int64_t parts) {
  if (p.x_strides[p.rank - 1] != 1 && MakeTranspose(p)) {
    return IsInterleave(p) ? InterleavePlanes<T>(pieces, p, part, parts)
                           : Transpose<T>(pieces, p, part, parts);
  }
  const bool has_runs = p.x_strides[p.rank - 1] == 1 &&
                        p.y_strides[p.rank - 1] == 1 && p.rank > 1;
  return has_runs && OuterExtent(p, 1) >= kRunsForEachPart * parts
             ? CopyRuns<T>(p, part, parts)
             : CopyRows<T>(p, part, parts);
}

}  // namespace

StridedCopyParams Simplified(const StridedCopyParams& params) {
  StridedCopyParams p = params;
  p.rank = 0;
  for (int d = 0; d < params.rank; ++d) {
    if (params.extents[d] == 1) continue;
    // Insertion by falling stride of y; equal strides keep their order.
    int at = p.rank++;
    for (; at > 0 && p.y_strides[at - 1] < params.y_strides[d]; --at) {
      p.extents[at] = p.extents[at - 1];
      p.x_strides[at] = p.x_strides[at - 1];
      p.y_strides[at] = p.y_strides[at - 1];
    }
    p.extents[at] = params.extents[d];
    p.x_strides[at] = params.x_strides[d];
    p.y_strides[at] = params.y_strides[d];
  }
  int last = 0;
  for (int d = 1; d < p.rank; ++d) {
    const bool joins = p.x_strides[last] == p.extents[d] * p.x_strides[d] &&
                       p.y_strides[last] == p.extents[d] * p.y_strides[d];
    if (joins) {
      p.extents[last] *= p.extents[d];
    } else {
      p.extents[++last] = p.extents[d];
    }
    p.x_strides[last] = p.x_strides[d];
    p.y_strides[last] = p.y_strides[d];
  }
  p.rank = p.rank == 0 ? 0 : last + 1;
  return p;
}

void RunStridedCopy(const CopyPieces& pieces, const StridedCopyParams& params,
                    int64_t part, int64_t parts) {
  StridedCopyParams p = Simplified(params);
  if (p.rank == 0) {
    p.rank = 1;
    p.extents[0] = p.x_strides[0] = p.y_strides[0] = 1;
  }
  switch (p.element_bytes) {
    case 1:
      return Copy<uint8_t>(pieces, p, part, parts);
    case 2:
      return Copy<uint16_t>(pieces, p, part, parts);
    case 4:
      return Copy<uint32_t>(pieces, p, part, parts);
    default:
      return Copy<uint64_t>(pieces, p, part, parts);
  }
}

}  // namespace octet::kernels
