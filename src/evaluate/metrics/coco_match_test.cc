// Matching by hand: small scenes whose outcome follows from COCO's rules.
#include <algorithm>
#include <cmath>

#include "evaluate/metrics/coco_map.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace octet::evaluate {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

constexpr uint16_t kEveryStep = (1 << kIouSteps) - 1;
enum Range { kAll, kSmall, kMedium, kLarge };

struct Box {
  double x, y, width, height;
};

// Pictures 1 and 2 of a single class 1.
class Scene {
 public:
  Scene() {
    truth_.images = {{1, "a", 640, 640}, {2, "b", 640, 640}};
    truth_.categories = {{1, "thing"}};
  }
  Scene& Object(const Box& b, bool crowd = false, int64_t image = 1) {
    const int64_t id = int64_t(truth_.boxes.size()) + 1;
    truth_.boxes.push_back(
        {id, image, 1, b.x, b.y, b.width, b.height, b.width * b.height, crowd});
    return *this;
  }
  // An object that fills only a part of its box.
  Scene& Object(const Box& b, double area) {
    Object(b);
    truth_.boxes.back().area = area;
    return *this;
  }
  Scene& Found(const Box& b, double score, int64_t image = 1) {
    detections_.push_back({image, 1, b.x, b.y, b.width, b.height, score});
    return *this;
  }
  CocoMatches Match() const {
    auto matches = MatchDetections(truth_, detections_);
    EXPECT_TRUE(matches.ok()) << matches.status().message();
    return *std::move(matches);
  }
  // The matches of the class, for objects of one size.
  ClassMatches Match(Range range) const { return Match().matches[range][0]; }
  CocoScore Score() const { return evaluate::Score(Match()); }

 private:
  CocoTruth truth_;
  std::vector<CocoDetection> detections_;
};

int64_t Objects(const ClassMatches& matches) {
  int64_t count = 0;
  for (const ClassMatches::Objects& o : matches.objects) count += o.count;
  return count;
}

TEST(MatchDetections, IsRightAtEachStepUpToItsOverlap) {
  // A detection of the object's left part: the overlap is its share.
  for (int percent = 1; percent <= 100; ++percent) {
    const ClassMatches matches = Scene()
                                     .Object({0, 0, 100, 10})
                                     .Found({0, 0, double(percent), 10}, 0.5)
                                     .Match(kAll);
    ASSERT_THAT(matches.detections, SizeIs(1));
    int steps = 0;
    for (int t = 0; t < kIouSteps; ++t) steps += percent >= 50 + 5 * t;
    EXPECT_EQ(matches.detections[0].right, (1 << steps) - 1) << percent;
    EXPECT_EQ(matches.detections[0].ignored, 0);
  }
}

TEST(MatchDetections, GivesTheObjectToTheBetterScore) {
  const Box object = {0, 0, 10, 10};
  const ClassMatches matches = Scene()
                                   .Object(object)
                                   .Found({0, 0, 10, 10}, 0.3)
                                   .Found({0, 0, 10, 8}, 0.9)
                                   .Match(kAll);
  ASSERT_THAT(matches.detections, SizeIs(2));
  EXPECT_EQ(matches.detections[0].score, 0.9);
  // .8 is enough up to step .80; above it the other one gets the object.
  EXPECT_EQ(matches.detections[0].right, 0b0001111111);
  EXPECT_EQ(matches.detections[1].right, 0b1110000000);
}

TEST(MatchDetections, TakesTheObjectItOverlapsMost) {
  const ClassMatches matches = Scene()
                                   .Object({0, 0, 10, 8})
                                   .Object({0, 0, 10, 9})
                                   .Found({0, 0, 10, 10}, 0.9)
                                   .Found({0, 0, 10, 8}, 0.8)
                                   .Match(kAll);
  // The first takes the second object, so that the other one stays.
  EXPECT_EQ(matches.detections[0].right & 1, 1);
  EXPECT_EQ(matches.detections[1].right, kEveryStep);
}

TEST(MatchDetections, GivesEqualOverlapsToTheLaterObject) {
  // As COCOeval, which goes on while the overlap is not smaller. The first
  // detection covers the upper and the lower object, each by half.
  const ClassMatches matches = Scene()
                                   .Object({0, 0, 10, 5})
                                   .Object({0, 5, 10, 5})
                                   .Found({0, 0, 10, 10}, 0.9)
                                   .Found({0, 5, 10, 5}, 0.8)
                                   .Match(kAll);
  EXPECT_EQ(matches.detections[0].right, 1);
  EXPECT_EQ(matches.detections[1].right, kEveryStep & ~1);
}

TEST(MatchDetections, KeepsTheGivenOrderOfEqualScores) {
  const ClassMatches matches = Scene()
                                   .Object({0, 0, 10, 10})
                                   .Found({0, 0, 10, 6}, 0.5)
                                   .Found({0, 0, 10, 10}, 0.5)
                                   .Match(kAll);
  // The worse box came first and takes the object where it may.
  EXPECT_EQ(matches.detections[0].right, 0b0000000111);
  EXPECT_EQ(matches.detections[1].right, 0b1111111000);
}

TEST(MatchDetections, DoesNotMixPictures) {
  const ClassMatches matches = Scene()
                                   .Object({0, 0, 10, 10}, false, 1)
                                   .Found({0, 0, 10, 10}, 0.5, 2)
                                   .Match(kAll);
  EXPECT_EQ(matches.detections[0].right, 0);
  EXPECT_EQ(matches.detections[0].image, 1);
  ASSERT_THAT(matches.objects, SizeIs(1));
  EXPECT_EQ(matches.objects[0].image, 0);
}

TEST(MatchDetections, NumbersTheDetectionsOfEachPictureByScore) {
  const ClassMatches matches = Scene()
                                   .Found({0, 0, 1, 1}, 0.2, 1)
                                   .Found({0, 0, 1, 1}, 0.4, 2)
                                   .Found({0, 0, 1, 1}, 0.6, 1)
                                   .Match(kAll);
  ASSERT_THAT(matches.detections, SizeIs(3));
  EXPECT_EQ(matches.detections[0].place, 0);
  EXPECT_EQ(matches.detections[1].place, 0);
  EXPECT_EQ(matches.detections[2].place, 1);
}

TEST(MatchDetections, LooksAtTheBestHundredOfAPicture) {
  Scene scene;
  scene.Object({0, 0, 10, 10});
  for (int i = 0; i < 100; ++i) scene.Found({300, 300, 10, 10}, 0.9);
  scene.Found({0, 0, 10, 10}, 0.1);
  EXPECT_THAT(scene.Match(kAll).detections, SizeIs(100));
  EXPECT_EQ(scene.Score().ap, 0);
  // In another picture the count starts again.
  scene.Object({0, 0, 10, 10}, false, 2).Found({0, 0, 10, 10}, 0.1, 2);
  EXPECT_THAT(scene.Match(kAll).detections, SizeIs(101));
  EXPECT_GT(scene.Score().ap, 0);
}

TEST(MatchDetections, IgnoresAnyNumberInsideACrowd) {
  Scene scene;
  scene.Object({0, 0, 10, 10}).Object({100, 100, 200, 200}, true);
  scene.Found({0, 0, 10, 10}, 0.5);
  for (int i = 0; i < 20; ++i) {
    scene.Found({100 + 10.0 * i, 100, 10, 10}, 0.9);
  }
  const ClassMatches matches = scene.Match(kAll);
  EXPECT_EQ(Objects(matches), 1);
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(matches.detections[size_t(i)].ignored, kEveryStep) << i;
  }
  EXPECT_NEAR(scene.Score().ap, 1, 1e-12);
}

TEST(MatchDetections, MeasuresACrowdByTheDetectionAlone) {
  // Three fifths of the detection lie in the crowd: ignored up to .60.
  const ClassMatches matches = Scene()
                                   .Object({0, 0, 300, 300}, true)
                                   .Found({-4, 0, 10, 10}, 0.5)
                                   .Match(kAll);
  EXPECT_EQ(matches.detections[0].ignored, 0b0000000111);
}

TEST(MatchDetections, PrefersAnObjectToACrowd) {
  const Scene scene = Scene()
                          .Object({0, 0, 100, 100}, true)
                          .Object({0, 0, 20, 20})
                          .Found({0, 0, 20, 14}, 0.5);
  const ClassMatches matches = scene.Match(kAll);
  // At .70 and below the object is enough, though the crowd fits better.
  EXPECT_EQ(matches.detections[0].right & 0b11111, 0b11111);
  EXPECT_EQ(matches.detections[0].ignored & 0b11111, 0);
  EXPECT_EQ(matches.detections[0].ignored >> 5, 0b11111);
}

struct Sized {
  double side;
  std::vector<Range> ranges;
};

TEST(MatchDetections, SortsObjectsBySizeWithBothEdgesInBoth) {
  const Sized cases[] = {{31, {kAll, kSmall}},
                         {32, {kAll, kSmall, kMedium}},
                         {33, {kAll, kMedium}},
                         {96, {kAll, kMedium, kLarge}},
                         {97, {kAll, kLarge}}};
  for (const Sized& sized : cases) {
    const Box box = {0, 0, sized.side, sized.side};
    const CocoMatches matches = Scene().Object(box).Found(box, 0.5).Match();
    for (const Range range : {kAll, kSmall, kMedium, kLarge}) {
      const ClassMatches& found = matches.matches[range][0];
      const bool counts =
          std::ranges::find(sized.ranges, range) != sized.ranges.end();
      EXPECT_EQ(Objects(found), counts) << sized.side << " " << range;
      EXPECT_EQ(found.detections[0].ignored, counts ? 0 : kEveryStep)
          << sized.side << " " << range;
    }
  }
}

TEST(MatchDetections, GoesByTheAreaOfTheObjectNotOfItsBox) {
  // A box of 100 x 100 with a thin object of 500 pixels.
  const Scene scene =
      Scene().Object({0, 0, 100, 100}, 500.0).Found({0, 0, 100, 100}, 0.5);
  EXPECT_EQ(Objects(scene.Match(kSmall)), 1);
  EXPECT_EQ(Objects(scene.Match(kLarge)), 0);
  const CocoScore score = scene.Score();
  EXPECT_NEAR(score.ap_small, 1, 1e-12);
  EXPECT_EQ(score.ap_large, -1);
}

TEST(MatchDetections, IgnoresLooseDetectionsOfAnotherSize) {
  // Of what finds nothing, only boxes of the size in question are wrong.
  const Scene scene = Scene()
                          .Object({0, 0, 10, 10})
                          .Found({300, 300, 50, 50}, 0.9)
                          .Found({200, 200, 10, 10}, 0.8)
                          .Found({0, 0, 10, 10}, 0.7);
  const ClassMatches small = scene.Match(kSmall);
  EXPECT_EQ(small.detections[0].ignored, kEveryStep);
  EXPECT_EQ(small.detections[1].ignored, 0);
  const CocoScore score = scene.Score();
  EXPECT_NEAR(score.ap_small, 1.0 / 2, 1e-12);
  EXPECT_NEAR(score.ap, 1.0 / 3, 1e-12);
}

TEST(MatchDetections, FindsNothingInBoxesWithoutArea) {
  const CocoScore score = Scene()
                              .Object({5, 5, 0, 0})
                              .Found({5, 5, 0, 0}, 0.9)
                              .Found({0, 0, -3, 4}, 0.8)
                              .Score();
  EXPECT_EQ(score.ap, 0);
  EXPECT_FALSE(std::isnan(score.ap));
}

TEST(Score, LimitsRecallToTheBestOfEachPicture) {
  Scene scene;
  for (int i = 0; i < 20; ++i) {
    const Box box = {30.0 * i, 0, 10, 10};
    scene.Object(box).Found(box, 0.9 - 0.01 * i);
  }
  const CocoScore score = scene.Score();
  EXPECT_NEAR(score.ar_1, 1.0 / 20, 1e-12);
  EXPECT_NEAR(score.ar_10, 10.0 / 20, 1e-12);
  EXPECT_NEAR(score.ar_100, 1, 1e-12);
}

TEST(Score, AveragesOverStepsByHand) {
  // Found at .80 of overlap: right at seven of ten steps.
  const CocoScore score =
      Scene().Object({0, 0, 10, 10}).Found({0, 0, 10, 8}, 0.5).Score();
  EXPECT_NEAR(score.ap, 0.7, 1e-12);
  EXPECT_NEAR(score.ap50, 1, 1e-12);
  EXPECT_NEAR(score.ap75, 1, 1e-12);
  EXPECT_NEAR(score.ar_100, 0.7, 1e-12);
}

TEST(Score, TakesTheBestPrecisionAtEachRecallOrBeyond) {
  // Right, wrong, right, and one of four objects never: precision 1, 1/2,
  // 2/3, of which the second is lifted to 2/3 for recalls beyond 1/4.
  const CocoScore score = Scene()
                              .Object({0, 0, 10, 10})
                              .Object({100, 0, 10, 10})
                              .Object({200, 0, 10, 10})
                              .Object({300, 0, 10, 10})
                              .Found({0, 0, 10, 10}, 0.9)
                              .Found({0, 300, 10, 10}, 0.8)
                              .Found({100, 0, 10, 10}, 0.7)
                              .Score();
  // Recall 0 to .25 are 26 points, .26 to .50 another 25.
  EXPECT_NEAR(score.ap, (26 * 1 + 25 * (2.0 / 3)) / 101, 1e-12);
  EXPECT_NEAR(score.ar_100, 0.5, 1e-12);
}

TEST(Score, AveragesOverClassesThatHaveObjects) {
  CocoTruth truth;
  truth.images = {{1, "a", 100, 100}};
  truth.categories = {{1, "found"}, {2, "missed"}, {3, "absent"}};
  truth.boxes = {{1, 1, 1, 0, 0, 10, 10, 100, false},
                 {2, 1, 2, 50, 50, 10, 10, 100, false}};
  const CocoDetection detections[] = {{1, 1, 0, 0, 10, 10, 0.9},
                                      {1, 3, 0, 0, 10, 10, 0.9}};
  const CocoScore score = evaluate::Score(*MatchDetections(truth, detections));
  EXPECT_NEAR(score.ap, 0.5, 1e-12);
  EXPECT_THAT(score.class_ap,
              ElementsAre(testing::DoubleNear(1, 1e-12), 0, -1));
}

}  // namespace
}  // namespace octet::evaluate
