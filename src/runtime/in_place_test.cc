// Every step that may write over an operand (engine/in_place.h), doing so.
#include "engine/in_place.h"

#include <gtest/gtest.h>

#include "base/cpu.h"
#include "engine/packed_size.h"
#include "engine/testing/every_step.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::TestProgram;

// Ends the program after step `last`, with its result as the only output.
void EndAfter(TestProgram& program, size_t last) {
  engine::ProfileT& profile = program.profile();
  profile.steps.resize(last + 1);
  profile.outputs = {engine::OutputOf(*profile.steps[last])};
}

TEST(InPlace, GivesTheSameBytesAsApartAtEveryCpuLevel) {
  const size_t steps = engine::EveryStep().profile().steps.size();
  int tried = 0;
  for (size_t s = 0; s < steps; ++s) {
    TestProgram apart = engine::EveryStep();
    EndAfter(apart, s);
    const engine::StepT& step = *apart.profile().steps[s];
    for (int x : engine::InPlaceOf(apart.profile(), step)) {
      TestProgram shared = engine::EveryStep();
      EndAfter(shared, s);
      shared.value(engine::OutputOf(step)).offset = apart.value(x).offset;
      for (CpuLevel level : RunnableCpuLevels()) {
        SCOPED_TRACE(step.name + " over " + apart.value(x).name + " at " +
                     std::string(Name(level)));
        const SessionOptions options = {.cpu = std::string(Name(level))};
        EXPECT_TRUE(SameBytes(RunOnce(shared, EveryStepInputs(), options)[0],
                              RunOnce(apart, EveryStepInputs(), options)[0]));
      }
      ++tried;
    }
  }
  // Elementwise kinds, softmax and LayerNorm.
  EXPECT_GE(tried, 8);
}

// Large enough for several threads and bands.
TestProgram LargeSum(engine::DType residual_dtype) {
  constexpr int64_t kChannels = 72;
  const std::vector<int64_t> dims = {1, 40, 40, kChannels};
  TestProgram p;
  engine::ConvU8T conv;
  conv.x = p.AddU8("x", dims, {0.5f}, {3});
  const bool is_u8 = residual_dtype == engine::DType::U8;
  const int residual = is_u8 ? p.AddU8("residual", dims, {0.25f}, {9})
                             : p.Add("residual", residual_dtype, dims);
  conv.y = is_u8 ? p.AddU8("y", dims, {0.5f}, {7})
                 : p.Add("y", residual_dtype, dims);
  const engine::Window one(1, 1, 1, 1, 1, 1, 0, 0);
  std::vector<int8_t> weights(
      size_t(*engine::PackedConvU8Size(kChannels, kChannels, 1, one, 1)));
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = int8_t(i * 7 % 31);
  conv.weight = p.Constant("w", weights);
  conv.x_zero = 3;
  conv.epilogue = engine::ClampEpilogue(p, kChannels, 16, 0.001f, 7);
  conv.epilogue->kind = engine::EpilogueKind::Float;
  conv.epilogue->inv_scale = p.Constant("inv", 80, 2.0f);
  conv.epilogue->residual = residual;
  conv.epilogue->residual_scale = p.Constant("rs", 80, 0.25f);
  conv.epilogue->residual_zero = p.Constant("rz", 80, int32_t{9});
  p.Input(conv.x);
  p.Input(residual);
  p.Output(conv.y);
  p.AddStep(std::move(conv));
  return p;
}

TEST(InPlace, AddsAResidualInPlaceOnAnyNumberOfThreads) {
  const Shape shape{1, 40, 40, 72};
  for (engine::DType dtype : {engine::DType::U8, engine::DType::F32}) {
    const std::vector<Tensor> inputs = {
        PatternU8(shape),
        dtype == engine::DType::U8 ? PatternU8(shape) : PatternF32(shape)};
    const TestProgram apart = LargeSum(dtype);
    TestProgram shared = LargeSum(dtype);
    const engine::StepT& step = *shared.profile().steps[0];
    const engine::Reads over = engine::InPlaceOf(shared.profile(), step);
    ASSERT_EQ(over.count, 1);
    shared.value(engine::OutputOf(step)).offset =
        shared.value(over.values[0]).offset;
    for (CpuLevel level : RunnableCpuLevels()) {
      for (int threads : {1, 3}) {
        const SessionOptions options = {.threads = threads,
                                        .cpu = std::string(Name(level))};
        EXPECT_TRUE(SameBytes(RunOnce(shared, inputs, options)[0],
                              RunOnce(apart, inputs, options)[0]))
            << Name(level) << ", " << threads << " threads";
      }
    }
  }
}

}  // namespace
}  // namespace octet::runtime
