// Every step that may write over an operand (engine/in_place.h), doing so.
#include "engine/in_place.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "base/cpu.h"
#include "engine/packed_size.h"
#include "engine/testing/every_step.h"
#include "kernels/conv_u8/conv_u8.h"
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

struct ResidualCase {
  engine::DType residual;
  int side;  // of the window
  kernels::ConvU8Algorithm algorithm = kernels::ConvU8Algorithm::kDirect;
  bool in_codes = false;  // an Add, not a Float
};

// Large enough for several threads and bands.
TestProgram LargeSum(const ResidualCase& sum) {
  constexpr int64_t kChannels = 72;
  const std::vector<int64_t> dims = {1, 40, 40, kChannels};
  TestProgram p;
  engine::ConvU8T conv;
  conv.x = p.AddU8("x", dims, {0.5f}, {3});
  const bool is_u8 = sum.residual == engine::DType::U8;
  const int residual = is_u8 ? p.AddU8("residual", dims, {0.25f}, {9})
                             : p.Add("residual", sum.residual, dims);
  conv.y =
      is_u8 ? p.AddU8("y", dims, {0.5f}, {7}) : p.Add("y", sum.residual, dims);
  const int pad = sum.side / 2;
  const engine::Window window(sum.side, sum.side, 1, 1, 1, 1, pad, pad);
  conv.window = std::make_unique<engine::Window>(window);
  std::vector<int8_t> weights(
      size_t(*engine::PackedConvU8Size(kChannels, kChannels, 1, window, 1)));
  for (size_t i = 0; i < weights.size(); ++i) weights[i] = int8_t(i * 7 % 31);
  conv.sum_bound = kChannels * 9 * 30 * 255;
  conv.algorithm = uint8_t(sum.algorithm);
  conv.weight = p.Constant("w", weights);
  conv.x_zero = 3;
  conv.epilogue = engine::ClampEpilogue(p, kChannels, 16, 0.001f, 7);
  conv.epilogue->kind =
      sum.in_codes ? engine::EpilogueKind::Add : engine::EpilogueKind::Float;
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
  const ResidualCase sums[] = {
      {engine::DType::U8, 1},
      {engine::DType::F32, 1},
      {engine::DType::U8, 3},
      {engine::DType::U8, 3, kernels::ConvU8Algorithm::kWinograd},
      {engine::DType::F32, 3, kernels::ConvU8Algorithm::kWinograd},
      {engine::DType::U8, 1, kernels::ConvU8Algorithm::kDirect, true},
      {engine::DType::U8, 3, kernels::ConvU8Algorithm::kDirect, true},
      {engine::DType::U8, 3, kernels::ConvU8Algorithm::kWinograd, true}};
  for (const ResidualCase& sum : sums) {
    const bool is_u8 = sum.residual == engine::DType::U8;
    const std::vector<Tensor> inputs = {
        PatternU8(shape), is_u8 ? PatternU8(shape) : PatternF32(shape)};
    const TestProgram apart = LargeSum(sum);
    TestProgram shared = LargeSum(sum);
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
            << Name(level) << ", " << threads << " threads, window of "
            << sum.side << ", algorithm " << int(sum.algorithm);
      }
    }
  }
}

// after(before(a 3x3 convolution of each channel or of all) + residual).
template <typename Conv>
TestProgram FloatSum(FunctionKind before, FunctionKind after) {
  constexpr int64_t kChannels = 24, kMost = 9 * kChannels * 32;
  const std::vector<int64_t> dims = {1, 20, 20, kChannels};
  TestProgram p;
  Conv conv;
  conv.x = p.Add("x", engine::DType::F32, dims);
  conv.residual = p.Add("residual", engine::DType::F32, dims);
  conv.y = p.Add("y", engine::DType::F32, dims);
  conv.window = std::make_unique<engine::Window>(3, 3, 1, 1, 1, 1, 1, 1);
  const bool is_depthwise = std::is_same_v<Conv, engine::DepthwiseF32T>;
  std::vector<float> weights(is_depthwise ? 9 * 32 : kMost);
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i] = float(i * 7 % 31) / 64 - 0.25f;
  }
  conv.weight = p.Constant("w", weights);
  conv.before = engine::FromFunction({before});
  conv.after = engine::FromFunction({after});
  p.Input(conv.x);
  p.Input(conv.residual);
  p.Output(conv.y);
  p.AddStep(std::move(conv));
  return p;
}

template <typename Conv>
void CheckFloatSum(FunctionKind before, FunctionKind after) {
  const Shape shape{1, 20, 20, 24};
  const std::vector<Tensor> inputs = {PatternF32(shape), PatternF32(shape)};
  const TestProgram apart = FloatSum<Conv>(before, after);
  TestProgram shared = FloatSum<Conv>(before, after);
  const engine::StepT& step = *shared.profile().steps[0];
  const engine::Reads over = engine::InPlaceOf(shared.profile(), step);
  ASSERT_EQ(over.count, 1);
  shared.value(engine::OutputOf(step)).offset =
      shared.value(over.values[0]).offset;
  for (CpuLevel level : RunnableCpuLevels()) {
    const SessionOptions options = {.threads = 3,
                                    .cpu = std::string(Name(level))};
    EXPECT_TRUE(SameBytes(RunOnce(shared, inputs, options)[0],
                          RunOnce(apart, inputs, options)[0]))
        << Name(level);
  }
}

// Sums wait in the tile for a function, so that the residual is still there.
TEST(InPlace, AddsAFloatResidualInPlaceWhateverFunctionStandsBetween) {
  for (const FunctionKind before : {FunctionKind::kClip, FunctionKind::kSilu}) {
    for (const FunctionKind after :
         {FunctionKind::kRelu, FunctionKind::kHardSwish}) {
      SCOPED_TRACE(std::string(Name(before)) + ", " + std::string(Name(after)));
      CheckFloatSum<engine::ConvF32T>(before, after);
      CheckFloatSum<engine::DepthwiseF32T>(before, after);
    }
  }
}

}  // namespace
}  // namespace octet::runtime
