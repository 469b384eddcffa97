// What passes ask of constants.
#ifndef OCTET_COMPILE_PASSES_CONSTANT_VALUES_H_
#define OCTET_COMPILE_PASSES_CONSTANT_VALUES_H_

#include <optional>
#include <span>
#include <vector>

#include "compile/ir/graph.h"

namespace octet::compile {

// The number that all elements of a float constant are; nullopt if it is no
// such constant.
std::optional<float> UniformConstant(const Value& value);

// Whether it is that and the number is `expected`, as far as a model that was
// computed in float can say it (to 1e-5 of it).
bool IsUniform(const Value& value, double expected);

// A float constant that differs along the last axis alone, as one number per
// index of it; a uniform one repeated. nullopt if it is none or, broadcast to
// a value of rank `rank`, would make that value larger.
std::optional<std::vector<double>> LastAxisConstant(const Value& value,
                                                    int rank, int64_t channels);

// Whether every dimension is a number.
bool HasConcreteShape(const Value& value);

// A f32 tensor of these numbers, each rounded once.
Tensor RoundedToF32(std::span<const double> values, const Shape& shape);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_CONSTANT_VALUES_H_
