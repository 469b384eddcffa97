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

// Pictures with one box each, of these scores; 0 stands for no box.
std::vector<std::vector<Detection>> Boxes(const std::vector<float>& scores) {
  std::vector<std::vector<Detection>> pictures;
  for (float score : scores) {
    pictures.emplace_back();
    if (score > 0) pictures.back().push_back({{10, 10, 50, 50}, 1, score});
  }
  return pictures;
}

DrawnTruth TruthOf(const std::vector<std::vector<Detection>>& pictures) {
  DrawnTruth truth;
  for (const auto& picture : pictures) truth.Add(picture);
  return truth;
}

TEST(DrawnTruth, IsCertainWhereTheFloatModelIs) {
  const auto pictures = Boxes({1, 1, 1, 1});
  EXPECT_EQ(*TruthOf(pictures).PrecisionOf(pictures), 1);
  EXPECT_LT(*TruthOf(pictures).PrecisionOf(Boxes({1, 1, 1, 0})), 0.8);
}

TEST(DrawnTruth, HasAsManyObjectsAsTheScoresSay) {
  const auto unsure = Boxes(std::vector<float>(64, 0.25f));
  const double precision = *TruthOf(unsure).PrecisionOf(unsure);
  EXPECT_NEAR(precision, 0.25, 0.08);
  EXPECT_EQ(precision, *TruthOf(unsure).PrecisionOf(unsure));
}

TEST(DrawnTruth, MissesASureObjectMoreThanAnUnsureOne) {
  const DrawnTruth truth = TruthOf(Boxes({0.9f, 0.9f, 0.9f, 0.1f, 0.1f}));
  const double all = *truth.PrecisionOf(Boxes({0.9f, 0.9f, 0.9f, 0.1f, 0.1f}));
  const double unsure = *truth.PrecisionOf(Boxes({0.9f, 0.9f, 0.9f, 0.1f, 0}));
  const double sure = *truth.PrecisionOf(Boxes({0.9f, 0.9f, 0, 0.1f, 0.1f}));
  EXPECT_GT(unsure, all - 0.1);
  EXPECT_LT(sure, all - 0.15);
}

TEST(DrawnTruth, IsEmptyWhereNothingWasFound) {
  EXPECT_TRUE(DrawnTruth().empty());
  EXPECT_TRUE(TruthOf(Boxes({0, 0})).empty());
  EXPECT_FALSE(TruthOf(Boxes({1})).empty());
}

}  // namespace
}  // namespace octet::cli
