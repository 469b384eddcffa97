#include "doctor/feeding_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::HasSubstr;

// Twenty samples that say `nats` each, a little more or less.
FeedingTrial Trial(const std::string& name, double nats, double confidence,
                   double first_layer) {
  FeedingTrial trial;
  trial.feeding.name = name;
  for (int i = 0; i < 20; ++i) {
    trial.answers.of_sample.push_back(nats + 0.01 * (i % 3 - 1));
  }
  trial.answers.mean = nats;
  trial.answers.confidence = confidence;
  trial.first_layer = first_layer;
  return trial;
}

TEST(JudgeFeedings, AreSilentWhereTheCurrentOneIsAsGoodAsAny) {
  EXPECT_FALSE(
      JudgeFeedings({Trial("now", 2.1, 0.9, 1), Trial("other", 2.12, 0.95, 1),
                     Trial("worse", 0.3, 0.4, 200)},
                    true));
}

TEST(JudgeFeedings, NameTheOneThatSaysMost) {
  const auto finding =
      JudgeFeedings({Trial("now", 1.1, 0.6, 0.4), Trial("better", 1.9, 0.9, 1),
                     Trial("best", 2.1, 0.95, 1)},
                    true);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->kind, "preprocessing");
  EXPECT_EQ(finding->severity, Severity::kError);
  EXPECT_EQ(finding->names[0], "best");
  EXPECT_THAT(finding->evidence, HasSubstr("1.10 nats"));
}

TEST(JudgeFeedings, OfEqualsNameTheOneWithTheNormalizedFirstLayer) {
  const auto finding = JudgeFeedings(
      {Trial("now", 0.2, 0.6, 0.1), Trial("bytes", 2.12, 0.95, 300),
       Trial("unit", 2.1, 0.95, 1.2)},
      true);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->names[0], "unit");
}

TEST(JudgeFeedings, DoNotSwapColoursForNothing) {
  FeedingTrial swapped = Trial("BGR unit", 2.12, 0.95, 1.1);
  swapped.feeding.bgr = true;
  const auto finding = JudgeFeedings(
      {Trial("now", 0.2, 0.6, 0.1), swapped, Trial("unit", 2.1, 0.95, 1.2)},
      true);
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->names[0], "unit");
}

TEST(JudgeFeedings, SayWhenColoursAreSwapped) {
  FeedingTrial swapped = Trial("BGR", 2.1, 0.95, 1);
  swapped.feeding.bgr = true;
  const auto finding =
      JudgeFeedings({Trial("RGB", 1.9, 0.9, 1), swapped}, true);
  ASSERT_TRUE(finding);
  EXPECT_THAT(finding->found, HasSubstr("red and blue are swapped"));
  EXPECT_THAT(finding->advice, HasSubstr("color = \"BGR\""));
}

TEST(JudgeFeedings, DoNotTrustVariedAnswersFromAnOverdrivenNetwork) {
  // All samples are of one class: the right answers are sure and the same.
  // Overdriven, the network calls noise by many names.
  EXPECT_FALSE(JudgeFeedings(
      {Trial("now", 0.01, 0.99, 1), Trial("overdriven", 1.5, 0.99, 130)},
      true));
}

TEST(JudgeFeedings, LetAnOverdrivenNetworkBeRightOnlyIfMuchSurer) {
  // Without normalization a first layer may give large numbers and be right.
  EXPECT_FALSE(JudgeFeedings(
      {Trial("now", 0.1, 0.4, 0.2), Trial("bytes", 2, 0.55, 60)}, true));
  EXPECT_TRUE(JudgeFeedings(
      {Trial("now", 0.1, 0.2, 0.2), Trial("bytes", 3, 0.7, 60)}, true));
}

TEST(JudgeFeedings, LetSureAnswersThatAreAllTheSameBeWrong) {
  // Overdriven: one answer to everything.
  EXPECT_TRUE(JudgeFeedings(
      {Trial("overdriven", 0, 1, 130), Trial("right", 1.7, 0.94, 0.5)}, true));
}

TEST(JudgeFeedings, DoNotTakeAFewSamplesForAll) {
  // One sample of twenty gains two nats, the others nothing.
  FeedingTrial other = Trial("other", 1, 0.95, 1);
  other.answers.of_sample[4] += 2;
  EXPECT_FALSE(JudgeFeedings({Trial("now", 1, 0.6, 1), other}, true));
}

TEST(JudgeFeedings, WithoutAnswersGoByTheFirstLayerAndSaySo) {
  const auto of = [](const std::string& name, double first_layer) {
    FeedingTrial trial;
    trial.feeding.name = name;
    trial.first_layer = first_layer;
    return trial;
  };
  for (const double wrong : {130.0, 0.004}) {
    const auto finding =
        JudgeFeedings({of("now", wrong), of("far", 9), of("near", 0.5)}, true);
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->severity, Severity::kWarning);
    EXPECT_EQ(finding->names[0], "near");
    EXPECT_THAT(finding->evidence, HasSubstr("all there is to tell by"));
  }
  // Not far enough out; nothing better; no such layer.
  EXPECT_FALSE(JudgeFeedings({of("now", 20), of("other", 1)}, true));
  EXPECT_FALSE(JudgeFeedings({of("now", 130), of("other", 60)}, true));
  EXPECT_FALSE(JudgeFeedings({of("now", 0), of("other", 1)}, true));
}

}  // namespace
}  // namespace octet::doctor
