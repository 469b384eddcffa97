// What the tests of this room share: samples, and plans with parameters.
#ifndef OCTET_COMPILE_SEARCH_SEARCH_TESTING_H_
#define OCTET_COMPILE_SEARCH_SEARCH_TESTING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/thread_pool.h"
#include "compile/calibrate/calibrate.h"
#include "compile/calibrate/choose.h"
#include "compile/ir/testing/must_parse.h"
#include "compile/ir/text.h"
#include "compile/plan/propose.h"
#include "compile/search/product_trial.h"

namespace octet::compile {

// Seeded inputs of a graph; some samples cannot be read.
class SeededSamples : public SampleSource {
 public:
  SeededSamples(const Graph& graph, int64_t size,
                std::vector<int64_t> unreadable = {})
      : size_(size), unreadable_(std::move(unreadable)) {
    for (ValueId v : graph.inputs) {
      shapes_.push_back(graph.values[size_t(v)].shape);
    }
  }

  int64_t size() const override { return size_; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    if (std::ranges::count(unreadable_, i) > 0) {
      return Status(Code::kBadInput, Name(i) + ": no such file");
    }
    std::vector<Tensor> inputs;
    for (const Shape& shape : shapes_) {
      inputs.push_back(MakeSeeded(DType::kF32, shape, uint64_t(i)));
    }
    return inputs;
  }
  std::string Name(int64_t i) const override {
    return "sample" + std::to_string(i);
  }

 private:
  int64_t size_;
  std::vector<int64_t> unreadable_;
  std::vector<Shape> shapes_;
};

// `wide` has one channel 50 times as large as the others, which its readers'
// weights make up for: with one scale the others are lost. Two convolutions
// read it, so that keeping either back gains little.
inline constexpr std::string_view kCulprit = R"(graph "g"
input x f32[1,8,8,4]
const w0 f32[4,1,1,4]{50,0,0,0, 0,1,0,0, 0,0,1,0, 0,0,0,1}
const w1 f32[4,1,1,4]{0,1,2,-1, 0,2,-1,1, 0,1,1,1, 0,-1,2,1}
const w2 f32[4,1,1,4]{0,2,1,1, 0,1,-1,2, 0,-1,1,1, 0,1,2,-1}
const w3 f32[4,1,1,4]{1,1,2,-1, 1,2,-1,1, 1,1,1,1, 2,-1,2,1}
wide f32[1,8,8,4] = Conv(x, w0, _) name=zeroth
a f32[1,8,8,4] = Conv(wide, w1, _) after=relu name=left
b f32[1,8,8,4] = Conv(wide, w2, _) after=relu name=right
c f32[1,8,8,4] = Conv(a, w3, _) after=relu name=after_left
d f32[1,8,8,4] = Conv(b, w3, _) after=relu name=after_right
output c
output d
)";

// A pool without workers.
inline ThreadPool& OnePool() {
  static const std::unique_ptr<ThreadPool> pool = *ThreadPool::Create(1);
  return *pool;
}

// A graph, what its samples look like inside it, and a complete plan.
struct Calibrated {
  Graph graph;
  Ranges ranges;
  Plan proposed, plan;
};

// min-max ranges of all samples.
inline Calibrated CalibratedOn(Graph graph, const SampleSource& samples) {
  Calibrated c;
  c.graph = std::move(graph);
  CalibrateOptions options;
  options.threads = 1;
  Result<Ranges> ranges = Calibrate(c.graph, samples, options);
  EXPECT_TRUE(ranges.ok()) << ranges.status().message();
  c.ranges = *std::move(ranges);
  Result<Plan> plan = Propose(c.graph, {});
  EXPECT_TRUE(plan.ok()) << plan.status().message();
  c.proposed = c.plan = *std::move(plan);
  const Status chosen =
      ChooseParams(c.graph, c.ranges, {RangeRule::kMinMax, 0}, c.plan);
  EXPECT_TRUE(chosen.ok()) << chosen.message();
  return c;
}

inline Calibrated CalibratedFrom(std::string_view text, int64_t samples = 4) {
  Graph graph = MustParse(text);
  const SeededSamples seeded(graph, samples);
  return CalibratedOn(std::move(graph), seeded);
}

// Trials of these products on seeded samples.
inline ProductTrials TrialsOf(const Calibrated& c,
                              const std::vector<NodeId>& nodes,
                              int64_t samples = 4) {
  auto drawn = DrawWindows(c.graph, nodes, SeededSamples(c.graph, samples),
                           {.threads = 1});
  EXPECT_TRUE(drawn.ok()) << drawn.status().message();
  return MakeProductTrials(c.graph, *std::move(drawn), OnePool());
}

inline ValueId ValueNamed(const Graph& graph, std::string_view name) {
  const auto found = std::ranges::find(graph.values, name, &Value::name);
  EXPECT_NE(found, graph.values.end()) << name;
  return ValueId(found - graph.values.begin());
}

inline NodeId NodeNamed(const Graph& graph, std::string_view name) {
  const auto found = std::ranges::find(graph.nodes, name, &Node::name);
  EXPECT_NE(found, graph.nodes.end()) << name;
  return NodeId(found - graph.nodes.begin());
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_SEARCH_SEARCH_TESTING_H_
