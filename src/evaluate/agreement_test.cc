#include "evaluate/agreement.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace octet::evaluate {
namespace {

using testing::DoubleEq;
using testing::Gt;
using testing::HasSubstr;

std::vector<Tensor> Scores(std::initializer_list<float> values) {
  Tensor tensor(DType::kF32, Shape{1, int64_t(values.size())});
  std::ranges::copy(values, tensor.as<float>().begin());
  std::vector<Tensor> outputs;
  outputs.push_back(std::move(tensor));
  return outputs;
}

vision::Detection At(double x, int class_index, float score) {
  return {{x, 0, x + 10, 10}, class_index, score};
}

TEST(Agreement, CountsSamplesWhoseTopClassIsTheSame) {
  Agreement agreement(AnswerKind::kTopClass);
  agreement.Add("a", Scores({1, 3, 2}), Scores({1, 2.9f, 2}));
  agreement.Add("b", Scores({1, 3, 2}), Scores({1, 2, 3}));
  EXPECT_THAT(agreement.share(), DoubleEq(0.5));
  ASSERT_EQ(agreement.changes().size(), 1u);
  EXPECT_EQ(agreement.changes()[0].sample, "b");
  EXPECT_EQ(agreement.changes()[0].what, "class 1 -> 2");
}

TEST(Agreement, OfNoAnswersIsComplete) {
  EXPECT_THAT(Agreement(AnswerKind::kDetections).share(), DoubleEq(1.0));
}

TEST(Agreement, NoiseFreeOutputsHaveAHighButFiniteRatio) {
  Agreement agreement(AnswerKind::kTensors);
  agreement.Add("a", Scores({1, 2}), Scores({1, 2}));
  EXPECT_THAT(agreement.sqnr_db(), Gt(100));
  agreement.Add("b", Scores({10, 0}), Scores({11, 0}));
  EXPECT_NEAR(agreement.sqnr_db(), 10 * std::log10(105.0), 1e-9);
}

TEST(Agreement, OutputsThatAreNoNumbersAreNeverPerfect) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  Agreement agreement(AnswerKind::kTensors);
  agreement.Add("a", Scores({10, 0, nan}), Scores({11, 0, 3}));
  EXPECT_NEAR(agreement.sqnr_db(), 20, 1e-9);
  agreement.Add("b", Scores({10, 0}), Scores({10, nan}));
  EXPECT_EQ(agreement.sqnr_db(), -200);
  Agreement silent(AnswerKind::kTensors);
  silent.Add("c", Scores({0, 0}), Scores({1, 0}));
  EXPECT_EQ(silent.sqnr_db(), -200);
}

template <typename T>
std::vector<Tensor> Whole(DType dtype, const std::vector<T>& values) {
  std::vector<Tensor> outputs;
  Tensor& tensor =
      outputs.emplace_back(dtype, Shape{1, int64_t(values.size())});
  std::ranges::copy(values, tensor.as<T>().begin());
  return outputs;
}

TEST(Agreement, ReadsOutputsOfAnyTypeAsTheirNumbers) {
  using Outputs = std::vector<Tensor>;
  const std::pair<Outputs, Outputs> pairs[] = {
      {Whole<uint8_t>(DType::kU8, {0, 100, 0}),
       Whole<uint8_t>(DType::kU8, {0, 100, 10})},
      {Whole<int32_t>(DType::kS32, {0, 100, 0}),
       Whole<int32_t>(DType::kS32, {0, 110, 0})},
      {Whole<int64_t>(DType::kS64, {0, -100, 0}),
       Whole<int64_t>(DType::kS64, {0, -100, -10})},
  };
  for (const auto& [a, b] : pairs) {
    Agreement agreement(AnswerKind::kTensors);
    agreement.Add("a", a, b);
    EXPECT_NEAR(agreement.sqnr_db(), 20, 1e-9) << Name(a[0].dtype());
  }
  Agreement masks(AnswerKind::kTopClass);
  masks.Add("a", Whole<uint8_t>(DType::kBool, {0, 1, 0}),
            Whole<uint8_t>(DType::kBool, {0, 1, 1}));
  EXPECT_EQ(masks.equal(), 1);
  EXPECT_NEAR(masks.sqnr_db(), 0, 1e-9);
}

TEST(Agreement, CountsASampleOnceAndWhatWasCompared) {
  Agreement agreement(AnswerKind::kDetections);
  for (const char* photo : {"a", "b"}) {
    agreement.Add(photo, Scores({1, 2}), Scores({1, 2}));
    agreement.AddDetections(photo, {At(0, 1, 0.7f)}, {At(0, 1, 0.2f)});
  }
  EXPECT_EQ(agreement.samples(), 2);
  EXPECT_EQ(agreement.answers(), 2);
  EXPECT_EQ(agreement.equal(), 0);
}

TEST(Agreement, ADetectionThatFadesIsAChange) {
  Agreement agreement(AnswerKind::kDetections);
  agreement.AddDetections("photo", {At(0, 1, 0.7f), At(50, 2, 0.9f)},
                          {At(1, 1, 0.09f), At(50, 2, 0.85f)});
  // Two of the float model and one confident one of the other.
  EXPECT_THAT(agreement.share(), DoubleEq(2.0 / 3.0));
  ASSERT_EQ(agreement.changes().size(), 1u);
  EXPECT_THAT(agreement.changes()[0].what, HasSubstr("0.70 -> 0.09"));
}

TEST(Agreement, CountsASampleOfADetectorOnce) {
  Agreement agreement(AnswerKind::kDetections);
  agreement.Add("photo", Scores({1, 2}), Scores({1, 2}));
  agreement.AddDetections("photo", {At(0, 1, 0.8f)}, {At(0, 1, 0.8f)});
  EXPECT_EQ(agreement.samples(), 1);
}

TEST(Agreement, ADetectionThatAppearsIsAChange) {
  Agreement agreement(AnswerKind::kDetections);
  agreement.AddDetections("photo", {}, {At(0, 1, 0.8f)});
  EXPECT_THAT(agreement.share(), DoubleEq(0.0));
  EXPECT_THAT(agreement.changes()[0].what, HasSubstr("0.00 -> 0.80"));
}

TEST(Agreement, ABoxOfAnotherClassOrPlaceIsNotTheSame) {
  Agreement agreement(AnswerKind::kDetections);
  agreement.AddDetections("photo", {At(0, 1, 0.8f)}, {At(0, 2, 0.4f)});
  agreement.AddDetections("photo", {At(0, 1, 0.8f)}, {At(30, 1, 0.4f)});
  EXPECT_THAT(agreement.share(), DoubleEq(0.0));
}

}  // namespace
}  // namespace octet::evaluate
