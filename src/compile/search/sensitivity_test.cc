#include "compile/search/sensitivity.h"

#include <gmock/gmock.h>

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "compile/search/search_testing.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Many values alike.
constexpr std::string_view kSpread = R"(graph "g"
input x f32[1,8,8,4]
const w f32[4,1,1,4]{1,1,2,-1, 1,2,-1,1, 1,-1,1,1, 2,-1,2,1}
a f32[1,8,8,4] = Conv(x, w, _) after=relu name=n1
b f32[1,8,8,4] = Conv(a, w, _) after=relu name=n2
c f32[1,8,8,4] = Conv(b, w, _) after=relu name=n3
d f32[1,8,8,4] = Conv(c, w, _) after=relu name=n4
e f32[1,8,8,4] = Conv(d, w, _) after=relu name=n5
f f32[1,8,8,4] = Conv(e, w, _) after=relu name=n6
g f32[1,8,8,4] = Conv(f, w, _) after=relu name=n7
h f32[1,8,8,4] = Conv(g, w, _) after=relu name=n8
i f32[1,8,8,4] = Conv(h, w, _) after=relu name=n9
output i
)";

Result<Sensitivity> Measure(const Calibrated& c,
                            const SensitivityOptions& options,
                            const SampleSource& samples) {
  return MeasureSensitivity(c.graph, c.plan, {}, samples, options);
}

Sensitivity MustMeasure(const Calibrated& c, SensitivityOptions options = {}) {
  const SeededSamples samples(c.graph, 6);
  Result<Sensitivity> result = Measure(c, options, samples);
  EXPECT_TRUE(result.ok()) << result.status().message();
  return *std::move(result);
}

void ExpectSame(const Sensitivity& a, const Sensitivity& b) {
  ASSERT_EQ(a.values.size(), b.values.size());
  for (size_t i = 0; i < a.values.size(); ++i) {
    EXPECT_EQ(a.values[i].name, b.values[i].name);
    EXPECT_EQ(a.values[i].alone.noise.mean, b.values[i].alone.noise.mean);
    EXPECT_EQ(a.values[i].alone.kl.error, b.values[i].alone.kl.error);
    EXPECT_EQ(a.values[i].predicted, b.values[i].predicted);
    EXPECT_EQ(a.values[i].gain.mean, b.values[i].gain.mean);
  }
  ASSERT_EQ(a.nodes.size(), b.nodes.size());
  for (size_t i = 0; i < a.nodes.size(); ++i) {
    EXPECT_EQ(a.nodes[i].name, b.nodes[i].name);
    EXPECT_EQ(a.nodes[i].alone.noise.mean, b.nodes[i].alone.noise.mean);
    EXPECT_EQ(a.nodes[i].gain.mean, b.nodes[i].gain.mean);
  }
  EXPECT_EQ(a.all.noise.mean, b.all.noise.mean);
  EXPECT_EQ(a.rank_correlation, b.rank_correlation);
}

TEST(Sensitivity, PutsAPlantedCulpritWithTwoReadersFirstByFar) {
  const Sensitivity result = MustMeasure(CalibratedFrom(kCulprit));
  const UnitSensitivity& first = result.values[0];
  EXPECT_EQ(first.name, "wide");
  EXPECT_THAT(first.readers, ElementsAre("left", "right"));
  EXPECT_EQ(result.damage, Damage::kSingle);
  EXPECT_GT(first.alone.noise.mean - 3 * first.alone.noise.error,
            3 * result.values[1].alone.noise.mean);
  EXPECT_EQ(first.predicted_rank, 1);
  // Measured the other way round too: everything but it in int8.
  ASSERT_TRUE(first.has_gain);
  EXPECT_GT(first.gain_db, 10);
  for (size_t i = 1; i < result.values.size(); ++i) {
    EXPECT_LT(result.values[i].gain_db, 1) << result.values[i].name;
  }
}

// One weight in each row of `bad` is far larger than the others, which are all
// that matters: the channel that it meets is zero.
constexpr std::string_view kWideWeights = R"(graph "g"
input x f32[1,8,8,4]
const w0 f32[4,1,1,4]{0,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1}
const w1 f32[4,1,1,4]{50,.3,.7,-.2, 50,.6,-.3,.2, 50,.1,.4,.3, 50,-.1,.2,.6}
const w2 f32[4,1,1,4]{1,1,2,-1, 1,2,-1,1, 1,1,1,1, 2,-1,2,1}
a f32[1,8,8,4] = Conv(x, w0, _) name=narrow
b f32[1,8,8,4] = Conv(a, w1, _) after=relu name=bad
c f32[1,8,8,4] = Conv(b, w2, _) after=relu name=last
output c
)";

TEST(Sensitivity, NamesTheNodeWhoseWeightsLose) {
  const Sensitivity result = MustMeasure(CalibratedFrom(kWideWeights));
  ASSERT_EQ(result.nodes.size(), 3u);
  const UnitSensitivity& first = result.nodes[0];
  EXPECT_EQ(first.name, "bad");
  EXPECT_EQ(first.rank, 1);
  EXPECT_GT(first.alone.noise.mean, 5 * result.nodes[1].alone.noise.mean);
  EXPECT_GT(first.alone.noise.mean, 3 * result.values[0].alone.noise.mean);
  ASSERT_TRUE(first.has_gain);
  EXPECT_GT(first.gain_db, 5);
}

TEST(Sensitivity, LeavesNodesOutWhereOnlyValuesAreAskedFor) {
  SensitivityOptions options;
  options.nodes = false;
  const Calibrated c = CalibratedFrom(kCulprit);
  const Sensitivity values = MustMeasure(c, options);
  const Sensitivity both = MustMeasure(c);
  EXPECT_TRUE(values.nodes.empty());
  EXPECT_EQ(both.nodes.size(), 5u);
  for (size_t i = 0; i < both.values.size(); ++i) {
    EXPECT_EQ(values.values[i].alone.noise.mean,
              both.values[i].alone.noise.mean);
  }
}

TEST(Sensitivity, TellsDamageThatIsSpreadFromASingleCulprit) {
  const Sensitivity result = MustMeasure(CalibratedFrom(kSpread));
  EXPECT_EQ(result.damage, Damage::kSpread);
  EXPECT_LT(result.top_share, 0.4);
  EXPECT_EQ(result.values.size(), 9u);  // the input too, not the output
}

TEST(Sensitivity, OfSingleValuesAddsUpToThatOfAll) {
  const Sensitivity result = MustMeasure(CalibratedFrom(kCulprit));
  double sum = 0;
  for (const UnitSensitivity& row : result.values) {
    sum += row.alone.noise.mean;
  }
  EXPECT_NEAR(sum / result.all.noise.mean, 1, 0.2);
}

TEST(Sensitivity, PredictsTheRankingOnOtherSamples) {
  const Sensitivity result = MustMeasure(CalibratedFrom(kSpread));
  EXPECT_GT(result.rank_correlation, 0.8);
  EXPECT_EQ(result.compared, 9);
}

TEST(Sensitivity, IsTheSameForAnyNumberOfThreads) {
  const Calibrated c = CalibratedFrom(kCulprit);
  SensitivityOptions one, three;
  one.threads = 1;
  three.threads = 3;
  ExpectSame(MustMeasure(c, one), MustMeasure(c, three));
}

TEST(Sensitivity, AsksHowManyAnswersChangedOnEverySample) {
  SensitivityOptions options;
  options.threads = 1;
  int64_t calls = 0;
  options.changed = [&](const std::vector<Tensor>& a,
                        const std::vector<Tensor>& b) -> Result<double> {
    EXPECT_EQ(a.size(), 2u);
    EXPECT_EQ(b[1].shape(), a[1].shape());
    ++calls;
    return 0.25;
  };
  const Sensitivity result = MustMeasure(CalibratedFrom(kCulprit), options);
  EXPECT_EQ(result.values[0].alone.changed.mean, 0.25);
  EXPECT_EQ(result.values[0].alone.changed.error, 0);
  EXPECT_EQ(result.all.changed.mean, 0.25);
  EXPECT_GT(calls, 2 * 6);
}

TEST(Sensitivity, MeasuresGainsOfTheWorstOnly) {
  SensitivityOptions options;
  options.gains = 2;
  const Sensitivity result = MustMeasure(CalibratedFrom(kSpread), options);
  EXPECT_TRUE(result.values[1].has_gain);
  EXPECT_FALSE(result.values[2].has_gain);
}

TEST(Sensitivity, PassesOverSamplesThatCannotBeRead) {
  const Calibrated c = CalibratedFrom(kCulprit);
  const auto result =
      Measure(c, {}, SeededSamples(c.graph, 4, /*unreadable=*/{0, 2}));
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(result->samples, 2);
  EXPECT_THAT(result->skipped, ElementsAre("sample0", "sample2"));
  const auto none = Measure(c, {}, SeededSamples(c.graph, 1, {0}));
  EXPECT_EQ(none.status().code(), Code::kBadInput);
  EXPECT_THAT(none.status().message(), HasSubstr("sample0: no such file"));
}

// By the metric the loss is not where the noise is.
class ByMetric : public testing::Test {
 protected:
  ByMetric() : c_(CalibratedFrom(kCulprit)), samples_(c_.graph, 2) {
    options_.evaluated = 3;
    options_.gains = 0;
    options_.nodes = false;
    options_.accuracy = [this](const Engine& engine) -> Result<Accuracy> {
      ++evaluations_;
      Accuracy accuracy{.value = 0.9, .without = {0.9, 0.9}};
      for (const NodeNote& note : engine.notes()) {
        if (note.precision != "int8") continue;
        const double lost = note.node == "after_left" ? 0.05 : 0.001;
        accuracy.value -= lost;
        accuracy.without[0] -= lost + 0.001;
        accuracy.without[1] -= lost - 0.001;
      }
      return accuracy;
    };
  }

  const Calibrated c_;
  const SeededSamples samples_;
  SensitivityOptions options_;
  int evaluations_ = 0;
};

TEST_F(ByMetric, RanksTheFirstValuesByWhatComesBack) {
  const auto result = Measure(c_, options_, samples_);
  ASSERT_TRUE(result.ok()) << result.status().message();
  EXPECT_EQ(evaluations_, 5);  // float, int8 and three values
  EXPECT_TRUE(result->has_metric);
  EXPECT_EQ(result->metric_of_float, 0.9);
  EXPECT_NEAR(result->metric_lost.mean, 0.054, 1e-9);
  EXPECT_NEAR(result->metric_lost.error, 0.005, 1e-9);
  EXPECT_EQ(result->values[0].name, "wide");
  for (const UnitSensitivity& row : result->values) {
    EXPECT_EQ(row.metric_rank > 0, row.rank <= 3) << row.name;
    if (row.name == "wide") {
      EXPECT_NEAR(row.metric_gain.mean, 0.002, 1e-9);
      EXPECT_NEAR(row.metric_gain.error, 0.002, 1e-9);
    }
    if (row.metric_rank == 1) {
      EXPECT_GE(row.metric_gain.mean, result->values[0].metric_gain.mean);
    }
  }
}

TEST_F(ByMetric, GoesOnAfterEveryEvaluation) {
  const std::string path = testing::TempDir() + "/metric.part";
  const auto whole = Measure(c_, options_, samples_);
  ASSERT_TRUE(whole.ok());
  evaluations_ = 0;
  options_.state_path = path;
  options_.resume = true;
  int stops = 0;
  Result<Sensitivity> result = Status(Code::kFailed, "");
  for (; !result.ok() && stops < 50; ++stops) {
    options_.stop = [left = 1]() mutable { return left-- <= 0; };
    result = Measure(c_, options_, samples_);
  }
  ASSERT_TRUE(result.ok());
  EXPECT_GE(stops, 5);
  EXPECT_EQ(evaluations_, 5);  // nothing twice
  for (size_t i = 0; i < whole->values.size(); ++i) {
    EXPECT_EQ(result->values[i].metric_gain.mean,
              whole->values[i].metric_gain.mean);
    EXPECT_EQ(result->values[i].metric_rank, whole->values[i].metric_rank);
  }
  options_.accuracy_of = "other labels";
  EXPECT_EQ(Measure(c_, options_, samples_).status().code(), Code::kBadInput);
  std::filesystem::remove(path);
}

TEST_F(ByMetric, PassesOnWhyItCannotBeEvaluated) {
  options_.accuracy = [](const Engine&) -> Result<Accuracy> {
    return Status(Code::kBadInput, "labels.json: damaged");
  };
  EXPECT_THAT(Measure(c_, options_, samples_).status().message(),
              HasSubstr("labels.json"));
}

class Resuming : public testing::Test {
 protected:
  ~Resuming() override { std::filesystem::remove(path_); }

  // Stops after `asked` questions whether to stop.
  SensitivityOptions StopAfter(int asked) {
    SensitivityOptions options;
    options.threads = 1;
    options.state_path = path_;
    options.resume = true;
    options.stop = [left = asked]() mutable { return left-- <= 0; };
    return options;
  }

  const std::string path_ = testing::TempDir() + "/sensitivity.part";
};

TEST_F(Resuming, GivesWhatAnUninterruptedRunGives) {
  const Calibrated c = CalibratedFrom(kCulprit);
  const SeededSamples samples(c.graph, 6);
  int stops = 0;
  Result<Sensitivity> result = Measure(c, StopAfter(1), samples);
  for (; !result.ok() && stops < 50; ++stops) {
    EXPECT_EQ(result.status().code(), Code::kFailed);
    EXPECT_THAT(result.status().message(), HasSubstr("--resume goes on"));
    result = Measure(c, StopAfter(1), samples);
  }
  ASSERT_TRUE(result.ok());
  EXPECT_GE(stops, 5);
  ExpectSame(*result, MustMeasure(c));
}

TEST_F(Resuming, StopsBetweenTheValuesOfTheFirstSample) {
  const Calibrated c = CalibratedFrom(kSpread);
  const SeededSamples samples(c.graph, 1);
  SensitivityOptions options = StopAfter(2);
  options.gains = 0;
  int64_t done = 0;
  options.progress = [&](std::string_view what, int64_t some, int64_t all) {
    EXPECT_EQ(what, "values and nodes");
    EXPECT_EQ(all, 18);
    EXPECT_GT(some, done);
    done = some;
  };
  for (int64_t most : {8, 16}) {  // of 9 values and 9 nodes, four at a time
    const auto result = Measure(c, options, samples);
    EXPECT_THAT(result.status().message(),
                HasSubstr(fmt::format("stopped after {} of 18", most)));
    EXPECT_EQ(done, most);
    options.stop = StopAfter(2).stop;
  }
}

TEST_F(Resuming, RefusesTheStateOfAnotherRun) {
  const Calibrated c = CalibratedFrom(kCulprit);
  const SeededSamples samples(c.graph, 6);
  ASSERT_FALSE(Measure(c, StopAfter(1), samples).ok());
  const auto other = Measure(c, StopAfter(1), SeededSamples(c.graph, 5));
  EXPECT_EQ(other.status().code(), Code::kBadInput);
  EXPECT_THAT(other.status().message(), HasSubstr("is of another model"));
}

TEST_F(Resuming, RefusesAFileThatIsNoState) {
  const Calibrated c = CalibratedFrom(kCulprit);
  const SeededSamples samples(c.graph, 6);
  for (const char* text :
       {"", "[]", "{\"octet\": \"sensitivity\"}", "{\"a\""}) {
    ASSERT_TRUE(WriteFileAtomically(path_, std::string_view(text)).ok());
    const auto result = Measure(c, StopAfter(100), samples);
    EXPECT_EQ(result.status().code(), Code::kBadInput) << text;
    EXPECT_THAT(result.status().message(), HasSubstr("delete it")) << text;
  }
}

}  // namespace
}  // namespace octet::compile
