#include "evaluate/evaluate.h"

#include "evaluate/testing/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Samples of one number each; some of them cannot be read.
class NumberSamples : public SampleSource {
 public:
  NumberSamples(int64_t size, int64_t unreadable)
      : size_(size), unreadable_(unreadable) {}
  int64_t size() const override { return size_; }
  std::string Name(int64_t index) const override {
    return std::to_string(index);
  }
  Result<std::vector<Tensor>> Get(int64_t index) const override {
    if (index < unreadable_) {
      return Status(Code::kBadInput, "sample " + Name(index));
    }
    std::vector<Tensor> tensors(1, Tensor(DType::kF32, {1, 1}));
    tensors[0].as<float>()[0] = float(index);
    return tensors;
  }

 private:
  int64_t size_;
  int64_t unreadable_;
};

// Class = number mod 3.
Result<std::vector<Tensor>> Modulo(std::vector<Tensor> inputs) {
  std::vector<Tensor> outputs(1, Tensor(DType::kF32, {1, 3}));
  outputs[0].as<float>()[size_t(inputs[0].as<float>()[0]) % 3] = 1;
  return outputs;
}

std::vector<int64_t> Labels(int64_t size) {
  std::vector<int64_t> labels;
  for (int64_t i = 0; i < size; ++i) labels.push_back(i % 3);
  return labels;
}

TEST(EvaluateClassification, CountsRightAnswers) {
  std::vector<int64_t> labels = Labels(8);
  labels[0] = 2;
  labels[7] = 2;
  int64_t last = 0;
  const auto result = EvaluateClassification(
      NumberSamples(8, 0), labels, 0, Modulo, [&](int64_t n) { last = n; });
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->ranks.Share(1), 0.75);
  EXPECT_EQ(last, 8);
}

TEST(EvaluateClassification, SkipsFewUnreadableSamplesAndNamesThem) {
  const auto result =
      EvaluateClassification(NumberSamples(20, 1), Labels(20), 0, Modulo);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->ranks.samples(), 19);
  EXPECT_THAT(result->skipped.messages, ElementsAre("sample 0"));
}

TEST(EvaluateClassification, StopsWhenTooManyAreUnreadable) {
  const auto result =
      EvaluateClassification(NumberSamples(20, 2), Labels(20), 0, Modulo);
  ASSERT_FALSE(result.ok());
  EXPECT_THAT(result.status().message(), HasSubstr("2 of 20 samples"));
}

TEST(EvaluateClassification, RefusesLabelsOfAnotherNumber) {
  EXPECT_FALSE(
      EvaluateClassification(NumberSamples(8, 0), Labels(7), 0, Modulo).ok());
}

TEST(EvaluateClassification, RefusesOutputsThatAreNoScores) {
  const auto none = [](std::vector<Tensor>) -> Result<std::vector<Tensor>> {
    return std::vector<Tensor>();
  };
  const auto integers = [](std::vector<Tensor>) -> Result<std::vector<Tensor>> {
    return std::vector<Tensor>(1, Tensor(DType::kS64, {1, 3}));
  };
  const NumberSamples samples(8, 0);
  EXPECT_FALSE(EvaluateClassification(samples, Labels(8), 0, none).ok());
  EXPECT_FALSE(EvaluateClassification(samples, Labels(8), 0, integers).ok());
}

TEST(EvaluateClassification, PassesOnWhatTheModelSays) {
  const auto broken = [](std::vector<Tensor>) -> Result<std::vector<Tensor>> {
    return Status(Code::kFailed, "out of order");
  };
  const auto result =
      EvaluateClassification(NumberSamples(8, 0), Labels(8), 0, broken);
  EXPECT_EQ(result.status().message(), "out of order");
}

std::vector<TruthCategory> Categories() {
  return {{3, "cat"}, {5, "dog"}, {8, "cow"}};
}

TEST(CategoriesOf, GoesByNameIfAllAreKnown) {
  vision::DetectSpec spec;
  spec.names = {"dog", "bird", "cow", "cat"};
  const auto ids = CategoriesOf(spec, Categories());
  ASSERT_TRUE(ids.ok());
  EXPECT_THAT(*ids, ElementsAre(5, -1, 8, 3));
}

TEST(CategoriesOf, GoesByOrderOtherwise) {
  vision::DetectSpec spec;
  EXPECT_THAT(*CategoriesOf(spec, Categories()), ElementsAre(3, 5, 8));
  spec.names = {"Katze", "Hund", "Kuh"};
  EXPECT_THAT(*CategoriesOf(spec, Categories()), ElementsAre(3, 5, 8));
  spec.names = {"Katze", "Hund"};
  EXPECT_EQ(CategoriesOf(spec, Categories()).status().code(), Code::kUsage);
}

// Two pictures of 20 x 10 in an input of 20 x 20, and a model that finds one
// object in the middle of the input with two classes.
struct DetectionFixture {
  DetectionFixture() {
    folder.WritePicture("a.png", 20, 10, 1);
    folder.WritePicture("b.png", 20, 10, 2);
    preprocess.resize = vision::ResizeKind::kLetterboxCenter;
    preprocess.height = preprocess.width = 20;
    preprocess.mean = {0, 0, 0};
    preprocess.scale = {1, 1, 1};
    truth.images = {{1, "a.png", 20, 10}, {2, "b.png", 20, 10}};
    truth.categories = {{1, "x"}, {2, "y"}};
    truth.boxes = {{1, 1, 1, 5, 0, 10, 10, 100, false},
                   {2, 2, 1, 5, 0, 10, 10, 100, false}};
    spec.decoder = "yolov8";
    spec.input_height = spec.input_width = 20;
    samples = std::make_unique<ImageSamples>(*OpenImages(folder.path()),
                                             preprocess, vision::Layout::kNchw);
  }

  TempFolder folder;
  vision::Preprocess preprocess;
  CocoTruth truth;
  vision::DetectSpec spec;
  std::unique_ptr<ImageSamples> samples;
};

Result<std::vector<Tensor>> FindsTheMiddle(std::vector<Tensor>) {
  std::vector<Tensor> outputs(1, Tensor(DType::kF32, {1, 6, 1}));
  const float column[] = {10, 10, 10, 10, 0.9f, 0.1f};
  std::ranges::copy(column, outputs[0].as<float>().begin());
  return outputs;
}

TEST(EvaluateDetection, MapsBoxesBackToThePicture) {
  const DetectionFixture fixture;
  const auto result = EvaluateDetection(*fixture.samples, fixture.truth,
                                        fixture.spec, FindsTheMiddle);
  ASSERT_TRUE(result.ok()) << result.status().message();
  ASSERT_EQ(result->detections.size(), 2u);
  EXPECT_EQ(result->detections[0].x, 5);
  EXPECT_EQ(result->detections[0].y, 0);
  EXPECT_EQ(result->detections[0].height, 10);
  EXPECT_NEAR(result->score.ap, 1, 1e-12);
}

TEST(EvaluateDetection, RefusesAnnotationsOfOtherPictures) {
  DetectionFixture fixture;
  fixture.truth.images.pop_back();
  EXPECT_FALSE(EvaluateDetection(*fixture.samples, fixture.truth, fixture.spec,
                                 FindsTheMiddle)
                   .ok());
}

TEST(EvaluateDetection, PassesOnWhatTheDecoderSays) {
  DetectionFixture fixture;
  fixture.spec.decoder = "yolox";
  EXPECT_EQ(EvaluateDetection(*fixture.samples, fixture.truth, fixture.spec,
                              FindsTheMiddle)
                .status()
                .code(),
            Code::kUsage);
}

}  // namespace
}  // namespace octet::evaluate
