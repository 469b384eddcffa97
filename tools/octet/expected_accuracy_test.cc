#include "expected_accuracy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace octet::cli {
namespace {

using vision::Detection;

Tensor Scores(const std::vector<float>& scores) {
  Tensor tensor(DType::kF32, {1, int64_t(scores.size())});
  std::ranges::copy(scores, tensor.as<float>().begin());
  return tensor;
}

TEST(ProbabilityOfTop, IsWhatTheFloatModelGivesTheOtherAnswer) {
  const Tensor truth = Scores({0.1f, 0.6f, 0.3f});
  EXPECT_NEAR(ProbabilityOfTop(truth, truth), 0.6, 1e-6);
  EXPECT_NEAR(ProbabilityOfTop(truth, Scores({0, 1, 2})), 0.3, 1e-6);
  EXPECT_NEAR(ProbabilityOfTop(truth, Scores({5, 1, 2})), 0.1, 1e-6);
}

TEST(ProbabilityOfTop, TakesLogitsThroughTheSoftmax) {
  const Tensor logits = Scores({500, 501, -2000});
  const double second = 1 / (1 + std::exp(1.0));
  EXPECT_NEAR(ProbabilityOfTop(logits, logits), 1 - second, 1e-12);
  EXPECT_NEAR(ProbabilityOfTop(logits, Scores({1, 0, 0})), second, 1e-12);
  EXPECT_EQ(ProbabilityOfTop(logits, Scores({0, 0, 1})), 0);
}

template <typename T>
Tensor ScoresOf(DType dtype, const std::vector<T>& scores) {
  Tensor tensor(dtype, {1, int64_t(scores.size())});
  std::ranges::copy(scores, tensor.as<T>().begin());
  return tensor;
}

TEST(ProbabilityOfTop, ReadsScoresOfAnyType) {
  const double second = 1 / (1 + std::exp(1.0));
  const auto bytes = ScoresOf<uint8_t>(DType::kU8, {200, 201, 0});
  EXPECT_NEAR(ProbabilityOfTop(bytes, bytes), 1 - second, 1e-12);
  const auto mask = ScoresOf<uint8_t>(DType::kBool, {0, 1, 0});
  EXPECT_NEAR(ProbabilityOfTop(mask, mask), 1, 1e-12);
  const auto longs = ScoresOf<int64_t>(DType::kS64, {-1, 0, -900});
  EXPECT_NEAR(ProbabilityOfTop(longs, longs), 1 - second, 1e-12);
  EXPECT_NEAR(
      ProbabilityOfTop(longs, ScoresOf<int32_t>(DType::kS32, {3, -2, 1})),
      second, 1e-12);
}

TEST(ProbabilityOfTop, IsNoNumberWhereTheFloatModelGivesNone) {
  for (const float none : {NAN, INFINITY}) {
    const Tensor truth = Scores({0, none, 1});
    EXPECT_FALSE(std::isfinite(ProbabilityOfTop(truth, Scores({0, 1, 0}))));
  }
  // A class that is ruled out is no reason to give up.
  const Tensor masked = Scores({0, -INFINITY, 0});
  EXPECT_NEAR(ProbabilityOfTop(masked, masked), 0.5, 1e-12);
}

// Pictures with one box each, of these scores; 0 stands for no box.
std::vector<std::vector<Detection>> Boxes(const std::vector<float>& scores) {
  std::vector<std::vector<Detection>> pictures;
  for (float score : scores) {
    pictures.emplace_back();
    if (score > 0) pictures.back().push_back({{10, 10, 50, 50}, 1, score});
  }
  return pictures;
}

ExpectedObjects ObjectsOf(const std::vector<std::vector<Detection>>& pictures) {
  ExpectedObjects objects;
  for (const auto& picture : pictures) objects.Add(picture);
  return objects;
}

TEST(ExpectedObjects, AreCertainWhereTheFloatModelIs) {
  const ExpectedObjects objects = ObjectsOf(Boxes({1, 1, 1, 1}));
  EXPECT_DOUBLE_EQ(objects.PrecisionOf(Boxes({1, 1, 1, 1})).value, 1);
  EXPECT_DOUBLE_EQ(objects.PrecisionOf(Boxes({1, 1, 1, 0})).value, 0.75);
}

TEST(ExpectedObjects, AreAsLikelyAsTheSquareOfTheScore) {
  const auto unsure = Boxes({0.5f, 0.5f});
  EXPECT_DOUBLE_EQ(ObjectsOf(unsure).PrecisionOf(unsure).value, 0.25);
}

TEST(ExpectedObjects, CostMoreWhereTheyAreSure) {
  const ExpectedObjects objects = ObjectsOf(Boxes({0.9f, 0.9f, 0.2f}));
  const double all = objects.PrecisionOf(Boxes({0.9f, 0.9f, 0.2f})).value;
  // Objects: .81 + .81 + .04; precision .81, .81, then 1.66 / 3.
  EXPECT_NEAR(all, (2 * 0.81 * 0.81 + 0.04 * 1.66 / 3) / 1.66, 1e-6);
  const double unsure = objects.PrecisionOf(Boxes({0.9f, 0.9f, 0})).value;
  const double sure = objects.PrecisionOf(Boxes({0.9f, 0, 0.2f})).value;
  EXPECT_LT(all - unsure, 0.02);
  EXPECT_GT(all - sure, 0.3);
}

TEST(ExpectedObjects, AreOneAtAPlaceAndOneMoreDetectionThereIsWrong) {
  const Detection best{{10, 10, 50, 50}, 1, 1.0f};
  const Detection again{{14, 10, 54, 50}, 1, 0.9f};
  const Detection other{{10, 14, 50, 54}, 2, 0.8f};
  const Detection apart{{60, 10, 99, 50}, 1, 1.0f};
  ExpectedObjects objects;
  objects.Add({again, other, apart, best});
  EXPECT_DOUBLE_EQ(objects.PrecisionOf({{best, apart}}).value, 1);
  // Another one of those that overlap, and others beside it, cost nothing.
  EXPECT_DOUBLE_EQ(objects.PrecisionOf({{again, other, apart}}).value, 1);
  // Of another class it is another object.
  EXPECT_DOUBLE_EQ(objects.PrecisionOf({{other, apart}}).value, 0.5);
}

TEST(ExpectedObjects, LeaveOutOneGroupOfPicturesAfterTheOther) {
  const ExpectedObjects objects = ObjectsOf(Boxes({1, 1, 1, 1}));
  const Accuracy one_lost = objects.PrecisionOf(Boxes({1, 0, 1, 1}));
  ASSERT_EQ(one_lost.without.size(), 4u);
  EXPECT_DOUBLE_EQ(one_lost.without[0], 2.0 / 3);
  EXPECT_DOUBLE_EQ(one_lost.without[1], 1);
  const auto many = Boxes(std::vector<float>(40, 1));
  EXPECT_EQ(ObjectsOf(many).PrecisionOf(many).without.size(),
            evaluate::kGroups);
}

TEST(ExpectedObjects, AreNoneWhereNothingWasFound) {
  EXPECT_TRUE(ExpectedObjects().empty());
  EXPECT_TRUE(ObjectsOf(Boxes({0, 0})).empty());
  EXPECT_FALSE(ObjectsOf(Boxes({0, 1})).empty());
}

}  // namespace
}  // namespace octet::cli
