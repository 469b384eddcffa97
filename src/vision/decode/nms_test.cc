#include "vision/decode/nms.h"

#include <cmath>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::vision {
namespace {

Candidate At(double x, float score, int class_index = 0) {
  return {{x, 0, x + 10, 10}, class_index, score};
}

std::vector<float> ScoresOf(const std::vector<Candidate>& candidates) {
  std::vector<float> scores;
  for (const Candidate& c : candidates) scores.push_back(c.score);
  return scores;
}

using testing::ElementsAre;

TEST(Suppress, KeepsTheBestOfOverlappingBoxes) {
  const auto kept = Suppress({At(0, 0.5f), At(1, 0.9f), At(50, 0.3f)}, 0.5, 10);
  EXPECT_THAT(ScoresOf(kept), ElementsAre(0.9f, 0.3f));
}

TEST(Suppress, KeepsABoxThatOnlyASuppressedOneOverlaps) {
  // Each overlaps the next by a half, i.e. a third of the union.
  const auto kept = Suppress({At(0, 0.9f), At(5, 0.8f), At(10, 0.7f)}, 0.3, 10);
  EXPECT_THAT(ScoresOf(kept), ElementsAre(0.9f, 0.7f));
}

TEST(Suppress, KeepsABoxAtExactlyTheThreshold) {
  // 10 x 10 in 20 x 10: intersection over union 0.5.
  const Candidate large = {{0, 0, 20, 10}, 0, 0.9f};
  EXPECT_EQ(Suppress({large, At(0, 0.8f)}, 0.5, 10).size(), 2u);
  EXPECT_EQ(Suppress({large, At(0, 0.8f)}, 0.4999, 10).size(), 1u);
}

TEST(Suppress, TreatsClassesApart) {
  const auto kept = Suppress({At(0, 0.5f, 1), At(0, 0.9f, 0)}, 0.5, 10);
  EXPECT_EQ(kept.size(), 2u);
}

TEST(Suppress, OrdersEqualScoresByClassThenByPlace) {
  const auto kept =
      Suppress({At(50, 0.5f, 1), At(0, 0.5f, 0), At(100, 0.5f, 0)}, 0.5, 10);
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0].box.x0, 0);
  EXPECT_EQ(kept[1].box.x0, 100);
  EXPECT_EQ(kept[2].class_index, 1);
}

TEST(Suppress, HoldsToTheMostDetections) {
  std::vector<Candidate> many;
  for (int i = 0; i < 50; ++i) many.push_back(At(20 * i, float(i)));
  EXPECT_THAT(ScoresOf(Suppress(many, 0.5, 2)), ElementsAre(49.0f, 48.0f));
  EXPECT_TRUE(Suppress(many, 0.5, 0).empty());
}

TEST(Suppress, LooksAtABoundedNumberOfEachClass) {
  std::vector<Candidate> many;
  for (int i = 0; i < 1500; ++i) many.push_back(At(20 * i, 1.0f - i * 1e-4f));
  EXPECT_EQ(Suppress(many, 0.5, 5000).size(), kMaxCandidatesPerClass);
}

TEST(Suppress, DropsBoxesThatAreNotNumbers) {
  EXPECT_TRUE(Suppress({At(NAN, 0.5f), At(0, NAN)}, 0.5, 10).empty());
}

TEST(Suppress, CopesWithEmptyBoxesAndNothing) {
  EXPECT_TRUE(Suppress({}, 0.5, 10).empty());
  const Candidate point = {{5, 5, 5, 5}, 0, 0.5f};
  EXPECT_EQ(Suppress({point, point}, 0.5, 10).size(), 2u);
}

TEST(IntersectionOverUnion, IsTheSharedPart) {
  const Box box = {0, 0, 10, 10};
  EXPECT_EQ(IntersectionOverUnion(box, box), 1);
  EXPECT_EQ(IntersectionOverUnion(box, {10, 0, 20, 10}), 0);
  EXPECT_DOUBLE_EQ(IntersectionOverUnion(box, {5, 0, 15, 10}), 1.0 / 3);
  EXPECT_EQ(IntersectionOverUnion({1, 1, 1, 1}, {1, 1, 1, 1}), 0);
}

}  // namespace
}  // namespace octet::vision
