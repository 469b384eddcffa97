// Random graphs, full of transposes, reshapes and things that can be fused:
// whatever the passes do with them, the results stay.
#include <fmt/core.h>

#include <random>

#include "compile/lower/testing/sample_by_sample.h"
#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed) : random_(seed) {}

  std::string Text(int nodes) {
    text_ = "graph random\ninput x f32[2,4,6,4]\n";
    values_ = {{"x", {2, 4, 6, 4}}};
    for (int i = 0; i < nodes; ++i) AddNode();
    // Two outputs, so that some values have readers beside their chain.
    text_ += "output " + values_.back().name + "\n";
    const std::string& other = values_[values_.size() / 2].name;
    if (other != "x" && other != values_.back().name) {
      text_ += "output " + other + "\n";
    }
    return text_;
  }

 private:
  struct Named {
    std::string name;
    std::vector<int64_t> shape;
  };

  int64_t Below(int64_t end) { return int64_t(random_() % uint64_t(end)); }
  // Later values more often: graphs grow long rather than wide.
  const Named& Pick() {
    const auto count = int64_t(values_.size());
    return values_[size_t(std::max(Below(count), Below(count)))];
  }

  template <typename List>
  static std::string Join(const List& list) {
    std::string text;
    for (int64_t v : list)
      text += (text.empty() ? "" : ",") + fmt::format("{}", v);
    return "[" + text + "]";
  }

  void Emit(const std::string& call, std::vector<int64_t> shape) {
    const std::string name = fmt::format("v{}", values_.size());
    text_ += name + " = " + call + "\n";
    values_.push_back({name, std::move(shape)});
  }
  std::string Constant(const std::vector<int64_t>& shape) {
    const std::string name = fmt::format("c{}", ++constants_);
    text_ += fmt::format("const {} f32{}{{seed={}}}\n", name, Join(shape),
                         constants_ % 60);
    return name;
  }

  void AddNode() {
    const Named x = Pick();
    if (x.shape.empty()) return;
    switch (Below(9)) {
      case 0:
        return AddUnary(x);
      case 1:
        return AddBinary(x);
      case 2:
        return AddConv(x);
      case 3:
        return AddConcat(x);
      case 4:
        return AddSlice(x);
      case 5:
        return AddReshape(x);
      case 6:
        return AddReduce(x);
      default:
        return AddTranspose(x);
    }
  }

  void AddUnary(const Named& x) {
    const char* functions[] = {"relu", "sigmoid", "tanh", "clip(0,0.5)"};
    Emit(fmt::format("Unary({}) function={}", x.name, functions[Below(4)]),
         x.shape);
  }
  // With a value of the same shape, with itself, or with a constant that is
  // broadcast along some axes.
  void AddBinary(const Named& x) {
    const char* ops[] = {"add", "mul", "sub", "max"};
    std::string other;
    if (const Named& y = Pick(); y.shape == x.shape && Below(3) > 0) {
      other = y.name;
    } else {
      std::vector<int64_t> shape = x.shape;
      for (int64_t& dim : shape) dim = Below(2) == 0 ? 1 : dim;
      shape.erase(shape.begin(), shape.begin() + Below(int64_t(shape.size())));
      other = Constant(shape);
    }
    const bool swap = Below(2) == 0;
    Emit(fmt::format("Binary({}, {}) op={}", swap ? other : x.name,
                     swap ? x.name : other, ops[Below(4)]),
         x.shape);
  }
  void AddConv(const Named& x) {
    if (x.shape.size() != 4) return AddTranspose(x);
    const int64_t kernel = Below(2) == 0 ? 1 : 3;
    const std::string w = Constant({4, kernel, kernel, x.shape[3]});
    const std::string pads = kernel == 3 ? " pads=[1,1,1,1]" : "";
    std::vector<int64_t> shape = x.shape;
    shape[3] = 4;
    Emit(fmt::format("Conv({}, {}){}", x.name, w, pads), shape);
  }
  void AddConcat(const Named& x) {
    const auto axis = size_t(Below(int64_t(x.shape.size())));
    if (x.shape[axis] > 16) return AddTranspose(x);
    std::vector<int64_t> shape = x.shape;
    const Named& y = Pick();
    const Named& second = y.shape == x.shape ? y : x;
    shape[axis] *= 2;
    Emit(fmt::format("Concat({}, {}) axis={}", x.name, second.name, axis),
         shape);
  }
  void AddSlice(const Named& x) {
    const auto axis = size_t(Below(int64_t(x.shape.size())));
    if (x.shape[axis] < 2) return AddTranspose(x);
    std::vector<int64_t> starts(x.shape.size()), steps(x.shape.size(), 1);
    std::vector<int64_t> sizes = x.shape;
    starts[axis] = Below(2);
    steps[axis] = 1 + Below(2);
    sizes[axis] = (x.shape[axis] - starts[axis] - 1) / steps[axis] + 1;
    Emit(fmt::format("Slice({}) starts={} sizes={} steps={}", x.name,
                     Join(starts), Join(sizes), Join(steps)),
         sizes);
  }
  // Joins two axes, cuts one in two, or adds or drops one of size 1.
  void AddReshape(const Named& x) {
    std::vector<int64_t> shape = x.shape;
    const auto axis = size_t(Below(int64_t(shape.size())));
    if (Below(2) == 0 && axis + 1 < shape.size()) {
      shape[axis] *= shape[axis + 1];
      shape.erase(shape.begin() + int64_t(axis) + 1);
    } else if (shape.size() < 6) {
      const int64_t part = shape[axis] % 2 == 0 ? 2 : 1;
      shape[axis] /= part;
      shape.insert(shape.begin() + int64_t(axis), part);
    }
    Emit(fmt::format("Reshape({}) dims={}", x.name, Join(shape)), shape);
  }
  void AddReduce(const Named& x) {
    const auto axis = size_t(Below(int64_t(x.shape.size())));
    std::vector<int64_t> shape = x.shape;
    const bool keep = Below(2) == 0 || shape.size() < 3;
    if (keep) {
      shape[axis] = 1;
    } else {
      shape.erase(shape.begin() + int64_t(axis));
    }
    Emit(fmt::format("Reduce({}) axes=[{}] keep_dims={}", x.name, axis, keep),
         shape);
  }
  void AddTranspose(const Named& x) {
    std::vector<int64_t> perm(x.shape.size()), shape;
    for (size_t i = 0; i < perm.size(); ++i) perm[i] = int64_t(i);
    if (perm.size() == 4 && Below(2) == 0) {
      perm = Below(2) == 0 ? std::vector<int64_t>{0, 2, 3, 1}
                           : std::vector<int64_t>{0, 3, 1, 2};
    } else {
      for (size_t i = perm.size(); i > 1; --i) {
        std::swap(perm[i - 1], perm[size_t(Below(int64_t(i)))]);
      }
    }
    for (int64_t axis : perm) shape.push_back(x.shape[size_t(axis)]);
    Emit(fmt::format("Transpose({}) perm={}", x.name, Join(perm)), shape);
  }

  std::mt19937_64 random_;
  std::string text_;
  std::vector<Named> values_;
  int constants_ = 0;
};

int64_t Elements(const Graph& graph) {
  int64_t sum = 0;
  for (const Value& value : graph.values) sum += value.shape.elements();
  return sum;
}

TEST(RandomGraphs, ComputeTheSameAfterAllPasses) {
  int compared = 0;
  for (unsigned seed = 0; seed < 400; ++seed) {
    const std::string text = RandomGraph(seed).Text(4 + int(seed % 24));
    const Graph before = ParsedGraph(text);
    if (Elements(before) > 200000) continue;
    Graph graph = before;
    const Status status = RunPasses(graph);
    ASSERT_TRUE(status.ok()) << status.message() << "\n" << text;
    ExpectSameResults(before, graph);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << "\n"
                                                << text;
    ++compared;
  }
  EXPECT_GT(compared, 300);
}

TEST(RandomGraphs, ComputeTheSameAfterEachPassAlone) {
  for (const Pass& pass : Passes()) {
    for (unsigned seed = 1000; seed < 1040; ++seed) {
      const std::string text = RandomGraph(seed).Text(16);
      const Graph before = ParsedGraph(text);
      if (Elements(before) > 200000) continue;
      Graph graph = before;
      const auto changed = pass.run(graph);
      ASSERT_TRUE(changed.ok()) << changed.status().message();
      const Status verified = Verify(graph);
      ASSERT_TRUE(verified.ok()) << pass.name << verified.message() << text;
      ExpectSameResults(before, graph);
      ASSERT_FALSE(::testing::Test::HasFailure())
          << pass.name << " seed " << seed << "\n"
          << text;
      const std::string once = Print(graph);
      ASSERT_TRUE(pass.run(graph).ok());
      ASSERT_EQ(Print(graph), once) << pass.name << "\n" << text;
    }
  }
}

TEST(RandomGraphs, OfOneSampleComputeWhatTheyDoInABatch) {
  int apart = 0;
  for (unsigned seed = 0; seed < 600; ++seed) {
    const Graph graph = ParsedGraph(RandomGraph(seed).Text(2 + int(seed % 12)));
    if (Elements(graph) > 200000) continue;
    const std::optional<OneSample> one = FindOneSample(graph);
    if (!one) continue;
    ExpectSampleBySample(graph, *one);
    ASSERT_FALSE(::testing::Test::HasFailure()) << "seed " << seed << "\n"
                                                << Print(graph);
    ++apart;
  }
  EXPECT_GT(apart, 60);
}

}  // namespace
}  // namespace octet::compile
