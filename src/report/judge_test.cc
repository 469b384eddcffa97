#include "report/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/testing/example.h"

namespace octet::report {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(Judge, ByAgreementAsksForConfidenceNotForLuck) {
  struct {
    double value, low, high;
    Level level;
  } cases[] = {
      {0.99, 0.97, 0.999, Level::kFit},
      {0.975, 0.97, 0.98, Level::kFit},
      {1, 0.89, 1, Level::kLikely},
      {0.99, 0.96, 0.999, Level::kLikely},
      {0.989, 0.96, 0.999, Level::kDoubtful},
      {0.95, 0.90, 0.97, Level::kDoubtful},
      {0.95, 0.93, 0.969, Level::kUnfit},
      {0, 0, 0.1, Level::kUnfit},
  };
  for (const auto& c : cases) {
    Report report = Example();
    report.engines[1].agreement = Score{c.value, c.low, c.high, 400};
    EXPECT_EQ(Judge(report).level, c.level) << c.value << " from " << c.low;
  }
}

TEST(Judge, ByLabelsLooksAtTheFallOfTheMetric) {
  struct {
    double before, after, low, high;
    Level level;
  } cases[] = {
      {0.400, 0.410, 0.38, 0.44, Level::kFit},
      {0.400, 0.396, 0.395, 0.397, Level::kFit},
      {0.400, 0.390, 0.37, 0.41, Level::kLikely},
      {0.400, 0.390, 0.385, 0.395, Level::kDoubtful},
      {0.400, 0.360, 0.30, 0.45, Level::kUnfit},
  };
  for (const auto& c : cases) {
    Report report = Example();
    report.metric = "map50_95";
    report.engines[0].accuracy = Score{c.before, 0, 1, 300};
    report.engines[1].accuracy = Score{c.after, c.low, c.high, 300};
    const Judgement judgement = Judge(report);
    EXPECT_EQ(judgement.level, c.level) << c.after;
    EXPECT_THAT(judgement.headline, HasSubstr("map50_95"));
    EXPECT_THAT(judgement.rule, HasSubstr("labelled"));
  }
}

TEST(Judge, OfTensorsIsNeverSure) {
  for (const auto& [db, level] :
       {std::pair(200.0, Level::kLikely), std::pair(30.0, Level::kLikely),
        std::pair(29.9, Level::kDoubtful), std::pair(20.0, Level::kDoubtful),
        std::pair(19.9, Level::kUnfit)}) {
    Report report = Example();
    report.answers = evaluate::AnswerKind::kTensors;
    report.engines[1].agreement.reset();
    report.engines[1].sqnr_db = db;
    EXPECT_EQ(Judge(report).level, level) << db;
  }
}

TEST(Judge, SaysWhatIsGainedAndWhatIsLost) {
  const Judgement judgement = Judge(Example());
  EXPECT_EQ(judgement.answer, "Fit to ship");
  EXPECT_EQ(judgement.headline,
            "99.0 % of its confident detections are those of float; it is "
            "2.00× as fast as fp32 and 4.0× smaller");
  ASSERT_EQ(judgement.reasons.size(), 2u);
  EXPECT_THAT(judgement.reasons[0],
              AllOf(HasSubstr("400"), HasSubstr("97.5 and 99.7 %")));
  EXPECT_THAT(judgement.reasons[1], AllOf(HasSubstr("4.00 ms against 8.00 ms"),
                                          HasSubstr("1 thread)")));
}

TEST(Judge, DoesNotCallASlowerEngineFaster) {
  Report report = Example();
  report.engines[1].speed->p50_ms = 16;
  const Judgement judgement = Judge(report);
  EXPECT_THAT(judgement.headline, HasSubstr("0.50× as fast"));
  EXPECT_THAT(judgement.reasons[1], HasSubstr("Not faster"));
}

TEST(Judge, WarnsOfTimesThatWereDisturbed) {
  Report report = Example();
  report.engines[1].speed->min_ms = report.engines[1].speed->p50_ms / 1.29;
  EXPECT_EQ(Judge(report).reasons.size(), 2u);
  report.engines[1].speed->min_ms = report.engines[1].speed->p50_ms / 1.31;
  const Judgement judgement = Judge(report);
  ASSERT_EQ(judgement.reasons.size(), 3u);
  EXPECT_THAT(judgement.reasons[2],
              AllOf(HasSubstr("busy"), HasSubstr("int8 took 3.05 ms")));
}

TEST(Judge, DoesNotRoundUpToAll) {
  Report report = Example();
  report.engines[1].agreement = Score{0.9999, 0.999, 1, 10000};
  EXPECT_THAT(Judge(report).headline,
              AllOf(HasSubstr("more than 99.9 %"), Not(HasSubstr("100"))));
}

TEST(Judge, SaysWhatASearchCameTo) {
  Report report = Example();
  report.search = "fell back to bf16";
  EXPECT_THAT(Judge(report).reasons.back(), HasSubstr("fell back to bf16."));
}

TEST(Judge, WithoutAnswersOrComparisonSaysWhatToDo) {
  Report report = Example();
  report.engines[1].agreement = Score{1, 0, 1, 0};
  EXPECT_EQ(Judge(report).level, Level::kUnmeasured);
  EXPECT_THAT(Judge(report).reasons[0], HasSubstr("give samples"));
  report.engines.resize(1);
  EXPECT_EQ(Judge(report).level, Level::kUnmeasured);
  EXPECT_THAT(Judge(report).reasons[0], HasSubstr("--calib"));
  EXPECT_EQ(Judge(Report()).answer, "Not measured");
}

}  // namespace
}  // namespace octet::report
