#include "doctor/observe.h"

#include <algorithm>
#include <utility>

#include "doctor/testing/set_of_tensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "runtime/testing/run_program.h"

namespace octet::doctor {
namespace {

using testing::ElementsAre;

TEST(ObserveExtremes, TakesABatchRunBySamplesForOne) {
  engine::TestProgram program;
  const int x = program.Add("x", engine::DType::F32, {1, 4});
  const int y = program.Add("y", engine::DType::F32, {1, 4});
  engine::UnaryF32T copy;
  copy.x = x;
  copy.y = y;
  program.AddStep(std::move(copy));
  program.Input(x);
  program.Output(y);
  program.profile().batch = 3;
  const Engine engine = runtime::EngineOf(program);
  Tensor batch(DType::kF32, Shape{3, 4});
  std::ranges::fill(batch.as<float>(), 1.0f);
  batch.as<float>()[0] = -7;  // in the first sample
  batch.as<float>()[6] = 9;   // in the second
  const auto extremes = ObserveExtremes(engine, SetOfTensors({batch}), {0},
                                        /*threads=*/1, /*progress=*/{});
  ASSERT_TRUE(extremes.ok()) << extremes.status().message();
  EXPECT_THAT(extremes->values, ElementsAre("x", "y"));
  const auto both = [](float end) {
    return ElementsAre(ElementsAre(end), ElementsAre(end));
  };
  EXPECT_THAT(extremes->low, both(-7));
  EXPECT_THAT(extremes->high, both(9));
}

}  // namespace
}  // namespace octet::doctor
