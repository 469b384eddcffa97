// Batches: the steps of one sample, run for each.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>

#include "engine/testing/every_step.h"
#include "runtime/batch_borders.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::TestProgram;
using testing::HasSubstr;

// The sample's elements, other ones for each.
Tensor Sample(const Tensor& pattern, int64_t i) {
  Tensor sample = pattern;
  std::rotate(sample.raw(), sample.raw() + i * 12 % sample.bytes(),
              sample.raw() + sample.bytes());
  return sample;
}

Tensor Joined(const std::vector<Tensor>& samples) {
  Shape shape = samples[0].shape();
  shape[0] *= int64_t(samples.size());
  Tensor whole(samples[0].dtype(), shape);
  for (size_t i = 0; i < samples.size(); ++i) {
    std::copy_n(samples[i].raw(), samples[i].bytes(),
                whole.raw() + int64_t(i) * samples[i].bytes());
  }
  return whole;
}

using Batch = std::vector<std::vector<Tensor>>;  // by sample
Batch BatchOf(const std::vector<Tensor>& pattern, int64_t samples) {
  Batch batch;
  for (int64_t i = 0; i < samples; ++i) {
    std::vector<Tensor>& sample = batch.emplace_back();
    for (const Tensor& input : pattern) sample.push_back(Sample(input, i));
  }
  return batch;
}
std::vector<Tensor> Joined(const Batch& batch) {
  std::vector<Tensor> whole;
  for (size_t k = 0; k < batch[0].size(); ++k) {
    std::vector<Tensor> one;
    for (const std::vector<Tensor>& sample : batch) one.push_back(sample[k]);
    whole.push_back(Joined(one));
  }
  return whole;
}

// What the program makes of each sample alone, put together.
std::vector<Tensor> Alone(TestProgram& program, const Batch& batch) {
  program.profile().batch = 1;
  Session session = SessionOf(program);
  Batch outputs;
  for (const std::vector<Tensor>& sample : batch) {
    outputs.push_back(RunOnce(session, sample));
  }
  return Joined(outputs);
}

void ExpectSame(const std::vector<Tensor>& found,
                const std::vector<Tensor>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_TRUE(SameBytes(found[i], expected[i])) << "output " << i;
  }
}

TEST(Batch, GivesWhatEachSampleGivesAlone) {
  TestProgram program = engine::EveryStep();
  for (int64_t samples : {2, 3, 7}) {
    const Batch batch = BatchOf(EveryStepInputs(), samples);
    const std::vector<Tensor> expected = Alone(program, batch);
    program.profile().batch = samples;
    for (int threads : {1, 2, 3, 4}) {
      SCOPED_TRACE(testing::Message() << samples << " on " << threads);
      Session session = SessionOf(program, {.threads = threads});
      const std::vector<Tensor> inputs = Joined(batch);
      ExpectSame(RunOnce(session, inputs), expected);
      ExpectSame(RunOnce(session, inputs), expected);
      // One by one, on all threads.
      session.SetTiming(true);
      ExpectSame(RunOnce(session, inputs), expected);
    }
  }
}

// y = x in two steps, the value between in memory of its own.
struct Chain {
  TestProgram program;
  int x, between, y;

  explicit Chain(int64_t batch) {
    x = program.Add("x", engine::DType::F32, {1, 64});
    between = program.Add("between", engine::DType::F32, {1, 64});
    y = program.Add("y", engine::DType::F32, {1, 64});
    program.AddCopy(x, between);
    program.AddCopy(between, y);
    program.Input(x);
    program.Output(y);
    program.profile().batch = batch;
  }
};

TEST(Batch, ShowsTheWholeBatch) {
  const Chain chain(5);
  const Session session = SessionOf(chain.program);
  EXPECT_EQ(session.inputs()[0].shape, (Shape{5, 64}));
  EXPECT_EQ(session.outputs()[0].shape, (Shape{5, 64}));
}

TEST(BatchBorders, AreUsedWhereTheyLieIfNothingLiesPartlyInside) {
  Chain chain(5);
  const BatchBorders apart(chain.program.profile());
  EXPECT_TRUE(apart.inputs()[0].direct);
  EXPECT_TRUE(apart.outputs()[0].direct);
  EXPECT_TRUE(apart.Touches(chain.program.profile(),
                            *chain.program.profile().steps[0]));
  EXPECT_EQ(apart.Find(chain.program.value(chain.between)), nullptr);

  // Inside is as good as beside; over the edge is not.
  (void)chain.program.AddChannels("half", chain.y, 32, 32);
  EXPECT_TRUE(BatchBorders(chain.program.profile()).outputs()[0].direct);
  chain.program.value(chain.between).offset += 64;
  const BatchBorders over(chain.program.profile());
  EXPECT_TRUE(over.inputs()[0].direct);
  EXPECT_FALSE(over.outputs()[0].direct);

  // Of another sample, its floats would lie between multiples of four.
  Chain odd(5);
  const int codes = odd.program.Add("codes", engine::DType::U8, {1, 65});
  odd.program.Output(codes);
  EXPECT_TRUE(BatchBorders(odd.program.profile()).outputs()[1].direct);
  const int reals = odd.program.AddAlias("reals", codes, {1, 16});
  odd.program.value(reals).dtype = engine::DType::F32;
  EXPECT_FALSE(BatchBorders(odd.program.profile()).outputs()[1].direct);

  // What reads an output might see the next sample's being written.
  Chain read(5);
  read.program.AddCopy(read.y, read.between);
  EXPECT_FALSE(BatchBorders(read.program.profile()).outputs()[0].direct);
  Chain written(5);
  written.program.AddCopy(written.between, written.x);
  EXPECT_FALSE(BatchBorders(written.program.profile()).inputs()[0].direct);

  // Too many addresses to bind.
  Chain many(1 << 16);
  EXPECT_FALSE(BatchBorders(many.program.profile()).inputs()[0].direct);
}

TEST(Batch, CopiesWhatIsNotUsedWhereItLies) {
  // x -> a -> b -> y, and a lies over the edge of y.
  TestProgram program;
  const int x = program.Add("x", engine::DType::F32, {1, 64});
  const int b = program.Add("b", engine::DType::F32, {1, 64});
  const int y = program.Add("y", engine::DType::F32, {1, 64});
  const int a = program.Add("a", engine::DType::F32, {1, 64});
  program.value(a).offset -= 64;
  program.AddCopy(x, a);
  program.AddCopy(a, b);
  program.AddCopy(b, y);
  program.Input(x);
  program.Output(y);
  program.Output(y);
  program.Output(x);
  const Batch batch = BatchOf({PatternF32(Shape{1, 64})}, 6);
  const std::vector<Tensor> expected = Alone(program, batch);
  for (int64_t samples : {6, 1 << 16}) {
    program.profile().batch = samples;
    EXPECT_FALSE(BatchBorders(program.profile()).outputs()[0].direct);
  }
  program.profile().batch = 6;
  for (int threads : {1, 2}) {
    ExpectSame(RunOnce(program, Joined(batch), {.threads = threads}), expected);
  }
}

TEST(Batch, IsWatchedSampleBySample) {
  Chain chain(4);
  const Batch batch = BatchOf({PatternF32(Shape{1, 64})}, 4);
  const std::vector<Tensor> expected = Alone(chain.program, batch);
  chain.program.profile().batch = 4;
  Session session = SessionOf(chain.program, {.threads = 2});
  std::map<std::string, std::vector<Tensor>> seen;
  session.SetTap([&](int, const TensorView& view) {
    seen[std::string(view.name)].push_back(CopyDense(view));
  });
  (void)RunOnce(session, Joined(batch));
  for (const char* name : {"x", "between", "y"}) {
    ASSERT_EQ(seen[name].size(), 4u) << name;
  }
  EXPECT_TRUE(SameBytes(Joined(seen["x"]), Joined(batch)[0]));
  EXPECT_TRUE(SameBytes(Joined(seen["y"]), expected[0]));
  session.SetTap(nullptr);
  session.SetEdit([](int, const TensorView& view, std::byte* data) {
    if (view.name == "between") std::memset(data, 0, 64 * sizeof(float));
  });
  EXPECT_TRUE(SameBytes(RunOnce(session, Joined(batch))[0],
                        Tensor(octet::DType::kF32, Shape{4, 64})));
}

TEST(Batch, IsTimedAsOneRun) {
  Chain chain(4);
  chain.program.profile().steps[0]->macs = 10;
  Session session = SessionOf(chain.program, {.threads = 2});
  EXPECT_EQ(session.steps()[0].macs, 40u);
  session.SetTiming(true);
  const std::vector<Tensor> input = {PatternF32(Shape{4, 64})};
  for (int i = 0; i < 3; ++i) (void)RunOnce(session, input);
  EXPECT_EQ(session.times()[0].runs, 3);
  EXPECT_GE(session.times()[0].total_ns, 3 * session.times()[0].min_ns);
}

TEST(Batch, TakesMemoryForEachWorkerAndForTheWhole) {
  const Chain chain(4);
  const auto arena = int64_t(Chain(1).program.profile().arena_bytes);
  const Session one = SessionOf(chain.program, {.threads = 1});
  const Session two = SessionOf(chain.program, {.threads = 2});
  const Session many = SessionOf(chain.program, {.threads = 8});
  const int64_t whole = int64_t(sizeof(float)) * 2 * 4 * 64;
  EXPECT_GE(one.memory().session_bytes(), arena + whole);
  EXPECT_EQ(two.memory().arena_bytes - one.memory().arena_bytes, arena);
  // More workers than samples: they share each sample.
  EXPECT_EQ(many.memory().arena_bytes, one.memory().arena_bytes);
  SessionOptions little;
  little.max_bytes = one.memory().session_bytes() - 128;
  const auto session = Session::Create(EngineOf(chain.program), little);
  EXPECT_EQ(session.status().code(), Code::kFailed);
  EXPECT_THAT(session.status().message(), HasSubstr("the session needs"));
}

TEST(Batch, FailsWithTheFirstSampleThatDoes) {
  TestProgram program;
  engine::GatherT gather;
  const std::vector<float> table = {1, 2, 3};
  const int rows = program.Constant("table", table);
  program.value(rows).dims = {3, 1};
  program.value(rows).pixel_stride = 1;
  gather.x = rows;
  gather.indices = program.Add("index", engine::DType::S64, {1, 2});
  gather.y = program.Add("y", engine::DType::F32, {1, 2, 1});
  program.Input(gather.indices);
  program.Output(gather.y);
  program.AddStep(gather);
  program.profile().batch = 4;
  for (int threads : {1, 2, 8}) {
    Session session = SessionOf(program, {.threads = threads});
    const auto run = [&](const std::vector<int64_t>& index) {
      EXPECT_TRUE(
          session.SetInput(0, TensorOf(octet::DType::kS64, Shape{4, 2}, index))
              .ok());
      return session.Run();
    };
    const Status status = run({0, 1, 2, 0, 0, 77, 99, 0});
    EXPECT_EQ(status.code(), Code::kBadInput);
    EXPECT_THAT(status.message(), HasSubstr("sample 2 of the batch: 'index'"));
    EXPECT_TRUE(run({0, 1, 2, 0, 0, 1, 2, 0}).ok());
    EXPECT_EQ(Elements<float>(*session.GetOutput(0)),
              (std::vector<float>{1, 2, 3, 1, 1, 2, 3, 1}));
  }
}

TEST(Batch, RunsNoSingleSteps) {
  Session session = SessionOf(Chain(2).program);
  const Status status = session.RunSteps(std::vector<int>{0});
  EXPECT_EQ(status.code(), Code::kUsage);
}

}  // namespace
}  // namespace octet::runtime
