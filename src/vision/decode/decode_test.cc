#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/decode/decoders.h"
#include "vision/decode/detect.h"
#include "vision/decode/grid.h"
#include "vision/testing/data.h"

namespace octet::vision {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Tensor TensorOf(const Shape& shape, const std::vector<float>& values) {
  Tensor tensor(DType::kF32, shape);
  EXPECT_EQ(values.size(), size_t(tensor.elements()));
  std::ranges::copy(values, tensor.as<float>().begin());
  return tensor;
}

Tensor Filled(const Shape& shape, float value) {
  Tensor tensor(DType::kF32, shape);
  for (float& x : tensor.as<float>()) x = value;
  return tensor;
}

DetectSpec SpecFor(std::string_view decoder, int64_t height, int64_t width) {
  DetectSpec spec;
  spec.decoder = decoder;
  spec.input_height = height;
  spec.input_width = width;
  spec.score_threshold = 0.1;
  return spec;
}

// The four heads of the goldens, found by another implementation.
class DetectGolden : public testing::TestWithParam<const char*> {};

TEST_P(DetectGolden, FindsWhatTheOtherImplementationFinds) {
  const std::string path =
      SourceDir() + "/src/vision/decode/testdata/" + GetParam() + ".json";
  const Result<std::string> text = ReadTextFile(path, 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status().message();
  const json golden = json::parse(*text);
  const Result<DetectSpec> spec = DetectSpecFromCase(golden["spec"], path);
  ASSERT_TRUE(spec.ok()) << spec.status().message();
  std::vector<Tensor> outputs;
  for (const json& output : golden["outputs"]) {
    const auto dims = output["shape"].get<std::vector<int64_t>>();
    outputs.push_back(TensorOf(Shape(std::span<const int64_t>(dims)),
                               output["values"].get<std::vector<float>>()));
  }
  const auto place = golden["placement"].get<std::vector<double>>();
  const Result<std::vector<Detection>> found =
      Detect(outputs, *spec, {place[0], place[1], place[2], place[3]},
             golden["width"], golden["height"]);
  ASSERT_TRUE(found.ok()) << found.status().message();
  const json& expected = golden["detections"];
  ASSERT_EQ(found->size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(i);
    const Detection& d = (*found)[i];
    const auto box = expected[i]["bbox"].get<std::vector<double>>();
    EXPECT_EQ(d.class_index, expected[i]["category"]);
    EXPECT_NEAR(d.score, expected[i]["score"].get<double>(), 1e-5);
    EXPECT_NEAR(d.box.x0, box[0], 1e-3);
    EXPECT_NEAR(d.box.y0, box[1], 1e-3);
    EXPECT_NEAR(d.box.x1 - d.box.x0, box[2], 1e-3);
    EXPECT_NEAR(d.box.y1 - d.box.y0, box[3], 1e-3);
  }
}

INSTANTIATE_TEST_SUITE_P(Heads, DetectGolden,
                         testing::Values("yolox", "yolov8", "picodet",
                                         "fastestdet"));

TEST(DecodeYolov5, ReadsDecodedRows) {
  const Tensor rows = TensorOf({1, 2, 7}, {10, 20, 4, 8, 0.5f, 0.9f, 0.1f,  //
                                           30, 30, 2, 2, 0.9f, 0.2f, 0.8f});
  const Result<std::vector<Candidate>> found =
      Decode(std::span(&rows, 1), SpecFor("yolov5", 64, 64));
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ((*found)[0].box, (Box{8, 16, 12, 24}));
  EXPECT_FLOAT_EQ((*found)[0].score, 0.45f);
  EXPECT_EQ((*found)[2].class_index, 1);
  EXPECT_FLOAT_EQ((*found)[2].score, 0.72f);
}

// One anchor of 10 x 20 on a grid of 2 x 2 with stride 16; cell (1, 0) fires.
std::vector<float> RawMapValues() {
  // Channel by channel: x, y, w, h, objectness, one class.
  std::vector<float> values(6 * 4, 0.0f);
  for (int cell = 0; cell < 4; ++cell) values[size_t(16 + cell)] = -20;
  values[16 + 1] = 20;
  for (int cell = 0; cell < 4; ++cell) values[size_t(20 + cell)] = 20;
  return values;
}

TEST(DecodeYolov5, DecodesRawMapsWithAnchors) {
  DetectSpec spec = SpecFor("yolov5", 32, 32);
  spec.strides = {16};
  spec.anchors = {{10, 20}};
  const Tensor joined = TensorOf({1, 6, 2, 2}, RawMapValues());
  const Result<std::vector<Candidate>> found =
      Decode(std::span(&joined, 1), spec);
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->size(), 1u);
  // s(0) = 0.5: the centre of cell (1, 0), the anchor's own size.
  EXPECT_NEAR((*found)[0].box.x0, 24 - 5, 1e-6);
  EXPECT_NEAR((*found)[0].box.x1, 24 + 5, 1e-6);
  EXPECT_NEAR((*found)[0].box.y0, 8 - 10, 1e-6);
  EXPECT_NEAR((*found)[0].box.y1, 8 + 10, 1e-6);
  EXPECT_NEAR((*found)[0].score, 1, 1e-6);
}

TEST(DecodeYolov5, ReadsBothFormsOfRawMapsAlike) {
  DetectSpec spec = SpecFor("yolov5", 32, 32);
  spec.strides = {16};
  spec.anchors = {{10, 20}};
  const std::vector<float> joined_values = RawMapValues();
  std::vector<float> split_values(joined_values.size());
  for (size_t channel = 0; channel < 6; ++channel) {
    for (size_t cell = 0; cell < 4; ++cell) {
      split_values[cell * 6 + channel] = joined_values[channel * 4 + cell];
    }
  }
  const Tensor joined = TensorOf({1, 6, 2, 2}, joined_values);
  const Tensor split = TensorOf({1, 1, 2, 2, 6}, split_values);
  const auto a = Decode(std::span(&joined, 1), spec);
  const auto b = Decode(std::span(&split, 1), spec);
  ASSERT_TRUE(a.ok() && b.ok());
  ASSERT_EQ(a->size(), b->size());
  EXPECT_EQ((*a)[0].box, (*b)[0].box);
}

TEST(DecodeYolov5, HasTheAnchorsOfThePublishedModels) {
  std::vector<Tensor> maps;
  for (const int64_t side : {4, 2, 1}) {
    maps.push_back(Filled({1, 18, side, side}, 0));
  }
  const auto found = Decode(maps, SpecFor("yolov5", 32, 32));
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(found->size(), 3u * (16 + 4 + 1));
  const Box& first = found->front().box;
  EXPECT_NEAR(first.x1 - first.x0, 10, 1e-6);
  EXPECT_NEAR(first.y1 - first.y0, 13, 1e-6);
  const Box& last = found->back().box;
  EXPECT_NEAR(last.x1 - last.x0, 373, 1e-6);
}

TEST(Decode, RefusesOutputsOfAnotherForm) {
  const Shape shapes[] = {
      {1, 5, 7}, {1, 2, 3, 4}, {1, 4, 4, 4, 4}, {2, 84, 21}, {1, 21, 5}};
  for (const std::string_view decoder :
       {"yolox", "yolov8", "picodet", "fastestdet", "yolov5"}) {
    for (const Shape& shape : shapes) {
      const Tensor output = Filled(shape, 0.5f);
      const std::vector<Tensor> outputs(4, output);
      const Status status = Decode(outputs, SpecFor(decoder, 32, 32)).status();
      EXPECT_EQ(status.code(), Code::kUsage)
          << decoder << " " << shape.ToString();
    }
    EXPECT_FALSE(Decode({}, SpecFor(decoder, 32, 32)).ok()) << decoder;
  }
}

TEST(Decode, RefusesOtherElementTypes) {
  const Tensor output(DType::kU8, {1, 6, 21});
  EXPECT_THAT(Decode(std::span(&output, 1), SpecFor("yolov8", 32, 32))
                  .status()
                  .message(),
              HasSubstr("found u8"));
}

TEST(Decode, SuggestsAKnownDecoder) {
  EXPECT_THAT(Decode({}, SpecFor("yolo8", 32, 32)).status().message(),
              HasSubstr("did you mean 'yolov8'?"));
}

TEST(Decode, NeedsTheSizeOfTheInput) {
  EXPECT_THAT(Decode({}, SpecFor("yolox", 0, 0)).status().message(),
              HasSubstr("input_hw"));
}

TEST(Decode, DoesNotBuildAGridThatTheOutputsDoNotHave) {
  DetectSpec spec = SpecFor("yolox", 65536, 65536);
  spec.strides = {1, 1, 1};
  const Tensor output = Filled({1, 21, 6}, 0);
  EXPECT_EQ(Decode(std::span(&output, 1), spec).status().code(), Code::kUsage);
  spec.decoder = "picodet";
  spec.strides = {1};
  const std::vector<Tensor> two(2, output);
  EXPECT_EQ(Decode(two, spec).status().code(), Code::kUsage);
}

TEST(Detect, DropsWhatIsNotANumber) {
  for (const float bad : {NAN, INFINITY, -INFINITY}) {
    for (const std::string_view decoder : {"yolox", "yolov8", "fastestdet"}) {
      const Shape shape = decoder == "yolox"    ? Shape({1, 21, 7})
                          : decoder == "yolov8" ? Shape({1, 7, 21})
                                                : Shape({1, 7, 2, 2});
      const Tensor output = Filled(shape, bad);
      const auto found =
          Detect(std::span(&output, 1), SpecFor(decoder, 32, 32), {}, 100, 100);
      ASSERT_TRUE(found.ok());
      for (const Detection& d : *found) {
        EXPECT_GE(d.box.x0, 0) << decoder;
        EXPECT_LE(d.box.x1, 100) << decoder;
      }
    }
  }
}

TEST(Cells, CountEveryGridOnce) {
  const std::vector<int64_t> strides = {8, 16, 32};
  for (const bool round_up : {false, true}) {
    const std::vector<Cell> cells = Cells(40, 72, strides, round_up);
    EXPECT_EQ(int64_t(cells.size()), CountCells(40, 72, strides, round_up));
  }
  EXPECT_EQ(CountCells(40, 72, strides, false), 45 + 8 + 2);
  EXPECT_EQ(CountCells(40, 72, strides, true), 45 + 15 + 6);
}

}  // namespace
}  // namespace octet::vision
