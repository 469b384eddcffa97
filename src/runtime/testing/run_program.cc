#include "runtime/testing/run_program.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "runtime/engine.h"

namespace octet::runtime {
namespace {

template <typename T>
T Value(Result<T> result) {
  if (result.ok()) return *std::move(result);
  ADD_FAILURE() << result.status().message();
  std::abort();
}

}  // namespace

Engine EngineOf(const engine::TestProgram& program) {
  return Value(MakeEngine(program.program(), program.constants()));
}

Session SessionOf(const engine::TestProgram& program,
                  const SessionOptions& options) {
  return Value(Session::Create(EngineOf(program), options));
}

std::vector<Tensor> RunOnce(Session& session,
                            const std::vector<Tensor>& inputs) {
  EXPECT_EQ(inputs.size(), session.inputs().size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Status set = session.SetInput(int(i), inputs[i]);
    EXPECT_TRUE(set.ok()) << set.message();
  }
  const Status ran = session.Run();
  EXPECT_TRUE(ran.ok()) << ran.message();
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    outputs.push_back(Value(session.GetOutput(int(i))));
  }
  return outputs;
}

std::vector<Tensor> RunOnce(const engine::TestProgram& program,
                            const std::vector<Tensor>& inputs,
                            const SessionOptions& options) {
  Session session = SessionOf(program, options);
  return RunOnce(session, inputs);
}

Tensor PatternF32(const Shape& shape, int span, int shift) {
  Tensor tensor(DType::kF32, shape);
  int64_t i = 0;
  for (float& x : tensor.as<float>()) {
    x = float((i * 7 + i / 13) % span - shift);
    ++i;
  }
  return tensor;
}

Tensor PatternU8(const Shape& shape) {
  Tensor tensor(DType::kU8, shape);
  int64_t i = 0;
  for (uint8_t& q : tensor.as<uint8_t>()) {
    q = uint8_t((i * 37 + i / 7) % 256);
    ++i;
  }
  return tensor;
}

std::vector<Tensor> EveryStepInputs() {
  return {PatternU8(Shape{1, 6, 6, 8}), PatternF32(Shape{1, 6, 6, 8})};
}

bool SameBytes(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.raw(), b.raw(), size_t(a.bytes())) == 0;
}

}  // namespace octet::runtime
