#include "compile/calibrate/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <filesystem>

#include "compile/ir/testing/must_parse.h"

namespace octet::compile {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kNetwork = R"(graph "small"
input x f32[1,4,4,3]
const w f32[5,3,3,3]{seed=1}
const v f32[4,1,1,5]{seed=2}
a f32[1,4,4,5] = Conv(x, w, _) pads=[1,1,1,1] after=relu name=conv1
y f32[1,4,4,4] = Conv(a, v, _) name=conv2
output y
)";

// Samples in memory; an empty list of tensors is one that cannot be read.
class Samples : public SampleSource {
 public:
  explicit Samples(int64_t count, uint64_t seed = 0) {
    for (int64_t i = 0; i < count; ++i) {
      tensors_.push_back(
          MakeSeeded(DType::kF32, Shape{1, 4, 4, 3}, seed + uint64_t(i)));
      names_.push_back("sample " + std::to_string(i));
    }
  }
  int64_t size() const override { return int64_t(tensors_.size()); }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    ++reads_;
    if (unreadable.contains(i)) return Status(Code::kBadInput, "broken");
    return std::vector<Tensor>{tensors_[size_t(i)]};
  }
  std::string Name(int64_t i) const override { return names_[size_t(i)]; }

  std::span<float> operator[](int64_t i) {
    return tensors_[size_t(i)].as<float>();
  }
  void Rename(int64_t i, const std::string& name) { names_[size_t(i)] = name; }
  int64_t reads() const { return reads_; }
  std::set<int64_t> unreadable;

 private:
  std::vector<Tensor> tensors_;
  std::vector<std::string> names_;
  mutable std::atomic<int64_t> reads_ = 0;
};

Ranges MustCalibrate(const Samples& samples, CalibrateOptions options = {}) {
  Result<Ranges> ranges = Calibrate(MustParse(kNetwork), samples, options);
  EXPECT_TRUE(ranges.ok()) << ranges.status().message();
  return ranges.ok() ? *std::move(ranges) : Ranges();
}

std::string Refusal(const Samples& samples, const CalibrateOptions& options,
                    Code code, std::string_view network = kNetwork) {
  const Result<Ranges> ranges = Calibrate(MustParse(network), samples, options);
  EXPECT_EQ(ranges.status().code(), code) << ranges.status().message();
  return ranges.status().message();
}

CalibrateOptions ShardOf(int shard, int shards) {
  CalibrateOptions options;
  options.shard = shard;
  options.shards = shards;
  return options;
}

// --- samples of no use ---

TEST(CalibrateSamples, ThatAreNotNumbersAreSkippedAndNamed) {
  Samples samples(60);
  for (float& x : samples[3]) x = INFINITY;
  for (float& x : samples[8]) x = -INFINITY;
  samples[17][5] = NAN;
  const Ranges ranges = MustCalibrate(samples);
  EXPECT_EQ(ranges.samples, 57u);
  EXPECT_EQ(ranges.skipped,
            (std::vector<std::string>{"sample 17", "sample 3", "sample 8"}));
  for (const ValueRange& value : ranges.values) {
    EXPECT_EQ(value.histogram.non_finite(), 0u) << value.name;
  }
}

TEST(CalibrateSamples, WithAnInfinityAmongNumbersAreUsed) {
  Samples samples(20);
  samples[3][0] = INFINITY;  // e.g. a mask
  const Ranges ranges = MustCalibrate(samples);
  EXPECT_EQ(ranges.samples, 20u);
  EXPECT_EQ(ranges.Find("x")->histogram.non_finite(), 1u);
  EXPECT_TRUE(std::isfinite(ranges.Find("x")->channel_high[0]));
}

TEST(CalibrateSamples, OfNoUseEndTheRunBeyondFivePercent) {
  Samples samples(20);
  samples[0][0] = NAN;
  EXPECT_EQ(MustCalibrate(samples).samples, 19u);  // 5 % may be
  samples.unreadable = {7};
  EXPECT_THAT(Refusal(samples, {}, Code::kBadInput),
              AllOf(HasSubstr("2 of 20 samples"), HasSubstr("at most 5 %"),
                    HasSubstr("sample 0"), HasSubstr("sample 7"),
                    Not(HasSubstr("sample 1"))));
}

TEST(CalibrateSamples, AreCountedOnceWhereTheyAreListedTwice) {
  Samples samples(40);
  samples[4][0] = samples[9][0] = samples[11][0] = NAN;
  EXPECT_THAT(Refusal(samples, {}, Code::kBadInput), HasSubstr("3 of 40"));
  samples.Rename(9, "sample 4");
  samples.Rename(11, "sample 4");
  const Ranges ranges = MustCalibrate(samples);
  EXPECT_EQ(ranges.skipped, std::vector<std::string>{"sample 4"});
  Ranges joined = MustCalibrate(samples, ShardOf(1, 2));
  ASSERT_TRUE(Merge(joined, MustCalibrate(samples, ShardOf(2, 2))).ok());
  EXPECT_TRUE(joined == ranges) << "one and two of them are in the shards";
}

TEST(CalibrateSamples, AreNamedUpToTen) {
  Samples samples(40);
  for (int64_t i = 0; i < 40; ++i) samples.unreadable.insert(i);
  EXPECT_THAT(Refusal(samples, {}, Code::kBadInput),
              AllOf(HasSubstr("40 of 40"), HasSubstr("\n  ..."),
                    HasSubstr("the first: broken")));
}

TEST(CalibrateSamples, MustBeThere) {
  EXPECT_THAT(Refusal(Samples(0), {}, Code::kBadInput),
              HasSubstr("no samples"));
}

// --- shards ---

TEST(CalibrateShards, SayWhichSamplesTheyHaveSeen) {
  const Samples samples(5);
  const Ranges part = MustCalibrate(samples, ShardOf(2, 3));
  ASSERT_EQ(part.shards.size(), 1u);
  const std::vector<uint64_t>& seen = part.shards[0].samples;
  EXPECT_EQ(part.shards[0], (Shard{5, 3, 2, seen}));
  ASSERT_EQ(seen.size(), 2u);
  EXPECT_EQ(seen[0] + seen[1], part.fingerprint);
  EXPECT_EQ(part.samples, 2u);
}

TEST(CalibrateShards, MergedInAnyOrderAreTheWholeToTheByte) {
  Samples samples(23);
  samples[4][0] = INFINITY;
  samples[11][7] = -INFINITY;
  const auto whole = SerializeRanges({MustCalibrate(samples), {}});
  for (const int shards : {1, 2, 7}) {
    std::vector<Ranges> parts;
    for (int i = 1; i <= shards; ++i) {
      parts.push_back(MustCalibrate(samples, ShardOf(i, shards)));
    }
    for (int turn = 0; turn < 3; ++turn) {
      Ranges joined = parts[0];
      for (size_t i = 1; i < parts.size(); ++i) {
        const Status merged = Merge(joined, parts[i]);
        ASSERT_TRUE(merged.ok()) << merged.message();
      }
      EXPECT_EQ(SerializeRanges({joined, {}}), whole) << shards;
      std::ranges::rotate(parts, parts.begin() + int(parts.size()) / 2);
      std::ranges::reverse(parts);
    }
  }
}

TEST(CalibrateShards, DoNotGoInTwice) {
  const Samples samples(6);
  const Ranges whole = MustCalibrate(samples);
  const Ranges part = MustCalibrate(samples, ShardOf(1, 2));
  for (const Ranges* again : {&whole, &part}) {
    Ranges joined = *again;
    EXPECT_THAT(Merge(joined, *again).message(), HasSubstr("twice"));
    EXPECT_TRUE(joined == *again) << "changed by an error";
  }
  Ranges joined = whole;
  EXPECT_EQ(Merge(joined, part).code(), Code::kBadInput);
}

TEST(CalibrateShards, ThereAreNotMoreThanSamples) {
  EXPECT_EQ(MustCalibrate(Samples(3), ShardOf(3, 3)).samples, 1u);
  EXPECT_THAT(Refusal(Samples(3), ShardOf(1, 4), Code::kUsage),
              AllOf(HasSubstr("--shard 1/4"), HasSubstr("3 samples")));
  const int most = std::numeric_limits<int>::max();
  Refusal(Samples(3), ShardOf(most, most), Code::kUsage);
}

TEST(CalibrateShards, CountFromOneToTheirNumber) {
  Refusal(Samples(3), ShardOf(0, 2), Code::kUsage);
  Refusal(Samples(3), ShardOf(3, 2), Code::kUsage);
  CalibrateOptions ordered = ShardOf(1, 2);
  ordered.ordered = true;
  EXPECT_THAT(Refusal(Samples(3), ordered, Code::kUsage),
              HasSubstr("order of the samples"));
}

// --- stopping and resuming ---

// A run of 40 samples that ends after its first batch.
class Resume : public testing::Test {
 protected:
  Resume() : samples_(40) {
    options_.threads = 2;
    options_.partial_path =
        testing::TempDir() + "/" +
        testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove(options_.partial_path);
  }
  ~Resume() override { std::filesystem::remove(options_.partial_path); }

  void StopEarly() {
    options_.stop = [] { return true; };
    EXPECT_THAT(Refusal(samples_, options_, Code::kFailed),
                AllOf(HasSubstr("of 40 samples"), HasSubstr("--resume")));
    options_.stop = nullptr;
    options_.resume = true;
  }
  std::string ResumeRefusal(const Samples& samples,
                            std::string_view network = kNetwork) {
    const std::string message =
        Refusal(samples, options_, Code::kBadInput, network);
    EXPECT_THAT(message, AllOf(HasSubstr(options_.partial_path),
                               HasSubstr("delete the file")));
    return message;
  }

  Samples samples_;
  CalibrateOptions options_;
};

TEST_F(Resume, EndsInTheSameBytesAndLeavesNoPartialFile) {
  StopEarly();
  const int64_t before = samples_.reads();
  int64_t first_done = 0;
  options_.progress = [&](int64_t done, int64_t) {
    if (first_done == 0) first_done = done;
  };
  const Ranges resumed = MustCalibrate(samples_, options_);
  EXPECT_TRUE(resumed == MustCalibrate(samples_));
  EXPECT_GT(first_done, 1) << "began from the beginning";
  EXPECT_GT(samples_.reads(), before);
  EXPECT_FALSE(std::filesystem::exists(options_.partial_path));
}

TEST_F(Resume, GoesOnWithAnyNumberOfThreads) {
  StopEarly();
  options_.threads = 1;
  EXPECT_TRUE(MustCalibrate(samples_, options_) == MustCalibrate(samples_));
}

TEST_F(Resume, KeepsTheSkippedSamples) {
  samples_.unreadable = {1, 39};
  StopEarly();
  EXPECT_EQ(MustCalibrate(samples_, options_).skipped,
            (std::vector<std::string>{"sample 1", "sample 39"}));
}

TEST_F(Resume, WithoutAPartialFileBeginsAnew) {
  options_.resume = true;
  EXPECT_EQ(MustCalibrate(samples_, options_).samples, 40u);
}

TEST_F(Resume, RefusesOtherSamplesOfTheSameNumberAndNamesTheFirst) {
  StopEarly();
  EXPECT_THAT(ResumeRefusal(Samples(40, 1000)),
              HasSubstr("sample 0 is not the sample that it was"));
  samples_[5][0] += 1;
  EXPECT_THAT(ResumeRefusal(samples_), HasSubstr("sample 5 is not"));
}

TEST_F(Resume, RefusesASampleThatHasBecomeUnreadable) {
  StopEarly();
  samples_.unreadable = {2};
  EXPECT_THAT(ResumeRefusal(samples_), HasSubstr("sample 2 is not"));
}

TEST_F(Resume, RefusesAnotherNumberOfSamples) {
  StopEarly();
  EXPECT_THAT(ResumeRefusal(Samples(41)),
              HasSubstr("of 40 samples, there are now 41"));
}

TEST_F(Resume, RefusesAnotherShard) {
  StopEarly();
  options_.shard = 2;
  options_.shards = 3;
  EXPECT_THAT(ResumeRefusal(samples_),
              HasSubstr("of shard 1/1, this run of 2/3"));
}

TEST_F(Resume, RefusesAnotherPreprocessing) {
  StopEarly();
  options_.preprocess = "resize = \"none\"\n";
  EXPECT_THAT(ResumeRefusal(samples_), HasSubstr("preprocessing"));
}

TEST_F(Resume, RefusesAnotherModel) {
  StopEarly();
  std::string other(kNetwork);
  other.replace(other.find("seed=2"), 6, "seed=3");
  EXPECT_THAT(ResumeRefusal(samples_, other), HasSubstr("different models"));
}

TEST_F(Resume, RefusesAnotherKindOfRun) {
  StopEarly();
  options_.ordered = true;
  EXPECT_THAT(ResumeRefusal(samples_), HasSubstr("no moving averages"));
}

TEST_F(Resume, GoesOnWithAMovingAverage) {
  options_.ordered = true;
  StopEarly();
  const Ranges resumed = MustCalibrate(samples_, options_);
  CalibrateOptions whole;
  whole.ordered = true;
  EXPECT_TRUE(resumed == MustCalibrate(samples_, whole));
  EXPECT_NE(resumed.Find("a")->moving_high, 0);
}

TEST_F(Resume, RefusesADamagedPartialFile) {
  StopEarly();
  std::filesystem::resize_file(options_.partial_path, 100);
  EXPECT_THAT(Refusal(samples_, options_, Code::kDamaged),
              HasSubstr(options_.partial_path));
}

// --- what is observed ---

TEST(ObservedValues, AreInputsAndWhatNodesComputeAndJoin) {
  const Graph graph = MustParse(R"(graph "g"
input x f32[1,4,4,2]
input n s32[3]
const w f32[2,1,1,2]{seed=1}
a f32[1,4,4,2] = Conv(x, w, _) name=conv
t f32[1,2,4,4] = Transpose(a) perm=[0,3,1,2] name=turn
c f32[1,4,4,4] = Concat(a, x) axis=3 name=cat
output t
output c
)");
  std::vector<std::string> names;
  for (ValueId v : ObservedValues(graph)) {
    names.push_back(graph.values[size_t(v)].name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"x", "a", "c"}));
}

}  // namespace
}  // namespace octet::compile
