#include "vision/decode/guess.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::vision {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct GuessCase {
  std::string decoder;
  std::vector<Shape> outputs;
  int64_t height;
  int64_t width;
};

TEST(GuessDecoder, KnowsTheHeadsByTheirShapes) {
  const GuessCase cases[] = {
      {"yolov8", {{1, 84, 8400}}, 640, 640},
      {"yolov8", {{1, 9, 2100}}, 320, 320},
      {"yolov8", {{1, 84, 5040}}, 384, 640},
      {"yolox", {{1, 3549, 85}}, 416, 416},
      {"yolox", {{1, 8400, 85}}, 640, 640},
      {"yolov5", {{1, 25200, 85}}, 640, 640},
      {"yolov5",
       {{1, 3, 80, 80, 85}, {1, 3, 40, 40, 85}, {1, 3, 20, 20, 85}},
       640,
       640},
      {"yolov5",
       {{1, 255, 80, 80}, {1, 255, 40, 40}, {1, 255, 20, 20}},
       640,
       640},
      {"fastestdet", {{1, 85, 22, 22}}, 352, 352},
      {"picodet",
       {{1, 1600, 80},
        {1, 400, 80},
        {1, 100, 80},
        {1, 25, 80},
        {1, 1600, 32},
        {1, 400, 32},
        {1, 100, 32},
        {1, 25, 32}},
       320,
       320},
  };
  for (const GuessCase& c : cases) {
    const Result<DetectSpec> spec = GuessDecoder(c.outputs, c.height, c.width);
    ASSERT_TRUE(spec.ok()) << c.decoder << ": " << spec.status().message();
    EXPECT_EQ(spec->decoder, c.decoder);
    EXPECT_EQ(spec->input_height, c.height);
    EXPECT_EQ(spec->input_width, c.width);
  }
}

TEST(GuessDecoder, FindsTheStrides) {
  const std::vector<Shape> yolox = {{1, 3549, 85}};
  EXPECT_THAT(GuessDecoder(yolox, 416, 416)->strides, ElementsAre(8, 16, 32));
  const std::vector<Shape> maps = {
      {1, 18, 20, 20}, {1, 18, 40, 40}, {1, 18, 80, 80}};
  EXPECT_THAT(GuessDecoder(maps, 640, 640)->strides, ElementsAre(32, 16, 8));
}

TEST(GuessDecoder, ListsTheShapesItDoesNotKnow) {
  const std::vector<Shape> outputs = {{1, 1000}, {1, 3, 4}};
  const Result<DetectSpec> spec = GuessDecoder(outputs, 224, 224);
  ASSERT_FALSE(spec.ok());
  EXPECT_THAT(spec.status().message(), HasSubstr("[1, 1000], [1, 3, 4]"));
}

TEST(GuessDecoder, RefusesOddShapesWithoutHarm) {
  const std::vector<std::vector<Shape>> odd = {
      {},
      {{}},
      {{0, 0, 0}},
      {{1, -1, -1}},
      {{1, 18, 0, 0}, {1, 18, 0, 0}, {1, 18, 0, 0}},
      {{1, 0, 4}, {1, 0, 4}},
      {{1, 5, 8, 8}},
  };
  for (const std::vector<Shape>& outputs : odd) {
    EXPECT_FALSE(GuessDecoder(outputs, 224, 224).ok());
  }
}

}  // namespace
}  // namespace octet::vision
