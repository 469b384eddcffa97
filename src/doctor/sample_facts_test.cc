#include "doctor/sample_facts.h"

#include <cmath>

#include "base/error.h"
#include "doctor/testing/set_of_tensors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::doctor {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<SampleFacts> FactsOf(const SampleSource& samples) {
  auto facts = LookAtSamples(samples, 1, nullptr);
  EXPECT_TRUE(facts.ok()) << facts.status().message();
  return *std::move(facts);
}

Tensor Picture(float value) { return Filled(Shape({1, 3, 32, 32}), value); }

TEST(LookAtSamples, GivesEqualSamplesEqualContentsAndOthersOtherOnes) {
  Tensor other = Picture(0.5f);
  other.as<float>()[100] = 0.25f;
  const auto facts =
      FactsOf(SetOfTensors({Picture(0.5f), other, Picture(0.5f)}));
  EXPECT_EQ(facts[0].content, facts[2].content);
  EXPECT_NE(facts[0].content, facts[1].content);
}

TEST(LookAtSamples, AveragesCellsAlikeInBothLayouts) {
  Tensor planar(DType::kF32, Shape({1, 3, 32, 32}));
  Tensor interleaved(DType::kF32, Shape({1, 32, 32, 3}));
  for (size_t c = 0; c < 3; ++c) {
    for (size_t p = 0; p < 32 * 32; ++p) {
      const float x = float(c) + float(p % 32);
      planar.as<float>()[c * 32 * 32 + p] = x;
      interleaved.as<float>()[p * 3 + c] = x;
    }
  }
  const auto facts = FactsOf(SetOfTensors({planar, interleaved}));
  EXPECT_EQ(facts[0].thumbnail, facts[1].thumbnail);
  EXPECT_EQ(facts[0].thumbnail.size(), 3u * 16 * 16);
  EXPECT_FLOAT_EQ(facts[0].thumbnail[1], 2.5f);  // columns 2 and 3
  EXPECT_DOUBLE_EQ(facts[0].brightness, 16.5);
}

TEST(LookAtSamples, TakesPicturesSmallerThanTheGrid) {
  const auto facts = FactsOf(SetOfTensors({Filled(Shape({1, 1, 4, 4}), 2.0f)}));
  EXPECT_EQ(facts[0].thumbnail.size(), 16u);
  EXPECT_DOUBLE_EQ(facts[0].brightness, 2);
}

TEST(LookAtSamples, TakesAnythingElseForNoPicture) {
  const auto facts = FactsOf(SetOfTensors(
      {Filled(Shape({1, 64}), 1.0f), Filled(Shape({1, 8, 8, 5}), 1.0f)}));
  EXPECT_THAT(facts[0].thumbnail, IsEmpty());
  EXPECT_THAT(facts[1].thumbnail, IsEmpty());
}

TEST(FindUselessSamples, NamesEachKindApart) {
  Tensor nan = Ramp(Shape({1, 3, 32, 32}));
  nan.as<float>()[7] = NAN;
  SetOfTensors samples(
      {Ramp(Shape({1, 3, 32, 32})), Picture(0.5f), nan, Picture(0)});
  samples.Break(3);
  const auto findings = FindUselessSamples(FactsOf(samples));
  ASSERT_EQ(findings.size(), 3u);
  EXPECT_EQ(findings[0].kind, "unreadable");
  EXPECT_THAT(findings[0].names, ElementsAre("sample 3"));
  EXPECT_EQ(findings[1].kind, "non-finite");
  EXPECT_THAT(findings[1].names, ElementsAre("sample 2"));
  EXPECT_EQ(findings[1].severity, Severity::kError);
  EXPECT_EQ(findings[2].kind, "constant");
  EXPECT_THAT(findings[2].names, ElementsAre("sample 1"));
  EXPECT_THAT(findings[2].found, HasSubstr("1 of 4"));
}

TEST(FindUselessSamples, PassesOverOneBlankSampleInTwenty) {
  std::vector<Tensor> tensors(19, Ramp(Shape({1, 3, 32, 32})));
  tensors.push_back(Picture(0.5f));
  EXPECT_THAT(FindUselessSamples(FactsOf(SetOfTensors(tensors))), IsEmpty());
  tensors.pop_back();
  tensors[3] = Picture(0.5f);
  EXPECT_EQ(FindUselessSamples(FactsOf(SetOfTensors(tensors))).size(), 1u);
}

TEST(FindUselessSamples, DoesNotCallOneNumberOrIntegersConstant) {
  const auto facts = FactsOf(SetOfTensors(
      {Filled(Shape({1, 1}), 3.0f), Tensor(DType::kS64, Shape({1, 8}))}));
  EXPECT_THAT(FindUselessSamples(facts), IsEmpty());
}

TEST(FindUselessEvaluation, SpeaksOnlyWhereNoSampleIsUsable) {
  Tensor nan = Ramp(Shape({1, 3, 32, 32}));
  nan.as<float>()[7] = NAN;
  SetOfTensors samples({nan, Picture(0)});
  EXPECT_FALSE(FindUselessEvaluation(FactsOf(samples)).has_value());
  samples.Break(1);
  const auto finding = FindUselessEvaluation(FactsOf(samples));
  ASSERT_TRUE(finding.has_value());
  EXPECT_EQ(finding->severity, Severity::kError);
  EXPECT_THAT(finding->names, ElementsAre("sample 0", "sample 1"));
}

}  // namespace
}  // namespace octet::doctor
