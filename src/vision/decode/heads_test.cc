// Each head on small outputs whose boxes follow from its formula by hand.
#include <cmath>
#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/decode/decoders.h"
#include "vision/decode/detect.h"

namespace octet::vision {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

// Outputs that are `fill` but where a test says otherwise.
class Output {
 public:
  explicit Output(const Shape& shape, float fill = 0)
      : tensor_(DType::kF32, shape) {
    for (float& x : tensor_.as<float>()) x = fill;
  }
  // The element at these indices behind the batch of 1.
  Output& Set(const std::vector<int64_t>& index, float value) {
    int64_t at = 0;
    for (size_t i = 0; i < index.size(); ++i) {
      at = at * tensor_.shape()[int(i) + 1] + index[i];
    }
    tensor_.as<float>()[size_t(at)] = value;
    return *this;
  }
  const Tensor& tensor() const { return tensor_; }

 private:
  Tensor tensor_;
};

DetectSpec HeadSpecFor(std::string_view decoder, int64_t height, int64_t width,
                       std::vector<int64_t> strides = {}) {
  DetectSpec spec;
  spec.decoder = decoder;
  spec.input_height = height;
  spec.input_width = width;
  spec.score_threshold = 0.25;
  spec.strides = std::move(strides);
  return spec;
}

std::vector<Candidate> Found(std::span<const Tensor> outputs,
                             const DetectSpec& spec) {
  auto found = Decode(outputs, spec);
  EXPECT_TRUE(found.ok()) << found.status().message();
  return found.ok() ? *std::move(found) : std::vector<Candidate>();
}

std::vector<Candidate> Found(const Output& output, const DetectSpec& spec) {
  return Found({&output.tensor(), 1}, spec);
}

void ExpectBox(const Box& box, const Box& expected) {
  EXPECT_NEAR(box.x0, expected.x0, 1e-4);
  EXPECT_NEAR(box.y0, expected.y0, 1e-4);
  EXPECT_NEAR(box.x1, expected.x1, 1e-4);
  EXPECT_NEAR(box.y1, expected.y1, 1e-4);
}

float Logit(float p) { return std::log(p / (1 - p)); }

TEST(DecodeYolov8, ReadsColumns) {
  // Two places, three classes; the second place shows two of them.
  Output output({1, 7, 2});
  output.Set({0, 1}, 50).Set({1, 1}, 40).Set({2, 1}, 20).Set({3, 1}, 10);
  output.Set({4, 1}, 0.9f).Set({6, 1}, 0.3f).Set({5, 0}, 0.2f);
  const auto found = Found(output, HeadSpecFor("yolov8", 64, 64));
  ASSERT_THAT(found, SizeIs(2));
  ExpectBox(found[0].box, {40, 35, 60, 45});
  EXPECT_EQ(found[0].class_index, 0);
  EXPECT_EQ(found[0].score, 0.9f);
  EXPECT_EQ(found[1].class_index, 2);
  EXPECT_EQ(found[1].box, found[0].box);
}

TEST(Decode, KeepsScoresAboveTheThresholdOnly) {
  for (const float score : {0.25f, std::nextafter(0.25f, 1.0f)}) {
    Output output({1, 5, 1});
    output.Set({4, 0}, score);
    EXPECT_THAT(Found(output, HeadSpecFor("yolov8", 8, 8)),
                SizeIs(score > 0.25f ? 1 : 0));
  }
}

TEST(Decode, DropsScoresThatAreNotNumbers) {
  Output yolov8({1, 5, 1}, kNan);
  EXPECT_THAT(Found(yolov8, HeadSpecFor("yolov8", 8, 8)), SizeIs(0));
  Output yolov5({1, 1, 6}, kNan);
  EXPECT_THAT(Found(yolov5, HeadSpecFor("yolov5", 8, 8)), SizeIs(0));
  Output yolox({1, 1, 6}, kNan);
  EXPECT_THAT(Found(yolox, HeadSpecFor("yolox", 8, 8, {8})), SizeIs(0));
  Output fastestdet({1, 6, 1, 1}, kNan);
  EXPECT_THAT(Found(fastestdet, HeadSpecFor("fastestdet", 8, 8)), SizeIs(0));
}

TEST(DecodeYolox, AddsTheCellAndScalesByTheStride) {
  // Input 32 x 16: stride 8 has 2 rows of 4 cells, stride 16 one row of 2.
  const DetectSpec spec = HeadSpecFor("yolox", 16, 32, {8, 16});
  Output output({1, 10, 7});
  // Cell (3, 1) of stride 8 is row 7; cell (1, 0) of stride 16 is row 9.
  output.Set({7, 0}, 0.25f).Set({7, 1}, -0.5f);
  output.Set({7, 2}, std::log(2.0f)).Set({7, 3}, 0);
  output.Set({7, 4}, 0.8f).Set({7, 6}, 0.5f);
  output.Set({9, 2}, std::log(0.5f)).Set({9, 4}, 1).Set({9, 5}, 1);
  const auto found = Found(output, spec);
  ASSERT_THAT(found, SizeIs(2));
  // Centre (3.25, 0.5) strides, 2 x 1 strides.
  ExpectBox(found[0].box, {26 - 8, 4 - 4, 26 + 8, 4 + 4});
  EXPECT_EQ(found[0].class_index, 1);
  EXPECT_FLOAT_EQ(found[0].score, 0.4f);
  ExpectBox(found[1].box, {16 - 4, 0 - 8, 16 + 4, 0 + 8});
  EXPECT_EQ(found[1].class_index, 0);
}

TEST(DecodeYolox, LosesTheRestOfAnInputThatTheStrideDoesNotDivide) {
  const DetectSpec spec = HeadSpecFor("yolox", 31, 47, {16});
  EXPECT_TRUE(Decode({&Output({1, 2, 6}).tensor(), 1}, spec).ok());
  const auto wrong = Decode({&Output({1, 6, 6}).tensor(), 1}, spec);
  ASSERT_FALSE(wrong.ok());
  EXPECT_THAT(wrong.status().message(),
              HasSubstr("takes one output [1, 2, 5 + classes] for an input of "
                        "47 x 31"));
}

TEST(DecodeYolox, SurvivesSizesThatOverflow) {
  Output output({1, 1, 6});
  output.Set({0, 2}, 1000).Set({0, 4}, 1).Set({0, 5}, 1);
  const auto found =
      Detect({&output.tensor(), 1}, HeadSpecFor("yolox", 8, 8, {8}),
             {1, 1, 0, 0}, 8, 8);
  ASSERT_TRUE(found.ok());
  // Infinitely wide: clipped to the picture.
  ASSERT_THAT(*found, SizeIs(1));
  EXPECT_EQ((*found)[0].box.x0, 0);
  EXPECT_EQ((*found)[0].box.x1, 8);
}

TEST(DecodeYolov5, MultipliesObjectnessAndClass) {
  Output output({1, 3, 7});
  for (int64_t row = 0; row < 3; ++row) {
    output.Set({row, 0}, 10).Set({row, 1}, 20).Set({row, 2}, 6);
    output.Set({row, 3}, 8).Set({row, 4}, 0.5f);
  }
  output.Set({0, 5}, 0.5f).Set({1, 5}, 0.6f).Set({2, 6}, 1);
  const auto found = Found(output, HeadSpecFor("yolov5", 64, 64));
  ASSERT_THAT(found, SizeIs(2));
  ExpectBox(found[0].box, {7, 16, 13, 24});
  EXPECT_FLOAT_EQ(found[0].score, 0.3f);
  EXPECT_EQ(found[1].class_index, 1);
}

TEST(DecodeYolov5, TakesEachAnchorOfARawMap) {
  DetectSpec spec = HeadSpecFor("yolov5", 32, 32, {16});
  spec.anchors = {{10, 20, 30, 6}};
  // Two anchors on 2 x 2 cells, one class; nothing is likely but what is set.
  Output output({1, 2, 2, 2, 6}, -20);
  const auto set = [&](int64_t anchor, int64_t y, int64_t x,
                       const std::vector<float>& shares) {
    for (size_t v = 0; v < shares.size(); ++v) {
      output.Set({anchor, y, x, int64_t(v)}, Logit(shares[v]));
    }
  };
  set(0, 1, 0, {0.5f, 0.25f, 0.5f, 0.25f, 0.9f, 0.8f});
  set(1, 0, 1, {0.75f, 0.5f, 0.75f, 0.5f, 0.6f, 0.5f});
  const auto found = Found(output, spec);
  ASSERT_THAT(found, SizeIs(2));
  // x = (2 * .5 - .5 + 0) * 16, y = (2 * .25 - .5 + 1) * 16;
  // w = (2 * .5)^2 * 10, h = (2 * .25)^2 * 20.
  ExpectBox(found[0].box, {8 - 5, 16 - 2.5, 8 + 5, 16 + 2.5});
  EXPECT_NEAR(found[0].score, 0.72, 1e-6);
  // x = (1.5 - .5 + 1) * 16, w = 1.5^2 * 30.
  ExpectBox(found[1].box, {32 - 33.75, 8 - 3, 32 + 33.75, 8 + 3});
  EXPECT_NEAR(found[1].score, 0.3, 1e-6);
}

TEST(DecodeYolov5, RefusesMapsThatDoNotFitTheirAnchors) {
  DetectSpec spec = HeadSpecFor("yolov5", 32, 32, {16});
  spec.anchors = {{10, 20, 30, 6}};
  for (const Shape& shape :
       {Shape({1, 3, 2, 2, 6}), Shape({1, 2, 2, 2, 5}), Shape({1, 13, 2, 2}),
        Shape({1, 10, 2, 2}), Shape({1, 2, 2, 2, 6, 1})}) {
    const Output output(shape);
    const auto found = Decode({&output.tensor(), 1}, spec);
    ASSERT_FALSE(found.ok()) << shape.ToString();
    EXPECT_THAT(found.status().message(), HasSubstr(shape.ToString()));
  }
  const std::vector<Tensor> two(2, Output({1, 12, 2, 2}).tensor());
  EXPECT_THAT(Decode(two, spec).status().message(),
              HasSubstr("2 outputs for 1 strides and 1 lists of anchors"));
}

// One stride of 32 on an input of 32 x 64: two cells; three bins a side.
struct Picodet {
  Output scores{{1, 2, 2}};
  Output sides{{1, 2, 12}};
  DetectSpec spec = HeadSpecFor("picodet", 32, 64, {32});
  std::vector<Tensor> outputs() const {
    return {scores.tensor(), sides.tensor()};
  }
};

TEST(DecodePicodet, TakesTheMeanOfEachSidesDistribution) {
  Picodet head;
  head.scores.Set({1, 1}, 0.7f);
  // Left: all on bin 1. Top: bins alike, mean 1. Right: bins 0 and 2 alike.
  // Bottom: 1 : 3 between bins 0 and 1, nothing on 2.
  head.sides.Set({1, 1}, 50);
  head.sides.Set({1, 7}, -kInfinity);
  head.sides.Set({1, 10}, std::log(3.0f)).Set({1, 11}, -kInfinity);
  const auto found = Found(head.outputs(), head.spec);
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].class_index, 1);
  // The centre of the second cell is (48, 16).
  ExpectBox(found[0].box, {48 - 32, 16 - 32, 48 + 32, 16 + 0.75 * 32});
}

TEST(DecodePicodet, GainsACellWhereTheStrideDoesNotDivide) {
  Picodet head;
  head.spec.input_width = 33;
  head.scores.Set({1, 0}, 0.7f);
  EXPECT_THAT(Found(head.outputs(), head.spec), SizeIs(1));
  head.spec.input_width = 65;
  EXPECT_THAT(Decode(head.outputs(), head.spec).status().message(),
              HasSubstr("takes [1, 3, classes] and [1, 3, 4 * bins] for "
                        "stride 32"));
}

TEST(DecodePicodet, DoesNotLookAtSidesOfUnlikelyCells) {
  Picodet head;
  head.sides = Output({1, 2, 12}, kNan);
  EXPECT_THAT(Found(head.outputs(), head.spec), SizeIs(0));
}

TEST(DecodePicodet, RefusesOutputsInAnotherOrder) {
  const Picodet head;
  const std::vector<Tensor> swapped = {head.sides.tensor(),
                                       head.scores.tensor()};
  EXPECT_FALSE(Decode(swapped, head.spec).ok());
  const std::vector<Tensor> lonely = {head.scores.tensor()};
  EXPECT_THAT(Decode(lonely, head.spec).status().message(),
              HasSubstr("takes 2 outputs for 1 strides, found 1"));
}

TEST(DecodeFastestdet, MixesObjectnessAndClass) {
  // Two rows of three cells on an input of 90 x 40.
  Output output({1, 7, 2, 3});
  // Row 1, column 2: the centre moves by atanh'd halves of a cell.
  output.Set({0, 1, 2}, 0.9f);
  output.Set({1, 1, 2}, std::atanh(0.5f)).Set({2, 1, 2}, std::atanh(-0.5f));
  output.Set({3, 1, 2}, Logit(0.2f)).Set({4, 1, 2}, Logit(0.5f));
  output.Set({6, 1, 2}, 0.4f);
  const auto found = Found(output, HeadSpecFor("fastestdet", 40, 90));
  ASSERT_THAT(found, SizeIs(1));
  EXPECT_EQ(found[0].class_index, 1);
  EXPECT_NEAR(found[0].score, std::pow(0.9, 0.6) * std::pow(0.4, 0.4), 1e-6);
  // Centre ((2 + .5) / 3 * 90, (1 - .5) / 2 * 40), size (18, 20).
  ExpectBox(found[0].box, {75 - 9, 10 - 10, 75 + 9, 10 + 10});
}

TEST(DecodeFastestdet, TakesScoresBelowZeroAsZero) {
  Output output({1, 6, 1, 1});
  output.Set({0, 0, 0}, -3).Set({5, 0, 0}, 5);
  EXPECT_THAT(Found(output, HeadSpecFor("fastestdet", 8, 8)), SizeIs(0));
}

TEST(Detect, FindsTheWayBackIntoThePicture) {
  // A picture of 200 x 100 lies in an input of 100 x 100 at half its size,
  // 25 rows from the top.
  const Placement placement = {0.5, 0.5, 0, 25};
  Output output({1, 5, 2});
  output.Set({0, 0}, 50).Set({1, 0}, 50).Set({2, 0}, 20).Set({3, 0}, 10);
  output.Set({4, 0}, 0.9f);
  // Half of this one lies in the padding above.
  output.Set({0, 1}, 95).Set({1, 1}, 25).Set({2, 1}, 20).Set({3, 1}, 10);
  output.Set({4, 1}, 0.8f);
  const auto found =
      Detect({&output.tensor(), 1}, HeadSpecFor("yolov8", 100, 100), placement,
             200, 100);
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_THAT(*found, SizeIs(2));
  ExpectBox((*found)[0].box, {80, 40, 120, 60});
  ExpectBox((*found)[1].box, {170, 0, 200, 10});
}

TEST(Detect, SuppressesWhatOverlapsInThePicture) {
  // One reaches far above the picture; once clipped they are the same.
  Output output({1, 5, 2});
  for (const int64_t n : {0, 1}) {
    output.Set({0, n}, 4).Set({1, n}, -10.0f + 10 * float(n));
    output.Set({2, n}, 8).Set({3, n}, 28 - 20 * float(n));
    output.Set({4, n}, 0.9f - 0.1f * float(n));
  }
  const auto found = Detect({&output.tensor(), 1}, HeadSpecFor("yolov8", 8, 8),
                            {1, 1, 0, 0}, 8, 8);
  ASSERT_TRUE(found.ok());
  ASSERT_THAT(*found, SizeIs(1));
  ExpectBox((*found)[0].box, {0, 0, 8, 4});
}

}  // namespace
}  // namespace octet::vision
