#include "kernels/epilogue/epilogue.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "kernels/epilogue/epilogue_problem.h"
#include "kernels/work.h"

namespace octet::kernels {
namespace {

// One pixel of one channel, with constants to play with.
class OneOutput {
 public:
  OneOutput() {
    epilogue_.multiplier = &multiplier;
    epilogue_.offset = &offset;
    epilogue_.y_zero = &y_zero;
    epilogue_.clamp_low = &low;
    epilogue_.clamp_high = &high;
    epilogue_.inv_scale = &inv_scale;
    epilogue_.residual_scale = &residual_scale;
    epilogue_.residual_zero = &residual_zero;
    epilogue_.y_u8 = &y;
  }
  int Of(int32_t sum) {
    ApplyEpilogueReference(epilogue_, &sum, 16, 0, 1, 0, 1);
    return y;
  }
  EpilogueU8* operator->() { return &epilogue_; }

  float multiplier = 1, offset = 0, inv_scale = 1, residual_scale = 1;
  int32_t y_zero = 0, residual_zero = 0;
  uint8_t low = 0, high = 255, y = 0;

 private:
  EpilogueU8 epilogue_;
};

TEST(Epilogue, RoundsTiesToEvenBeforeItAddsTheZeroPoint) {
  OneOutput output;
  output.multiplier = 0.5f;
  output.y_zero = 3;
  EXPECT_EQ(output.Of(5), 2 + 3);   // 2.5
  EXPECT_EQ(output.Of(7), 4 + 3);   // 3.5
  EXPECT_EQ(output.Of(-1), 0 + 3);  // -0.5
  EXPECT_EQ(output.Of(-3), -2 + 3);
}

TEST(Epilogue, SaturatesSumsThatAnInt32CannotHold) {
  OneOutput output;
  output.multiplier = 1e10f;
  output.y_zero = 255;
  output.low = 7;
  output.high = 250;
  EXPECT_EQ(output.Of(2000000000), 250);
  EXPECT_EQ(output.Of(-2000000000), 7);
  output.multiplier = std::numeric_limits<float>::max();
  EXPECT_EQ(output.Of(2), 250);
  EXPECT_EQ(output.Of(-2), 7);
}

TEST(Epilogue, LooksUpTheSaturatedCode) {
  OneOutput output;
  std::vector<uint8_t> table(256);
  for (int i = 0; i < 256; ++i) table[i] = uint8_t(255 - i);
  output->kind = EpilogueKind::kTable;
  output->table = table.data();
  output.y_zero = 10;
  EXPECT_EQ(output.Of(-100), 255);
  EXPECT_EQ(output.Of(1), 244);
  EXPECT_EQ(output.Of(1000), 0);
}

TEST(Epilogue, TurnsNanIntoTheZeroPoint) {
  OneOutput output;
  output->kind = EpilogueKind::kFloat;
  output->before = {FunctionKind::kLog};
  output.y_zero = 77;
  EXPECT_EQ(output.Of(-1), 77);
  EXPECT_EQ(output.Of(0), 0);  // -infinity
}

TEST(Epilogue, AddsTheResidualBetweenTheTwoFunctions) {
  OneOutput output;
  const uint8_t residual = 20;
  output->kind = EpilogueKind::kFloat;
  output->before = {FunctionKind::kRelu};
  output->after = {FunctionKind::kAbs};
  output->residual_u8 = &residual;
  output.residual_zero = 30;
  output.residual_scale = 2;
  output.inv_scale = 0.5f;
  EXPECT_EQ(output.Of(-7), 10);  // |0 - 20| / 2
  EXPECT_EQ(output.Of(24), 2);   // |24 - 20| / 2
}

TEST(Epilogue, GivesFloatsWithoutRounding) {
  OneOutput output;
  float y = 0;
  const float residual = 0.25f;
  output->kind = EpilogueKind::kFloat;
  output->y_u8 = nullptr;
  output->y_f32 = &y;
  output->residual_f32 = &residual;
  output.multiplier = 0.125f;
  output.offset = 1;
  output.Of(3);
  EXPECT_EQ(y, 1.625f);
}

using Level = std::pair<CpuLevel, EpilogueFn>;
std::vector<Level> RunnableLevels() {
  const Level all[] = {{CpuLevel::kAvx2, ApplyEpilogueAvx2},
                       {CpuLevel::kAvx512Vnni, ApplyEpilogueAvx512Vnni}};
  std::vector<Level> runnable;
  for (const Level& level : all) {
    if (level.first <= DetectCpuLevel()) runnable.push_back(level);
  }
  return runnable;
}

// Sums of every magnitude, at which an epilogue of problem `words` is applied.
void ExpectTheBitsOfTheReference(const std::string& words, int64_t channels) {
  constexpr int64_t kPixels = 11;
  const int64_t stride = RoundUp(channels, 16) + 16;
  const Problem problem(words);
  Random random(7);
  const EpilogueProblem data(
      problem, kPixels, channels,
      std::vector<int32_t>(size_t(RoundUp(channels, 16))), 1e5f, random);
  std::vector<int32_t> sums(size_t(kPixels * stride));
  for (int32_t& sum : sums) {
    sum = int32_t(random.Bits()) >> random.Int(0, 31);
  }
  Buffer<uint8_t> expected_u8(data.u8_elements()), u8(data.u8_elements());
  Buffer<float> expected_f32(data.f32_elements()), f32(data.f32_elements());
  std::vector<int32_t> acc = sums;
  ApplyEpilogueReference(data.WriteTo(expected_u8, expected_f32), acc.data(),
                         stride, 0, kPixels, 0, channels);
  for (const auto& [level, fn] : RunnableLevels()) {
    u8 = Buffer<uint8_t>(data.u8_elements());
    f32 = Buffer<float>(data.f32_elements());
    acc = sums;
    fn(data.WriteTo(u8, f32), acc.data(), stride, 0, kPixels, 0, channels);
    EXPECT_EQ(u8.FirstDifference(expected_u8), -1)
        << Name(level) << " " << words << " channels " << channels;
    EXPECT_EQ(f32.FirstDifference(expected_f32), -1)
        << Name(level) << " " << words << " channels " << channels;
  }
}

TEST(Epilogue, GivesTheSameBitsAtEveryLevel) {
  for (const char* words :
       {"clamp ygap=3", "table ygap=3", "overflow", "overflow table",
        "float before=silu ygap=1", "factor before=silu ygap=1",
        "factor before=gelu", "factor overflow before=silu",
        "float residual=u8 rgap=5 after=relu", "float overflow before=exp",
        "float residual=f32 before=hard_swish",
        "float f32 before=gelu residual=u8 ygap=2",
        "float f32 residual=f32 after=tanh"}) {
    for (int64_t channels : {1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 70}) {
      ExpectTheBitsOfTheReference(words, channels);
    }
  }
}

}  // namespace
}  // namespace octet::kernels
