#include "compile/lower/lower_batch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "runtime/engine.h"

namespace octet::compile {
namespace {

Graph GraphOf(std::string_view text) {
  Result<Graph> graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message();
  return *std::move(graph);
}

constexpr std::string_view kConvolutions = R"(
graph net
input x f32[3,12,12,4]
const w f32[8,3,3,4]{seed=1}
const v f32[8,1,1,8]{seed=2}
a = Conv(x, w) pads=[1,1,1,1] after=relu
b = Conv(a, v)
p = Reduce(b) axes=[1,2] keep_dims=false
y = Reshape(p) dims=[3,2,4]
output y
output a
)";

Session SessionOf(Lowered lowered, int threads) {
  const auto engine = runtime::MakeEngine(std::move(lowered.program),
                                          lowered.constants.bytes());
  EXPECT_TRUE(engine.ok()) << engine.status().message();
  SessionOptions options;
  options.threads = threads;
  auto session = Session::Create(*engine, options);
  EXPECT_TRUE(session.ok()) << session.status().message();
  return *std::move(session);
}

std::vector<Tensor> Outputs(Session session) {
  for (size_t i = 0; i < session.inputs().size(); ++i) {
    const Tensor input = MakeSeeded(DType::kF32, session.inputs()[i].shape, 5);
    EXPECT_TRUE(session.SetInput(int(i), input).ok());
  }
  EXPECT_TRUE(session.Run().ok());
  std::vector<Tensor> outputs;
  for (size_t i = 0; i < session.outputs().size(); ++i) {
    outputs.push_back(*session.GetOutput(int(i)));
  }
  return outputs;
}

TEST(LowerBatch, LowersOneSampleWhereValuesOutweighWeights) {
  const Graph graph = GraphOf(kConvolutions);
  const Plan plan = FloatPlan(graph);
  Result<Lowered> lowered = LowerBatch(graph, plan);
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  const engine::ProfileT& profile = *lowered->program.profiles[0];
  EXPECT_EQ(profile.batch, 3);
  EXPECT_EQ(profile.values[size_t(profile.inputs[0])]->dims,
            (std::vector<int64_t>{1, 12, 12, 4}));
  // What is said of the nodes is said of the whole.
  EXPECT_EQ(lowered->program.notes[1]->macs, 3u * 12 * 12 * 8 * 8);

  Result<Lowered> whole = Lower(graph, plan);
  ASSERT_TRUE(whole.ok());
  const std::vector<Tensor> expected = Outputs(SessionOf(*std::move(whole), 1));
  for (int threads : {1, 2, 4}) {
    Result<Lowered> again = LowerBatch(graph, plan);
    ASSERT_TRUE(again.ok());
    const auto found = Outputs(SessionOf(*std::move(again), threads));
    ASSERT_EQ(found.size(), expected.size());
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_EQ(found[i].shape(), expected[i].shape());
      for (size_t k = 0; k < found[i].as<float>().size(); ++k) {
        EXPECT_FLOAT_EQ(found[i].as<float>()[k], expected[i].as<float>()[k]);
      }
    }
  }
}

TEST(LowerBatch, LowersTheWholeWhereWeightsOutweighValues) {
  const Graph graph = GraphOf(R"(
graph recommender
input x f32[64,32]
const w f32[32,256]{seed=1}
const v f32[256,8]{seed=2}
a = MatMul(x, w) after=relu
y = MatMul(a, v)
output y
)");
  const Result<Lowered> lowered = LowerBatch(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(lowered->program.profiles[0]->batch, 1);
}

// Rows of a table are samples too, but not ones to go through one by one.
TEST(LowerBatch, LowersTheWholeWhereSamplesAreSmallOrTooMany) {
  for (const char* text : {"graph rows\ninput x f32[5000,85]\n"
                           "y = Unary(x) function=relu\noutput y\n",
                           "graph many\ninput x f32[1048577,1024]\n"
                           "y = Unary(x) function=relu\noutput y\n"}) {
    const Graph graph = GraphOf(text);
    const Result<Lowered> lowered = LowerBatch(graph, FloatPlan(graph));
    ASSERT_TRUE(lowered.ok()) << lowered.status().message();
    EXPECT_EQ(lowered->program.profiles[0]->batch, 1);
  }
}

TEST(LowerBatch, LowersTheWholeWhereSamplesMeet) {
  const Graph graph = GraphOf(R"(
graph normalized
input x f32[3,12,12,4]
m = Reduce(x) axes=[0] keep_dims=true
y = Binary(x, m) op=sub
output y
)");
  const Result<Lowered> lowered = LowerBatch(graph, FloatPlan(graph));
  ASSERT_TRUE(lowered.ok()) << lowered.status().message();
  EXPECT_EQ(lowered->program.profiles[0]->batch, 1);
}

}  // namespace
}  // namespace octet::compile
