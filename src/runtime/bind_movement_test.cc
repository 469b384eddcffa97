// Steps that only move elements, run by sessions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::DType;
using engine::TestProgram;
using testing::Each;
using testing::HasSubstr;

TEST(BindStridedCopy, TransposesAndReverses) {
  TestProgram p;
  engine::StridedCopyT copy;
  copy.x = p.Add("x", DType::F32, {3, 4});
  copy.y = p.Add("y", DType::F32, {4, 3});
  copy.extents = {4, 3};
  copy.x_strides = {-1, 4};
  copy.x_offset = 3;
  copy.y_strides = {3, 1};
  p.AddStep(copy);
  p.Input(copy.x);
  p.Output(copy.y);
  const Tensor input = PatternF32(Shape{3, 4});
  const auto got = Elements<float>(RunOnce(p, {input})[0]);
  for (size_t i = 0; i < 4; ++i) {
    for (size_t j = 0; j < 3; ++j) {
      EXPECT_EQ(got[i * 3 + j], input.as<float>()[j * 4 + 3 - i]);
    }
  }
}

TEST(BindStridedCopy, PutsTogetherAConcatenation) {
  TestProgram p;
  const int a = p.AddU8("a", {2, 3}, {1}, {0});
  const int b = p.AddU8("b", {2, 2}, {1}, {0});
  const int y = p.AddU8("y", {2, 5}, {1}, {0});
  int64_t offset = 0;
  for (int part : {a, b}) {
    const int64_t channels = p.value(part).dims[1];
    engine::StridedCopyT copy;
    copy.x = part;
    copy.y = y;
    copy.extents = {2, channels};
    copy.x_strides = {channels, 1};
    copy.y_strides = {5, 1};
    copy.y_offset = offset;
    offset += channels;
    p.AddStep(copy);
    p.Input(part);
  }
  p.Output(y);
  const auto outputs = RunOnce(
      p, {TensorOf<uint8_t>(octet::DType::kU8, Shape{2, 3}, {1, 2, 3, 4, 5, 6}),
          TensorOf<uint8_t>(octet::DType::kU8, Shape{2, 2}, {7, 8, 9, 10})});
  EXPECT_EQ(Elements<uint8_t>(outputs[0]),
            (std::vector<uint8_t>{1, 2, 3, 7, 8, 4, 5, 6, 9, 10}));
}

TEST(BindFill, FillsChannelsOfAWiderValueOnly) {
  TestProgram p;
  const int wide = p.Add("wide", DType::S64, {4, 5});
  engine::FillT fill;
  fill.y = p.AddChannels("part", wide, 1, 2);
  fill.bits = uint64_t(-7);
  p.AddStep(fill);
  p.Input(wide);
  p.Output(wide);
  const auto got = Elements<int64_t>(
      RunOnce(p, {Tensor(octet::DType::kS64, Shape{4, 5})})[0]);
  for (size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i], i % 5 == 1 || i % 5 == 2 ? -7 : 0);
  }
}

// x [3, 4, 2] gathered on axis 1 by indices of an input.
TestProgram GatherProgram(DType index) {
  TestProgram p;
  engine::GatherT gather;
  gather.x = p.Add("x", DType::F32, {3, 4, 2});
  gather.indices = p.Add("ids", index, {3});
  gather.y = p.Add("y", DType::F32, {3, 3, 2});
  gather.axis = 1;
  p.AddStep(gather);
  p.Input(gather.x);
  p.Input(gather.indices);
  p.Output(gather.y);
  return p;
}

TEST(BindGather, PicksSlicesByIndicesOfEitherSize) {
  const Tensor x = PatternF32(Shape{3, 4, 2});
  const size_t picked[] = {3, 0, 2};
  for (DType dtype : {DType::S32, DType::S64}) {
    const Tensor ids =
        dtype == DType::S32
            ? TensorOf<int32_t>(octet::DType::kS32, Shape{3}, {3, 0, -2})
            : TensorOf<int64_t>(octet::DType::kS64, Shape{3}, {3, 0, -2});
    const auto got =
        Elements<float>(RunOnce(GatherProgram(dtype), {x, ids})[0]);
    for (size_t n = 0; n < got.size(); ++n) {
      EXPECT_EQ(got[n],
                x.as<float>()[(n / 6 * 4 + picked[n / 2 % 3]) * 2 + n % 2]);
    }
  }
}

TEST(BindGather, RefusesIndicesOutOfRangeAndGoesOnAfter) {
  Session session = SessionOf(GatherProgram(DType::S64));
  const Tensor x = PatternF32(Shape{3, 4, 2});
  ASSERT_TRUE(session.SetInput(0, x).ok());
  for (int64_t bad : {int64_t{4}, int64_t{-5}, int64_t{1} << 62}) {
    ASSERT_TRUE(session
                    .SetInput(1, TensorOf<int64_t>(octet::DType::kS64, Shape{3},
                                                   {0, bad, 1}))
                    .ok());
    const Status status = session.Run();
    EXPECT_EQ(status.code(), Code::kBadInput);
    EXPECT_THAT(status.message(), HasSubstr("'ids'"));
  }
  ASSERT_TRUE(session
                  .SetInput(1, TensorOf<int64_t>(octet::DType::kS64, Shape{3},
                                                 {0, 1, 2}))
                  .ok());
  EXPECT_TRUE(session.Run().ok());
}

TEST(BindResize, DoublesAnImageIntoChannelsOfAWiderValue) {
  TestProgram p;
  engine::ResizeT resize;
  resize.x = p.AddU8("x", {1, 2, 3, 4}, {1}, {0});
  const int wide = p.AddU8("wide", {1, 4, 6, 10}, {1}, {0});
  resize.y = p.AddChannels("part", wide, 5, 4);
  resize.coordinates = 1;  // asymmetric
  resize.rounding = 2;     // floor
  resize.scale_h = resize.scale_w = 2;
  p.AddStep(resize);
  p.Input(resize.x);
  p.Output(wide);
  const Tensor input = PatternU8(Shape{1, 2, 3, 4});
  const auto got = Elements<uint8_t>(RunOnce(p, {input})[0]);
  for (size_t pixel = 0; pixel < 24; ++pixel) {
    const size_t source = pixel / 12 * 3 + pixel % 6 / 2;
    for (size_t c = 0; c < 10; ++c) {
      const bool inside = c >= 5 && c < 9;
      EXPECT_EQ(got[pixel * 10 + c],
                inside ? input.as<uint8_t>()[source * 4 + c - 5] : 0);
    }
  }
}

TEST(BindFill, RunsWithoutInputs) {
  TestProgram p;
  engine::FillT fill;
  fill.y = p.Add("y", DType::F32, {100});
  fill.bits = 0x40400000;  // 3.0f
  p.AddStep(fill);
  p.Output(fill.y);
  EXPECT_THAT(Elements<float>(RunOnce(p, {})[0]), Each(3.0f));
}

}  // namespace
}  // namespace octet::runtime
