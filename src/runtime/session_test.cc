#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <set>
#include <thread>

#include "base/cpu.h"
#include "engine/engine_file.h"
#include "engine/packed_size.h"
#include "engine/testing/every_step.h"
#include "runtime/testing/run_program.h"

namespace octet::runtime {
namespace {

using engine::TestProgram;
using testing::ElementsAre;
using testing::HasSubstr;

// Large enough to be cut into many parts: a u8 3x3 convolution, its
// dequantized result through a float convolution, and a softmax.
TestProgram LargeProgram() {
  constexpr int64_t kSide = 40, kChannels = 64;
  const engine::Window window(3, 3, 1, 1, 1, 1, 1, 1);
  const std::vector<int64_t> dims = {1, kSide, kSide, kChannels};
  TestProgram p;
  engine::ConvU8T conv;
  conv.x = p.AddU8("x", dims, {0.5f}, {100});
  conv.y = p.AddU8("y", dims, {0.01f}, {100});
  conv.window = std::make_unique<engine::Window>(window);
  std::vector<int8_t> weight(
      size_t(*engine::PackedConvU8Size(kChannels, kChannels, 1, window, 1)));
  for (size_t i = 0; i < weight.size(); ++i)
    weight[i] = int8_t(i * 31 % 11) - 5;
  conv.weight = p.Constant("w", weight);
  conv.epilogue = engine::ClampEpilogue(p, kChannels, 16, 0.001f, 100);
  engine::DequantizeT real;
  real.x = conv.y;
  real.y = p.Add("real", engine::DType::F32, dims);
  engine::ConvF32T mixed;
  mixed.x = real.y;
  mixed.y = p.Add("mixed", engine::DType::F32, dims);
  engine::SoftmaxT softmax;
  softmax.x = mixed.y;
  softmax.y = p.Add("softmax", engine::DType::F32, dims);
  softmax.axis = 3;
  const engine::Window one(1, 1, 1, 1, 1, 1, 0, 0);
  std::vector<float> factors(
      size_t(*engine::PackedConvF32Size(kChannels, kChannels, 1, one)));
  for (size_t i = 0; i < factors.size(); ++i) {
    factors[i] = float(i * 17 % 13) / 13 - 0.5f;
  }
  mixed.weight = p.Constant("f", factors);
  p.Input(conv.x);
  p.Output(conv.y);
  p.Output(softmax.y);
  p.AddStep(std::move(conv)).macs = 58982400;
  p.AddStep(real);
  p.AddStep(std::move(mixed)).macs = 6553600;
  p.AddStep(softmax);
  return p;
}

Tensor LargeInput() { return PatternU8(Shape{1, 40, 40, 64}); }

TEST(Session, GivesTheSameBytesForAnyNumberOfThreads) {
  const TestProgram program = LargeProgram();
  const auto one = RunOnce(program, {LargeInput()}, {.threads = 1});
  for (int threads : {2, 3}) {
    const auto many = RunOnce(program, {LargeInput()}, {.threads = threads});
    for (size_t i = 0; i < one.size(); ++i) {
      EXPECT_TRUE(SameBytes(one[i], many[i])) << threads << " threads, " << i;
    }
  }
}

TEST(Session, GivesTheSameBytesEveryTime) {
  Session session = SessionOf(LargeProgram(), {.threads = 2});
  const auto first = RunOnce(session, {LargeInput()});
  for (int i = 0; i < 5; ++i) {
    const auto again = RunOnce(session, {LargeInput()});
    EXPECT_TRUE(SameBytes(first[0], again[0]));
    EXPECT_TRUE(SameBytes(first[1], again[1]));
  }
}

TEST(Session, AgreesAtEveryCpuLevel) {
  const TestProgram program = engine::EveryStep();
  const auto scalar = RunOnce(program, EveryStepInputs(), {.cpu = "scalar"});
  for (CpuLevel level : RunnableCpuLevels()) {
    const std::string name(Name(level));
    Session session = SessionOf(program, {.cpu = name});
    EXPECT_EQ(session.cpu(), name);
    const auto outputs = RunOnce(session, EveryStepInputs());
    for (size_t i = 0; i < outputs.size(); ++i) {
      const std::string& output = session.outputs()[i].name;
      if (outputs[i].dtype() != octet::DType::kF32) {
        EXPECT_TRUE(SameBytes(outputs[i], scalar[i])) << name << ' ' << output;
        continue;
      }
      for (size_t k = 0; k < outputs[i].as<float>().size(); ++k) {
        const float want = scalar[i].as<float>()[k];
        ASSERT_NEAR(outputs[i].as<float>()[k], want,
                    1e-5 * (1 + std::abs(want)))
            << name << ' ' << output << ' ' << k;
      }
    }
  }
}

TEST(Session, DescribesItsInputsOutputsAndSteps) {
  TestProgram program = engine::SmallProgram();
  const Session session = SessionOf(program);
  ASSERT_EQ(session.inputs().size(), 1u);
  const ValueInfo& input = session.inputs()[0];
  EXPECT_EQ(input.name, "x");
  EXPECT_EQ(input.dtype, octet::DType::kU8);
  EXPECT_EQ(input.shape, (Shape{1, 4, 4, 3}));
  EXPECT_THAT(input.scale, ElementsAre(0.5f));
  EXPECT_THAT(input.zero_point, ElementsAre(128));
  EXPECT_EQ(session.outputs()[0].name, "out");
  EXPECT_TRUE(session.outputs()[0].scale.empty());
  ASSERT_EQ(session.steps().size(), 2u);
  const StepInfo& step = session.steps()[0];
  EXPECT_EQ(step.name, "ConvU8_0");
  EXPECT_EQ(step.node, "node of ConvU8_0");
  EXPECT_THAT(step.kernel, HasSubstr("conv_u8_"));
  EXPECT_EQ(step.precision, "int8");
  EXPECT_EQ(step.reason, "the rules of structure say so");
  EXPECT_EQ(step.macs, 240u);
}

TEST(Session, SaysWhatMemoryItTakes) {
  const TestProgram program = LargeProgram();
  const Session one = SessionOf(program, {.threads = 1});
  const Session two = SessionOf(program, {.threads = 2});
  EXPECT_EQ(one.memory().weight_bytes, int64_t(program.constants().size()));
  EXPECT_EQ(one.memory().arena_bytes,
            int64_t(program.program().profiles[0]->arena_bytes));
  EXPECT_EQ(two.threads(), 2);
  // What fits into the arena takes nothing; kept values leave no room.
  const Session apart =
      SessionOf(program, {.threads = 1, .keeps_values = true});
  const Session both = SessionOf(program, {.threads = 2, .keeps_values = true});
  EXPECT_EQ(one.memory().scratch_bytes, 0);
  EXPECT_GT(apart.memory().scratch_bytes, 0);
  EXPECT_GT(both.memory().scratch_bytes, apart.memory().scratch_bytes);
}

TEST(Session, TimesEachStepWhileAsked) {
  Session session = SessionOf(LargeProgram());
  (void)RunOnce(session, {LargeInput()});
  EXPECT_EQ(session.times()[0].runs, 0);
  session.SetTiming(true);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 3; ++i) (void)RunOnce(session, {LargeInput()});
  const auto elapsed = std::chrono::steady_clock::now() - begin;
  int64_t sum_ns = 0;
  for (const StepTime& time : session.times()) {
    EXPECT_EQ(time.runs, 3);
    EXPECT_GT(time.min_ns, 0);
    EXPECT_GE(time.total_ns, 3 * time.min_ns);
    sum_ns += time.total_ns;
  }
  EXPECT_LE(sum_ns, std::chrono::nanoseconds(elapsed).count());
  session.SetTiming(false);
  (void)RunOnce(session, {LargeInput()});
  EXPECT_EQ(session.times()[0].runs, 3);
  session.ResetTimes();
  EXPECT_EQ(session.times()[0].runs, 0);
}

TEST(Session, ShowsEachValueToTheTapOnce) {
  const TestProgram program = engine::EveryStep();
  Session session = SessionOf(program);
  std::set<std::string> seen;
  std::vector<Tensor> tapped;
  int last = -1;
  session.SetTap([&](int step, const TensorView& view) {
    EXPECT_TRUE(seen.insert(std::string(view.name)).second) << view.name;
    if (view.name == "binary_u8") {
      EXPECT_EQ(view.scale.size(), 1u);
      tapped.push_back(CopyDense(view));
      tapped.push_back(CopyAsF32(view));
    }
    if (view.name == "image") {
      EXPECT_EQ(step, -1);
    }
    last = std::max(last, step);
  });
  const auto outputs = RunOnce(session, EveryStepInputs());
  EXPECT_EQ(last, int(session.steps().size()) - 1);
  for (const ValueInfo& output : session.outputs()) {
    EXPECT_TRUE(seen.contains(output.name)) << output.name;
  }
  ASSERT_EQ(tapped.size(), 2u);
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    if (session.outputs()[i].name != "binary_u8") continue;
    EXPECT_TRUE(SameBytes(tapped[0], outputs[i]));
    EXPECT_EQ(tapped[1].as<float>()[5],
              float(outputs[i].as<uint8_t>()[5] - 100) * 0.05f);
  }
  session.SetTap(nullptr);
  seen.clear();
  (void)RunOnce(session, EveryStepInputs());
  EXPECT_TRUE(seen.empty());
}

TEST(Session, WritesInputsAndReadsOutputsInPlace) {
  Session session = SessionOf(engine::SmallProgram());
  const Tensor input = PatternU8(Shape{1, 4, 4, 3});
  const auto want = RunOnce(session, {input});
  const auto bytes = session.input(0);
  ASSERT_EQ(bytes.size(), 48u);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(bytes.data()) % 64, 0u);
  std::memcpy(bytes.data(), input.raw(), bytes.size());
  ASSERT_TRUE(session.Run().ok());
  ASSERT_EQ(session.output(0).size(), size_t(want[0].bytes()));
  EXPECT_EQ(std::memcmp(session.output(0).data(), want[0].raw(),
                        session.output(0).size()),
            0);
}

TEST(Session, RefusesInputsThatDoNotFit) {
  Session session = SessionOf(engine::SmallProgram());
  const Status shape = session.SetInput(0, PatternU8(Shape{1, 4, 4, 4}));
  EXPECT_EQ(shape.code(), Code::kBadInput);
  EXPECT_THAT(shape.message(), HasSubstr("[1, 4, 4, 3]"));
  const Status dtype = session.SetInput(0, PatternF32(Shape{1, 4, 4, 3}));
  EXPECT_EQ(dtype.code(), Code::kBadInput);
  EXPECT_EQ(session.SetInput(0, Tensor()).code(), Code::kBadInput);
  EXPECT_EQ(session.SetInput(1, Tensor()).code(), Code::kUsage);
  EXPECT_EQ(session.SetInput(-1, Tensor()).code(), Code::kUsage);
  EXPECT_EQ(session.GetOutput(1).status().code(), Code::kUsage);
  EXPECT_TRUE(session.input(1).empty());
  EXPECT_TRUE(session.output(-1).empty());
}

TEST(Session, RefusesOptionsThatMakeNoSense) {
  const Engine engine = EngineOf(engine::SmallProgram());
  const auto code = [&](const SessionOptions& options) {
    return Session::Create(engine, options).status().code();
  };
  EXPECT_EQ(code({.threads = -1}), Code::kUsage);
  EXPECT_EQ(code({.profile = 1}), Code::kUsage);
  EXPECT_EQ(code({.profile = -1}), Code::kUsage);
  EXPECT_EQ(code({.cpu = "8086"}), Code::kUsage);
  EXPECT_EQ(code({.max_bytes = 100}), Code::kFailed);
  // The arena fits, the scratch does not.
  EXPECT_EQ(code({.max_bytes = 64 * 9}), Code::kFailed);
}

TEST(Session, RefusesAnArenaThatTheMachineHasNot) {
  TestProgram program = engine::SmallProgram();
  program.profile().arena_bytes = uint64_t{1} << 41;
  const auto session = Session::Create(EngineOf(program));
  EXPECT_EQ(session.status().code(), Code::kFailed);
}

TEST(Session, RefusesTwoRunsAtTheSameTime) {
  Session session = SessionOf(engine::SmallProgram());
  ASSERT_TRUE(session.SetInput(0, PatternU8(Shape{1, 4, 4, 3})).ok());
  Status inner;
  session.SetTap([&](int, const TensorView&) {
    std::thread([&] { inner = session.Run(); }).join();
  });
  EXPECT_TRUE(session.Run().ok());
  EXPECT_EQ(inner.code(), Code::kUsage);
  session.SetTap(nullptr);
  EXPECT_TRUE(session.Run().ok());
}

TEST(Session, RunsSingleStepsOnWhatTheMemoryHolds) {
  Session session = SessionOf(LargeProgram(), {.keeps_values = true});
  ASSERT_TRUE(session.SetInput(0, PatternU8(session.inputs()[0].shape)).ok());
  ASSERT_TRUE(session.Run().ok());
  const std::vector<std::byte> arena(session.arena().begin(),
                                     session.arena().end());
  std::vector<int> steps;
  for (int i = 0; i < int(session.steps().size()); ++i) steps.push_back(i);
  ASSERT_TRUE(session.RunSteps(steps).ok());
  EXPECT_TRUE(std::ranges::equal(arena, session.arena()));
  for (int wrong : {-1, int(steps.size())}) {
    const Status status = session.RunSteps(std::vector<int>{wrong});
    EXPECT_EQ(status.code(), Code::kUsage);
    EXPECT_THAT(status.message(), HasSubstr("the engine has"));
  }
}

TEST(Session, MovesAndRefusesToRunAfter) {
  Session first = SessionOf(engine::SmallProgram());
  Session second = std::move(first);
  EXPECT_TRUE(second.Run().ok());
  EXPECT_EQ(first.Run().code(), Code::kUsage);
}

TEST(Session, LivesOnWhenItsEngineIsGone) {
  auto engine = std::make_unique<Engine>(EngineOf(engine::SmallProgram()));
  auto session = Session::Create(*engine);
  ASSERT_TRUE(session.ok());
  engine.reset();
  EXPECT_TRUE(session->Run().ok());
}

TEST(Session, RunsBesideOthersOfTheSameEngine) {
  const Engine engine = EngineOf(LargeProgram());
  const auto want = RunOnce(LargeProgram(), {LargeInput()});
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i) {
    threads.emplace_back([&] {
      auto session = Session::Create(engine, {.threads = 2});
      ASSERT_TRUE(session.ok());
      for (int run = 0; run < 3; ++run) {
        EXPECT_TRUE(SameBytes(RunOnce(*session, {LargeInput()})[0], want[0]));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

// Threads of this process.
int64_t RunningThreads() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return std::distance(begin(tasks), end(tasks));
}

TEST(Session, SharesItsThreadsWithTheOthersOfTheProcess) {
  const Engine engine = EngineOf(LargeProgram());
  const auto want = RunOnce(LargeProgram(), {LargeInput()});
  const int64_t before = RunningThreads();
  std::vector<Session> sessions;
  for (int i = 0; i < 50; ++i) {
    auto session = Session::Create(engine, {.threads = 3});
    ASSERT_TRUE(session.ok());
    sessions.push_back(*std::move(session));
  }
  EXPECT_EQ(RunningThreads(), before + 2);
  for (Session& session : sessions) {
    EXPECT_TRUE(SameBytes(RunOnce(session, {LargeInput()})[0], want[0]));
  }
  sessions.clear();
  EXPECT_EQ(RunningThreads(), before);
}

TEST(Session, KeepsToTheWorkersThatItIsGiven) {
  const Engine engine = EngineOf(LargeProgram());
  const int64_t before = RunningThreads();
  auto workers = Workers::Create(2);
  ASSERT_TRUE(workers.ok());
  EXPECT_EQ(workers->threads(), 2);
  EXPECT_EQ(Workers().threads(), 0);
  const auto first =
      Session::Create(engine, {.threads = 7, .workers = *workers});
  const auto second = Session::Create(engine, {.workers = *workers});
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(first->threads(), 2);
  EXPECT_EQ(RunningThreads(), before + 1);
  EXPECT_EQ(Workers::Create(-1).status().code(), Code::kUsage);
}

TEST(Session, HandsOutAConstantOutput) {
  TestProgram program = engine::SmallProgram();
  const int constant = program.Constant("c", std::vector<float>{1, 2, 3});
  program.Output(constant);
  const auto outputs = RunOnce(program, {PatternU8(Shape{1, 4, 4, 3})});
  EXPECT_THAT(Elements<float>(outputs[1]), ElementsAre(1, 2, 3));
}

TEST(Session, RunsTheProfileThatIsAskedFor) {
  TestProgram program = engine::SmallProgram();
  auto second = std::make_unique<engine::ProfileT>(program.profile());
  second->outputs = {1};
  program.program().profiles.push_back(std::move(second));
  const Session session = SessionOf(program, {.profile = 1});
  EXPECT_EQ(session.outputs()[0].name, "y");
}

TEST(Engine, OpensAFileAndTellsWhatIsInIt) {
  const TestProgram small = engine::SmallProgram();
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("octet-session-" + std::to_string(getpid())))
                               .string();
  ASSERT_TRUE(
      engine::WriteEngine(path, small.program(), small.constants()).ok());
  auto opened = Engine::Open(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(opened.ok()) << opened.status().message();
  EXPECT_EQ(opened->model_name(), "test");
  EXPECT_EQ(opened->preprocess(), "resize 4x4");
  EXPECT_EQ(opened->detect(), "");
  EXPECT_EQ(opened->calibration(), "");
  EXPECT_EQ(opened->target(), "");
  EXPECT_EQ(opened->model_hash(), "");
  EXPECT_EQ(opened->octet_version(), "");
  EXPECT_EQ(opened->profiles(), 1);
  EXPECT_EQ(opened->inputs()[0].name, "x");
  EXPECT_EQ(opened->outputs()[0].name, "out");
  EXPECT_EQ(opened->weight_bytes(), int64_t(small.constants().size()));
  ASSERT_EQ(opened->notes().size(), 1u);
  EXPECT_EQ(opened->notes()[0].type, "Conv");
  auto session = Session::Create(*opened);
  ASSERT_TRUE(session.ok());
  const Tensor input = PatternU8(Shape{1, 4, 4, 3});
  EXPECT_TRUE(
      SameBytes(RunOnce(*session, {input})[0], RunOnce(small, {input})[0]));
}

TEST(Engine, SaysWhyItCannotBeOpened) {
  EXPECT_EQ(Engine::Open("/no/such/engine").status().code(), Code::kBadInput);
  EXPECT_EQ(Engine::FromBytes({}).status().code(), Code::kDamaged);
  const TestProgram small = engine::SmallProgram();
  const auto bytes = engine::EngineBytes(small.program(), small.constants());
  ASSERT_TRUE(bytes.ok());
  EXPECT_TRUE(Engine::FromBytes(*bytes).ok());
}

}  // namespace
}  // namespace octet::runtime
