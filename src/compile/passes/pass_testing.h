// How passes are tested: graph text in, graph text out, and the same numbers
// before and after.
#ifndef OCTET_COMPILE_PASSES_PASS_TESTING_H_
#define OCTET_COMPILE_PASSES_PASS_TESTING_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "compile/ir/text.h"
#include "compile/ir/verify.h"
#include "compile/passes/passes.h"
#include "compile/reference/evaluate.h"

namespace octet::compile {

using PassFunction = Result<bool> (*)(Graph&);

inline Graph ParsedGraph(std::string_view text) {
  Result<Graph> graph = Parse(text);
  EXPECT_TRUE(graph.ok()) << graph.status().message() << "\n" << text;
  return graph.ok() ? *std::move(graph) : Graph{};
}

inline std::vector<Tensor> SeededInputs(const Graph& graph) {
  std::vector<Tensor> inputs;
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const Value& value = graph.values[size_t(graph.inputs[i])];
    inputs.push_back(MakeSeeded(value.dtype, value.shape, 7 + i));
  }
  return inputs;
}

// The largest difference between two outputs, as a share of the largest
// element.
inline double Difference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape(), b.shape());
  EXPECT_EQ(a.dtype(), b.dtype());
  if (a.shape() != b.shape() || a.dtype() != b.dtype()) return 1;
  if (a.dtype() != DType::kF32) {
    return std::equal(a.raw(), a.raw() + a.bytes(), b.raw()) ? 0 : 1;
  }
  double largest = 1;
  double worst = 0;
  for (size_t i = 0; i < a.as<float>().size(); ++i) {
    const double x = a.as<float>()[i], y = b.as<float>()[i];
    if (std::isnan(x) != std::isnan(y)) return 1;
    if (std::isnan(x) || x == y) continue;
    largest = std::max(largest, std::abs(x));
    worst = std::max(worst, std::abs(x - y));
  }
  return worst / largest;
}

// The two graphs have outputs of the same names and compute the same.
inline void ExpectSameResults(const Graph& before, const Graph& after) {
  const std::vector<Tensor> inputs = SeededInputs(before);
  const auto expected = Evaluate(before, inputs);
  const auto found = Evaluate(after, inputs);
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  ASSERT_TRUE(found.ok()) << found.status().message();
  ASSERT_EQ(expected->size(), found->size());
  for (size_t i = 0; i < found->size(); ++i) {
    EXPECT_EQ(before.values[size_t(before.outputs[i])].name,
              after.values[size_t(after.outputs[i])].name);
    EXPECT_LT(Difference((*expected)[i], (*found)[i]), 1e-5);
  }
}

// The pass turns one text into the other, computes the same, and changes
// nothing when it runs again.
inline void ExpectRewrite(PassFunction pass, std::string_view before_text,
                          std::string_view after_text) {
  const Graph before = ParsedGraph(before_text);
  Graph graph = before;
  const Result<bool> changed = pass(graph);
  ASSERT_TRUE(changed.ok()) << changed.status().message();
  EXPECT_EQ(Print(graph), Print(ParsedGraph(after_text)));
  const Status verified = Verify(graph);
  EXPECT_TRUE(verified.ok()) << verified.message();
  ExpectSameResults(before, graph);
  const std::string once = Print(graph);
  EXPECT_TRUE(pass(graph).ok());
  EXPECT_EQ(Print(graph), once) << "no fixed point";
}

inline void ExpectUnchanged(PassFunction pass, std::string_view text) {
  Graph graph = ParsedGraph(text);
  const std::string before = Print(graph);
  const Result<bool> changed = pass(graph);
  ASSERT_TRUE(changed.ok()) << changed.status().message();
  EXPECT_EQ(Print(graph), before);
}

}  // namespace octet::compile

#endif  // OCTET_COMPILE_PASSES_PASS_TESTING_H_
