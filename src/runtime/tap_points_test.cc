#include "runtime/tap_points.h"

#include <gtest/gtest.h>

#include "engine/testing/test_program.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::TestProgram;

// Points as "name after/by", in their order.
std::vector<std::string> Points(TestProgram& p) {
  std::vector<std::string> points;
  for (const TapPoint& point : FindTapPoints(p.profile())) {
    points.push_back(p.value(point.value).name + " " +
                     std::to_string(point.after) + "/" +
                     std::to_string(point.by));
  }
  return points;
}

using Names = std::vector<std::string>;

TEST(FindTapPoints, FollowsAChain) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {4});
  const int h = p.Add("h", DType::F32, {4});
  const int y = p.Add("y", DType::F32, {4});
  p.AddCopy(x, h);
  p.AddCopy(h, y);
  p.Input(x);
  p.Output(y);
  EXPECT_EQ(Points(p), (Names{"x -1/-1", "h 0/0", "y 1/1"}));
}

TEST(FindTapPoints, WaitsUntilAConcatenationIsComplete) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {2, 4});
  const int whole = p.Add("whole", DType::F32, {2, 8});
  const int left = p.AddChannels("left", whole, 0, 4);
  const int right = p.AddChannels("right", whole, 4, 4);
  const int y = p.Add("y", DType::F32, {2, 8});
  p.AddCopy(x, left);
  p.AddCopy(x, right);
  p.AddCopy(whole, y);
  p.Input(x);
  p.Output(y);
  EXPECT_EQ(Points(p),
            (Names{"x -1/-1", "left 0/0", "whole 1/1", "right 1/1", "y 2/2"}));
}

TEST(FindTapPoints, ShowsAValueWrittenTwiceOnce) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {4});
  const int h = p.Add("h", DType::F32, {4});
  const int y = p.Add("y", DType::F32, {4});
  p.AddCopy(x, h);
  p.AddCopy(h, h);
  p.AddCopy(x, y);
  p.AddCopy(h, y);
  p.Input(x);
  p.Output(y);
  EXPECT_EQ(Points(p), (Names{"x -1/-1", "h 2/1", "y 3/3"}));
}

TEST(FindTapPoints, ShowsValuesThatNobodyReadsWhenTheyAreMade) {
  TestProgram p;
  const int x = p.Add("x", DType::F32, {4});
  const int unread = p.Add("unread", DType::F32, {4});
  const int y = p.Add("y", DType::F32, {4});
  const int early = p.Add("early", DType::F32, {4});
  p.Add("unused", DType::F32, {4});
  p.Constant<float>("constant", 4, 0);
  p.AddCopy(x, early);
  p.AddCopy(x, unread);
  p.AddCopy(x, y);
  p.Input(x);
  p.Output(early);
  p.Output(y);
  // An output may be put together until the end.
  EXPECT_EQ(Points(p), (Names{"x -1/-1", "unread 1/1", "y 2/2", "early 2/0"}));
}

}  // namespace
}  // namespace octet::runtime
