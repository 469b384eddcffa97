// Arithmetic on dimensions that may be numbers, symbols or unknown.
#ifndef OCTET_COMPILE_IR_DIMS_H_
#define OCTET_COMPILE_IR_DIMS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "octet/tensor.h"

namespace octet::compile {

// Neither a number nor a symbol. Only while shapes are being inferred.
inline constexpr int64_t kUnknownDim = std::numeric_limits<int64_t>::min();

inline bool IsNumber(int64_t dim) { return dim >= 0; }
inline bool IsUnknown(int64_t dim) { return dim == kUnknownDim; }
// Whether every dimension is a number.
bool IsConcrete(const Shape& shape);
// Whether the two can be the same number: not two different numbers.
bool CanBeEqual(int64_t a, int64_t b);
// What a dimension is that is known to be both: the more telling of the two.
int64_t Unite(int64_t a, int64_t b);

// numpy's rule for one axis; nullopt if the two numbers do not fit.
std::optional<int64_t> BroadcastDim(int64_t a, int64_t b);
// And for whole shapes, aligned at the last axis.
std::optional<Shape> BroadcastShapes(const Shape& a, const Shape& b);

// Product over the axes; symbolic if one factor is that symbol and all others
// are 1, else unknown where a factor is not a number. nullopt: overflow.
std::optional<int64_t> DimProduct(std::span<const int64_t> dims);

// A window of `kernel` elements `dilation` apart that moves in steps of
// `stride` over an axis with `pad` elements added in all.
//   returns: how often it fits; nullopt if it never does or on overflow.
//   kernel, stride, dilation: at least 1.
std::optional<int64_t> WindowDim(int64_t dim, int64_t pad, int64_t kernel,
                                 int64_t stride, int64_t dilation);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_IR_DIMS_H_
