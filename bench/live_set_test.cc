#include "bench/live_set.h"

#include <gtest/gtest.h>

#include "engine/testing/test_program.h"

namespace octet {
namespace {

using engine::DType;
using engine::TestProgram;

void Relu(TestProgram& p, int x, int y) {
  engine::UnaryF32T relu;
  relu.x = x;
  relu.y = y;
  p.AddStep(std::move(relu));
}

void Add(TestProgram& p, int a, int b, int y) {
  engine::BinaryF32T add;
  add.a = a;
  add.b = b;
  add.y = y;
  p.AddStep(std::move(add));
}

TEST(LiveSet, OfAChainIsTheLargestPairOfNeighbours) {
  TestProgram p;
  const int a = p.Add("a", DType::F32, {4});
  const int b = p.Add("b", DType::F32, {100});
  const int c = p.Add("c", DType::F32, {30});
  const int d = p.Add("d", DType::F32, {8});
  Relu(p, a, b);
  Relu(p, b, c);
  Relu(p, c, d);
  p.Input(a);
  p.Output(d);
  EXPECT_EQ(LiveSetBytes(p.profile()), 4 * 130);
}

TEST(LiveSet, HoldsWhatIsReadAgainLater) {
  TestProgram p;
  const int a = p.Add("a", DType::F32, {10});
  const int b = p.Add("b", DType::F32, {10});
  const int c = p.Add("c", DType::F32, {10});
  const int d = p.Add("d", DType::F32, {10});
  Relu(p, a, b);
  Relu(p, b, c);
  Add(p, a, c, d);
  p.Input(a);
  p.Output(d);
  EXPECT_EQ(LiveSetBytes(p.profile()), 4 * 30);
}

TEST(LiveSet, HoldsAnOutputUntilTheEnd) {
  TestProgram p;
  const int a = p.Add("a", DType::F32, {1});
  const int out = p.Add("out", DType::F32, {50});
  const int b = p.Add("b", DType::F32, {20});
  const int c = p.Add("c", DType::F32, {20});
  Relu(p, a, out);
  Relu(p, a, b);
  Relu(p, b, c);
  p.Input(a);
  p.Output(out);
  p.Output(c);
  EXPECT_EQ(LiveSetBytes(p.profile()), 4 * 90);
}

TEST(LiveSet, TakesTheHalvesOfAWiderValueAsItsOwn) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {2, 4});
  const int whole = p.Add("whole", DType::F32, {2, 8});
  const int left = p.AddChannels("left", whole, 0, 4);
  const int right = p.AddChannels("right", whole, 4, 4);
  const int z = p.Add("z", DType::F32, {2, 4});
  const int y = p.Add("y", DType::F32, {2, 8});
  Relu(p, x, left);
  Relu(p, left, z);
  Relu(p, z, right);
  Relu(p, whole, y);
  p.Input(x);
  p.Output(y);
  // The last step: whole and y. While z is computed, only left and z are.
  EXPECT_EQ(LiveSetBytes(p.profile()), 4 * 32);
}

TEST(LiveSet, DoesNotCountWhatIsInPlaceTwice) {
  TestProgram p;
  const int a = p.Add("a", DType::F32, {16});
  const int b = p.Add("b", DType::F32, {16});
  p.value(b).offset = p.value(a).offset;
  Relu(p, a, b);
  p.Input(a);
  p.Output(b);
  EXPECT_EQ(LiveSetBytes(p.profile()), 4 * 16);
}

}  // namespace
}  // namespace octet
