// Runs programs that tests put together by hand.
#ifndef OCTET_RUNTIME_TESTING_RUN_PROGRAM_H_
#define OCTET_RUNTIME_TESTING_RUN_PROGRAM_H_

#include <cstdint>
#include <vector>

#include "engine/testing/test_program.h"
#include "octet/runtime.h"

namespace octet::runtime {

// Fails the test where there is an error.
Engine EngineOf(const engine::TestProgram& program);
Session SessionOf(const engine::TestProgram& program,
                  const SessionOptions& options = {});

// Sets the inputs, runs, and returns the outputs.
std::vector<Tensor> RunOnce(Session& session,
                            const std::vector<Tensor>& inputs);
std::vector<Tensor> RunOnce(const engine::TestProgram& program,
                            const std::vector<Tensor>& inputs,
                            const SessionOptions& options = {});

// A tensor of the elements, which fit the shape.
template <typename T>
Tensor TensorOf(DType dtype, const Shape& shape,
                const std::vector<T>& elements);
// Small whole numbers in [0, span) - shift, the same on every machine.
Tensor PatternF32(const Shape& shape, int span = 23, int shift = 11);
Tensor PatternU8(const Shape& shape);

// Of engine::EveryStep().
std::vector<Tensor> EveryStepInputs();

// Of one dtype and shape too.
bool SameBytes(const Tensor& a, const Tensor& b);

template <typename T>
std::vector<T> Elements(const Tensor& tensor) {
  const auto span = tensor.as<T>();
  return {span.begin(), span.end()};
}

template <typename T>
Tensor TensorOf(DType dtype, const Shape& shape,
                const std::vector<T>& elements) {
  Tensor tensor(dtype, shape);
  std::copy(elements.begin(), elements.end(), tensor.as<T>().begin());
  return tensor;
}

}  // namespace octet::runtime

#endif  // OCTET_RUNTIME_TESTING_RUN_PROGRAM_H_
