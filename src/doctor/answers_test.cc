#include "doctor/answers.h"

#include <cmath>

#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

Tensor Row(std::vector<float> numbers) {
  Tensor tensor(DType::kF32, Shape({1, int64_t(numbers.size())}));
  std::ranges::copy(numbers, tensor.as<float>().begin());
  return tensor;
}

Chances Read(std::vector<float> numbers) {
  const auto reader = AnswerReader::Create({Shape({1, 3})}, std::nullopt);
  EXPECT_TRUE(reader);
  const auto chances = reader->Read({Row(std::move(numbers))});
  EXPECT_TRUE(chances.ok());
  return *chances;
}

TEST(AnswerReader, TakesProbabilitiesAsTheyAreAndScoresThroughSoftmax) {
  EXPECT_EQ(Read({0.25f, 0.25f, 0.5f}).of_class[2], 0.5);
  const Chances chances = Read({1000, 1000, 1000 + float(std::log(2.0))});
  EXPECT_NEAR(chances.of_class[0], 0.25, 1e-4);
  EXPECT_NEAR(chances.of_class[2], 0.5, 1e-4);
}

TEST(AnswerReader, ReadsBytesAsTheirNumbers) {
  Tensor votes(DType::kU8, Shape({1, 3}));
  votes.as<uint8_t>()[1] = votes.as<uint8_t>()[2] = 200;
  const auto reader = AnswerReader::Create({Shape({1, 3})}, std::nullopt);
  const auto chances = reader->Read({votes});
  ASSERT_TRUE(chances.ok());
  EXPECT_NEAR(chances->of_class[0], 0, 1e-12);
  EXPECT_NEAR(chances->of_class[2], 0.5, 1e-12);
}

TEST(AnswerReader, KnowsWhatIsNoAnswer) {
  using Shapes = std::vector<Shape>;
  for (const Shapes& shapes :
       {Shapes{}, Shapes{Shape({1, 1})}, Shapes{Shape({1, 8, 8, 2})},
        Shapes{Shape({1, 4}), Shape({1, 4})}}) {
    EXPECT_FALSE(AnswerReader::Create(shapes, std::nullopt));
  }
  EXPECT_TRUE(AnswerReader::Create({Shape({1, 10, 1, 1})}, std::nullopt));
}

std::vector<Chances> Answers(const std::vector<std::vector<double>>& rows) {
  std::vector<Chances> answers;
  for (const auto& row : rows) answers.push_back({row});
  return answers;
}

TEST(Measure, IsHighestForSureAndDifferentAnswers) {
  const double log2 = std::log(2.0);
  const auto sure = Measure(Answers({{1, 0}, {0, 1}}), false);
  EXPECT_NEAR(sure.mean, log2, 1e-9);
  EXPECT_EQ(sure.confidence, 1);
  const auto same = Measure(Answers({{1, 0}, {1, 0}}), false);
  EXPECT_NEAR(same.mean, 0, 1e-9);
  const auto unsure = Measure(Answers({{0.5, 0.5}, {0.5, 0.5}}), false);
  EXPECT_NEAR(unsure.mean, 0, 1e-9);
  EXPECT_EQ(unsure.confidence, 0.5);
}

TEST(Measure, CountsAbsentClassesOfDetectionsToo) {
  // A class is there in one picture of two, and nothing in the other.
  const auto found = Measure(Answers({{0, 1}, {}}), true);
  EXPECT_NEAR(found.mean, std::log(2.0), 1e-9);
  EXPECT_NEAR(Measure(Answers({{}, {}}), true).mean, 0, 1e-9);
}

TEST(Measure, IsTheMeanOverSamples) {
  const auto some =
      Measure(Answers({{0.9, 0.1}, {0.2, 0.8}, {0.5, 0.5}}), false);
  ASSERT_EQ(some.of_sample.size(), 3u);
  EXPECT_NEAR(some.mean,
              (some.of_sample[0] + some.of_sample[1] + some.of_sample[2]) / 3,
              1e-12);
}

}  // namespace
}  // namespace octet::doctor
