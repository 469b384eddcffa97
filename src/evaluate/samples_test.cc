#include "evaluate/samples.h"

#include <cmath>

#include "evaluate/conform.h"
#include "evaluate/npy_writer.h"
#include "evaluate/testing/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/presets.h"

namespace octet::evaluate {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

Tensor Counting(DType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  for (int64_t i = 0; i < tensor.elements(); ++i) {
    if (dtype == DType::kF32) tensor.as<float>()[size_t(i)] = float(i);
    if (dtype == DType::kU8) tensor.as<uint8_t>()[size_t(i)] = uint8_t(i);
    if (dtype == DType::kS32) tensor.as<int32_t>()[size_t(i)] = int32_t(i);
  }
  return tensor;
}

vision::Preprocess Plain() {
  vision::Preprocess p;
  p.mean = {0, 0, 0};
  p.scale = {1, 1, 1};
  return p;
}

std::string ErrorOf(const std::string& path, const InputSpec& input,
                    const vision::Preprocess& preprocess) {
  const auto samples = OpenSamples(path, std::span(&input, 1), preprocess);
  EXPECT_FALSE(samples.ok());
  return samples.status().message();
}

TEST(OpenSamples, CutsAnArrayAlongItsFirstAxis) {
  const TempFolder folder;
  const std::string path = folder.Path("x.npy");
  WriteArray(path, Counting(DType::kF32, {3, 2, 4}));
  const InputSpec input = {"x", DType::kF32, Shape({-1, 2, 4})};
  const auto samples = OpenSamples(path, std::span(&input, 1), Raw());
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_EQ((*samples)->size(), 3);
  EXPECT_THAT((*samples)->Name(2), EndsWith("x.npy[2]"));
  const auto sample = (*samples)->Get(2);
  ASSERT_TRUE(sample.ok());
  EXPECT_EQ((*sample)[0].shape(), Shape({1, 2, 4}));
  EXPECT_EQ((*sample)[0].as<float>()[0], 16);
}

TEST(OpenSamples, DropsABatchOfOneBehindTheSampleAxis) {
  const TempFolder folder;
  const std::string path = folder.Path("x.npy");
  WriteArray(path, Counting(DType::kF32, {3, 1, 2}));
  const InputSpec input = {"x", DType::kF32, Shape({1, 2})};
  const auto samples = OpenSamples(path, std::span(&input, 1), Raw());
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_EQ((*(*samples)->Get(1))[0].shape(), Shape({1, 2}));
}

TEST(OpenSamples, TakesEachInputFromAnArchiveByName) {
  const InputSpec inputs[] = {{"second", DType::kS64, Shape({1, 3, 4})},
                              {"first", DType::kF32, Shape({-1, 3, 4})}};
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const auto samples = OpenSamples(TestArray(name), inputs, Raw());
    ASSERT_TRUE(samples.ok()) << samples.status().message();
    EXPECT_EQ((*samples)->size(), 2);
    const auto sample = (*samples)->Get(1);
    ASSERT_TRUE(sample.ok());
    EXPECT_EQ((*sample)[0].as<int64_t>()[0], 12);
    EXPECT_EQ((*sample)[1].as<float>()[0], 12);
  }
  const InputSpec other[] = {{"third", DType::kF32, Shape({1, 3, 4})},
                             {"first", DType::kF32, Shape({1, 3, 4})}};
  const auto missing = OpenSamples(TestArray("stored.npz"), other, Raw());
  EXPECT_THAT(missing.status().message(),
              HasSubstr("'second', which is no input of the model"));
}

TEST(OpenSamples, TakesFilesThatAreOneSampleEach) {
  const TempFolder folder;
  WriteArray(folder.Path("b.npy"), Counting(DType::kF32, {2, 3}));
  WriteArray(folder.Path("a.npy"), Counting(DType::kF32, {2, 3}));
  const InputSpec input = {"x", DType::kF32, Shape({1, 2, 3})};
  const auto samples = OpenSamples(folder.path(), std::span(&input, 1), Raw());
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_EQ((*samples)->size(), 2);
  EXPECT_THAT((*samples)->Name(0), EndsWith("a.npy"));
  EXPECT_EQ((*(*samples)->Get(0))[0].shape(), Shape({1, 2, 3}));
  const std::string list = folder.Write("list.txt", "b.npy\n\na.npy\r\n");
  const auto listed = OpenSamples(list, std::span(&input, 1), Raw());
  ASSERT_TRUE(listed.ok()) << listed.status().message();
  EXPECT_THAT((*listed)->Name(0), EndsWith("b.npy"));
}

TEST(OpenSamples, KeepsTheOthersIfOneFileIsDamaged) {
  const TempFolder folder;
  WriteArray(folder.Path("a.npy"), Counting(DType::kF32, {2}));
  folder.Write("b.npy", "not an array");
  const InputSpec input = {"x", DType::kF32, Shape({1, 2})};
  const auto samples = OpenSamples(folder.path(), std::span(&input, 1), Raw());
  ASSERT_TRUE(samples.ok());
  EXPECT_TRUE((*samples)->Get(0).ok());
  EXPECT_THAT((*samples)->Get(1).status().message(), HasSubstr("b.npy"));
}

TEST(OpenSamples, RefusesPixelsAsRawFloats) {
  const TempFolder folder;
  const std::string path = folder.Path("x.npy");
  WriteArray(path, Counting(DType::kU8, {3, 4}));
  EXPECT_THAT(ErrorOf(path, {"x", DType::kF32, Shape({1, 4})}, Raw()),
              HasSubstr("name a preprocessing"));
}

TEST(OpenSamples, SaysWhichShapeTheInputTakes) {
  const TempFolder folder;
  const std::string path = folder.Path("x.npy");
  WriteArray(path, Counting(DType::kF32, {3, 5}));
  EXPECT_THAT(ErrorOf(path, {"x", DType::kF32, Shape({-1, 4})}, Raw()),
              HasSubstr("[1, 5], input 'x' takes [-1, 4]"));
  EXPECT_THAT(
      ErrorOf(folder.Path("y.npy"), {"x", DType::kF32, Shape({1})}, Raw()),
      HasSubstr("y.npy"));
}

TEST(OpenSamples, RefusesAnArrayWithoutSamples) {
  EXPECT_THAT(
      ErrorOf(TestArray("empty.npy"), {"x", DType::kF32, Shape({1, 3})}, Raw()),
      HasSubstr("no samples"));
  EXPECT_THAT(
      ErrorOf(TestArray("scalar.npy"), {"x", DType::kF32, Shape({1})}, Raw()),
      HasSubstr("no samples"));
}

TEST(OpenSamples, WidensIntegersThatFit) {
  const TempFolder folder;
  const std::string path = folder.Path("ids.npy");
  WriteArray(path, Counting(DType::kS32, {2, 3}));
  const InputSpec input = {"ids", DType::kS64, Shape({1, 3})};
  const auto samples = OpenSamples(path, std::span(&input, 1), Raw());
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_EQ((*(*samples)->Get(1))[0].as<int64_t>()[2], 5);
}

TEST(OpenSamples, SendsPicturesThroughThePreprocessing) {
  const TempFolder folder;
  folder.WritePicture("b.png", 8, 4, 20);
  folder.WritePicture("a.png", 8, 4, 10);
  folder.Write("notes.txt", "not a picture");
  const InputSpec input = {"x", DType::kF32, Shape({1, 3, 4, 4})};
  const auto samples =
      OpenSamples(folder.path(), std::span(&input, 1), Plain());
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_EQ((*samples)->size(), 2);
  const auto sample = (*samples)->Get(0);
  ASSERT_TRUE(sample.ok());
  EXPECT_EQ((*sample)[0].shape(), Shape({1, 3, 4, 4}));
  EXPECT_EQ((*sample)[0].as<float>()[0], 10);
}

TEST(OpenSamples, SendsAnArrayOfPixelsThroughThePreprocessing) {
  const TempFolder folder;
  const std::string path = folder.Path("x.npy");
  for (const Shape& shape :
       {Shape({2, 4, 6}), Shape({2, 4, 6, 1}), Shape({2, 4, 6, 3})}) {
    WriteArray(path, Counting(DType::kU8, shape));
    const InputSpec input = {"x", DType::kF32, Shape({-1, 4, 6, 3})};
    const auto samples = OpenSamples(path, std::span(&input, 1), Plain());
    ASSERT_TRUE(samples.ok()) << samples.status().message();
    const auto sample = (*samples)->Get(1);
    ASSERT_TRUE(sample.ok()) << sample.status().message();
    EXPECT_EQ((*sample)[0].shape(), Shape({1, 4, 6, 3}));
    EXPECT_EQ((*sample)[0].as<float>()[0], float(shape.elements() / 2));
  }
  WriteArray(path, Counting(DType::kF32, {2, 4, 6}));
  EXPECT_THAT(ErrorOf(path, {"x", DType::kF32, Shape({1, 3, 4, 6})}, Plain()),
              HasSubstr("expected pictures as u8"));
}

TEST(OpenSamples, RefusesPicturesForAModelThatTakesNone) {
  const TempFolder folder;
  folder.WritePicture("a.png", 8, 4, 20);
  EXPECT_THAT(
      ErrorOf(folder.path(), {"x", DType::kS64, Shape({1, 3, 4, 4})}, Plain()),
      HasSubstr("use preprocessing 'raw'"));
  EXPECT_THAT(
      ErrorOf(folder.path(), {"x", DType::kF32, Shape({1, 9})}, Plain()),
      HasSubstr("takes no pictures"));
}

TEST(ImageSamples, SayWhereThePictureLies) {
  const TempFolder folder;
  folder.WritePicture("a.png", 8, 4, 20);
  vision::Preprocess p = *vision::FindPreset("yolov8");
  const InputSpec input = {"x", DType::kF32, Shape({1, 3, 16, 16})};
  const auto images = OpenImages(folder.path());
  ASSERT_TRUE(images.ok());
  const auto samples = SamplesFromImages(*images, p, std::span(&input, 1));
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  const auto prepared = (*samples)->Prepare(0);
  ASSERT_TRUE(prepared.ok());
  EXPECT_EQ(prepared->width, 8);
  EXPECT_EQ(prepared->height, 4);
  EXPECT_EQ(prepared->placement.scale_x, 2);
  EXPECT_EQ(prepared->placement.pad_y, 4);
}

TEST(SamplesFromArrays, PairsPathsWithInputs) {
  const TempFolder folder;
  WriteArray(folder.Path("a.npy"), Counting(DType::kF32, {2, 3}));
  WriteArray(folder.Path("b.npy"), Counting(DType::kF32, {2, 1}));
  WriteArray(folder.Path("c.npy"), Counting(DType::kF32, {3, 1}));
  const InputSpec inputs[] = {{"a", DType::kF32, Shape({1, 3})},
                              {"b", DType::kF32, Shape({1, 1})}};
  const auto samples =
      SamplesFromArrays({folder.Path("a.npy"), folder.Path("b.npy")}, inputs);
  ASSERT_TRUE(samples.ok()) << samples.status().message();
  EXPECT_EQ((*(*samples)->Get(1))[1].as<float>()[0], 1);
  EXPECT_THAT(
      SamplesFromArrays({folder.Path("a.npy"), folder.Path("c.npy")}, inputs)
          .status()
          .message(),
      HasSubstr("holds 3 samples"));
  EXPECT_EQ(SamplesFromArrays({folder.Path("a.npy")}, inputs).status().code(),
            Code::kUsage);
}

TEST(Conform, RefusesIntegersThatDoNotFit) {
  Tensor big(DType::kS32, {1});
  big.as<int32_t>()[0] = 300;
  EXPECT_FALSE(Conform(big, {"x", DType::kU8, Shape({1})}, "n").ok());
  big.as<int32_t>()[0] = -1;
  EXPECT_FALSE(Conform(big, {"x", DType::kU8, Shape({1})}, "n").ok());
  big.as<int32_t>()[0] = 255;
  EXPECT_TRUE(Conform(big, {"x", DType::kU8, Shape({1})}, "n").ok());
  EXPECT_FALSE(Conform(big, {"x", DType::kF16, Shape({1})}, "n").ok());
}

}  // namespace
}  // namespace octet::evaluate
