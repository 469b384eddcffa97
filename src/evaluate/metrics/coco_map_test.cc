#include "evaluate/metrics/coco_map.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "vision/testing/data.h"

namespace octet::evaluate {
namespace {

using nlohmann::json;

std::vector<double> StatsOf(const CocoScore& s) {
  return {s.ap,   s.ap50,  s.ap75,   s.ap_small, s.ap_medium, s.ap_large,
          s.ar_1, s.ar_10, s.ar_100, s.ar_small, s.ar_medium, s.ar_large};
}

std::vector<CocoDetection> DetectionsOf(const json& list) {
  std::vector<CocoDetection> detections;
  for (const json& d : list) {
    const auto box = d["bbox"].get<std::vector<double>>();
    detections.push_back({d["image_id"], d["category_id"], box[0], box[1],
                          box[2], box[3], d["score"]});
  }
  return detections;
}

CocoTruth TruthOf(const std::string& text) {
  Result<CocoTruth> truth =
      ParseCocoTruth(std::as_bytes(std::span(text.data(), text.size())), "t");
  EXPECT_TRUE(truth.ok()) << truth.status().message();
  return truth.ok() ? *std::move(truth) : CocoTruth();
}

class CocoGolden : public testing::TestWithParam<const char*> {};

TEST_P(CocoGolden, EqualsCocoEval) {
  const std::string path = vision::SourceDir() +
                           "/src/evaluate/metrics/testdata/" + GetParam() +
                           ".json";
  const Result<std::string> text = ReadTextFile(path, 1 << 22);
  ASSERT_TRUE(text.ok()) << text.status().message();
  const json golden = json::parse(*text);
  const CocoTruth truth = TruthOf(golden["truth"].dump());
  const Result<CocoMatches> matches =
      MatchDetections(truth, DetectionsOf(golden["detections"]));
  ASSERT_TRUE(matches.ok()) << matches.status().message();
  const CocoScore score = Score(*matches);
  const std::vector<double> stats = StatsOf(score);
  for (size_t i = 0; i < stats.size(); ++i) {
    EXPECT_NEAR(stats[i], golden["stats"][i].get<double>(), 1e-9) << i;
  }
  ASSERT_EQ(score.class_ap.size(), golden["classes"].size());
  for (size_t c = 0; c < score.class_ap.size(); ++c) {
    EXPECT_NEAR(score.class_ap[c], golden["classes"][c].get<double>(), 1e-9)
        << c;
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, CocoGolden,
                         testing::Values("plain", "ties", "all_equal_scores",
                                         "crowds", "sizes", "large_only",
                                         "more_than_100", "empty_class",
                                         "id_zero", "exact", "nothing_right"));

// One picture with one object of 10 x 10 at the origin.
CocoTruth OneObject() {
  CocoTruth truth;
  truth.images = {{1, "a.jpg", 100, 100}};
  truth.categories = {{1, "thing"}};
  truth.boxes = {{1, 1, 1, 0, 0, 10, 10, 100, false}};
  return truth;
}

CocoScore ScoreOf(const CocoTruth& truth,
                  const std::vector<CocoDetection>& detections) {
  const Result<CocoMatches> matches = MatchDetections(truth, detections);
  EXPECT_TRUE(matches.ok()) << matches.status().message();
  return Score(*matches);
}

TEST(CocoMap, IsOneForAPerfectDetector) {
  const CocoScore score = ScoreOf(OneObject(), {{1, 1, 0, 0, 10, 10, 0.5}});
  EXPECT_NEAR(score.ap, 1, 1e-12);
  EXPECT_NEAR(score.ap_small, 1, 1e-12);
  EXPECT_EQ(score.ap_large, -1);
  EXPECT_EQ(score.ar_1, 1);
}

TEST(CocoMap, IsZeroWithoutDetections) {
  const CocoScore score = ScoreOf(OneObject(), {});
  EXPECT_EQ(score.ap, 0);
  EXPECT_EQ(score.ar_100, 0);
}

TEST(CocoMap, IsUndefinedWithoutObjects) {
  CocoTruth truth = OneObject();
  truth.boxes.clear();
  EXPECT_EQ(ScoreOf(truth, {{1, 1, 0, 0, 10, 10, 0.5}}).ap, -1);
  EXPECT_EQ(ScoreOf(CocoTruth(), {}).ap, -1);
}

TEST(CocoMap, CountsASecondDetectionOfAnObjectAsWrong) {
  const CocoDetection right = {1, 1, 0, 0, 10, 10, 0.5};
  CocoDetection again = right;
  again.score = 0.9;
  CocoTruth truth = OneObject();
  EXPECT_NEAR(ScoreOf(truth, {right, again}).ap, 1, 1e-12);
  // Only if another object is found behind it does the wrong one matter.
  truth.boxes.push_back({2, 1, 1, 50, 50, 10, 10, 100, false});
  const CocoScore score =
      ScoreOf(truth, {again, right, {1, 1, 50, 50, 10, 10, 0.1}});
  EXPECT_NEAR(score.ap, (51 * 1 + 50 * (2.0 / 3)) / 101, 1e-12);
}

TEST(CocoMap, TakesTheThresholdItselfAsEnough) {
  // Half of the object: intersection over union is exactly .5.
  const CocoScore score = ScoreOf(OneObject(), {{1, 1, 0, 0, 10, 5, 0.5}});
  EXPECT_NEAR(score.ap50, 1, 1e-12);
  EXPECT_NEAR(score.ap, 0.1, 1e-12);
}

TEST(CocoMap, RefusesADetectionInAnUnknownPicture) {
  const CocoDetection detection = {77, 1, 0, 0, 1, 1, 0.5};
  EXPECT_EQ(
      MatchDetections(OneObject(), std::span(&detection, 1)).status().code(),
      Code::kBadInput);
}

TEST(CocoMap, SkipsUnknownCategoriesAndScoresThatAreNotNumbers) {
  const CocoScore score = ScoreOf(OneObject(), {{1, 9, 0, 0, 10, 10, 0.9},
                                                {1, 1, 0, 0, 10, 10, NAN},
                                                {1, 1, 0, 0, 10, 10, 0.1}});
  EXPECT_NEAR(score.ap, 1, 1e-12);
}

// Ten pictures with an object each, found in every second one.
CocoMatches HalfFound() {
  CocoTruth truth;
  truth.categories = {{1, "thing"}};
  std::vector<CocoDetection> detections;
  for (int64_t i = 1; i <= 10; ++i) {
    truth.images.push_back({i, "", 100, 100});
    truth.boxes.push_back({i, i, 1, 0, 0, 10, 10, 100, false});
    if (i % 2 == 0) detections.push_back({i, 1, 0, 0, 10, 10, 0.5});
  }
  return *MatchDetections(truth, detections);
}

TEST(BootstrapInterval, LiesAroundTheScoreAndRepeatsItself) {
  const CocoMatches matches = HalfFound();
  const double ap = Score(matches).ap;
  EXPECT_NEAR(ap, 51.0 / 101, 1e-9);
  const Interval interval = BootstrapInterval(matches, 200, 3);
  EXPECT_LT(interval.low, ap);
  EXPECT_GT(interval.high, ap);
  EXPECT_GE(interval.low, 0);
  EXPECT_LE(interval.high, 1);
  const Interval again = BootstrapInterval(matches, 200, 3);
  EXPECT_EQ(interval.low, again.low);
  EXPECT_EQ(interval.high, again.high);
}

TEST(PrecisionsWithoutEach, AreThoseOfTheOtherPictures) {
  const CocoMatches matches = HalfFound();
  const std::vector<double> without = PrecisionsWithoutEach(matches, false);
  ASSERT_EQ(int64_t(without.size()), std::min<int64_t>(16, matches.images));
  // Without a picture that was found the score is lower, else higher.
  const double ap = Score(matches).ap;
  const auto lower = std::ranges::count_if(
      without, [&](double one) { return one < ap - 1e-3; });
  const auto higher = std::ranges::count_if(
      without, [&](double one) { return one > ap + 1e-3; });
  EXPECT_EQ(lower, higher);
  EXPECT_EQ(size_t(lower + higher), without.size());
  EXPECT_TRUE(PrecisionsWithoutEach(CocoMatches(), true).empty());
}

TEST(BootstrapDifference, KnowsEqualResultsToBeEqual) {
  const CocoMatches matches = HalfFound();
  const Interval same = BootstrapDifference(matches, matches, false, 50, 3);
  EXPECT_EQ(same.low, 0);
  EXPECT_EQ(same.high, 0);
  // Nothing found: the difference is the score itself, draw by draw.
  CocoMatches nothing = matches;
  for (ClassMatches& of_class : nothing.matches[0]) {
    of_class.detections.clear();
  }
  const Interval all = BootstrapDifference(matches, nothing, false, 50, 3);
  const Interval score = BootstrapInterval(matches, 50, 3);
  EXPECT_EQ(all.low, score.low);
  EXPECT_EQ(all.high, score.high);
  EXPECT_NEAR(BootstrapDifference(nothing, matches, true, 50, 3).high,
              -BootstrapDifference(matches, nothing, true, 50, 3).low, 1e-12);
}

TEST(BootstrapInterval, IsEmptyWithoutPictures) {
  const Interval interval = BootstrapInterval(CocoMatches(), 10, 1);
  EXPECT_EQ(interval.high, 0);
}

}  // namespace
}  // namespace octet::evaluate
