#include "compile/onnx/permute.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "compile/ir/text.h"
#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

using Longs = std::vector<int64_t>;

template <typename T>
Tensor Counting(DType dtype, const Shape& shape) {
  Tensor tensor(dtype, shape);
  const auto data = tensor.as<T>();
  std::iota(data.begin(), data.end(), T(0));
  return tensor;
}

template <typename T>
std::vector<T> Elements(const Tensor& tensor) {
  const auto data = tensor.as<T>();
  return {data.begin(), data.end()};
}

TEST(Permuted, SwapsTheAxesOfAMatrix) {
  const Tensor result =
      Permuted(Counting<float>(DType::kF32, Shape{2, 3}), {1, 0});
  EXPECT_EQ(result.shape(), (Shape{3, 2}));
  EXPECT_EQ(Elements<float>(result), (std::vector<float>{0, 3, 1, 4, 2, 5}));
}

TEST(Permuted, MovesElementsOfEveryWidth) {
  const Tensor bytes =
      Permuted(Counting<int8_t>(DType::kS8, Shape{2, 1, 2}), {2, 0, 1});
  EXPECT_EQ(bytes.shape(), (Shape{2, 2, 1}));
  EXPECT_EQ(Elements<int8_t>(bytes), (std::vector<int8_t>{0, 2, 1, 3}));
  const Tensor longs =
      Permuted(Counting<int64_t>(DType::kS64, Shape{2, 2}), {1, 0});
  EXPECT_EQ(Elements<int64_t>(longs), (Longs{0, 2, 1, 3}));
}

// Axis i of the result is axis perm[i] of the tensor, by definition.
TEST(Permuted, FollowsItsDefinitionInFourDimensions) {
  const Tensor x = Counting<float>(DType::kF32, Shape{2, 3, 4, 5});
  Longs perm = {0, 1, 2, 3};
  do {
    const Tensor y = Permuted(x, perm);
    Longs at(4);
    size_t to = 0;
    for (at[0] = 0; at[0] < y.shape()[0]; ++at[0]) {
      for (at[1] = 0; at[1] < y.shape()[1]; ++at[1]) {
        for (at[2] = 0; at[2] < y.shape()[2]; ++at[2]) {
          for (at[3] = 0; at[3] < y.shape()[3]; ++at[3]) {
            Longs from(4);
            for (size_t i = 0; i < 4; ++i) from[size_t(perm[i])] = at[i];
            const int64_t index =
                ((from[0] * 3 + from[1]) * 4 + from[2]) * 5 + from[3];
            ASSERT_EQ(y.as<float>()[to++], float(index))
                << testing::PrintToString(perm);
          }
        }
      }
    }
  } while (std::ranges::next_permutation(perm).found);
}

TEST(Permuted, TakesScalarsAndEmptyTensors) {
  EXPECT_EQ(Permuted(Tensor(DType::kF32, Shape()), {}).shape(), Shape());
  const Tensor empty = Permuted(Tensor(DType::kF32, Shape{2, 0, 3}), {2, 1, 0});
  EXPECT_EQ(empty.shape(), (Shape{3, 0, 2}));
}

std::string TextOfY(TestModel& model) {
  Result<Graph> graph = model.Output("y").Import();
  return graph.ok() ? Print(*graph) : std::string(graph.status().message());
}

void ExpectPart(const std::string& text, std::string_view part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << " / " << text;
}

TEST(PermuteWeights, TransposesWhatIsNotConstant) {
  TestModel model;
  model.Input("x", {"2", "4"}).Input("w", {"3", "4"});
  model.Node("Gemm", {"x", "w"}).Attr("transB", 1);
  const std::string text = TextOfY(model);
  ExpectPart(text, "y.weights f32[4,3] = Transpose(w) perm=[1,0]");
  ExpectPart(text, "y f32[2,3] = MatMul(x, y.weights)");
}

TEST(PermuteWeights, MovesTheAxisOfADequantize) {
  TestModel model;
  model.Input("x", {"2", "4"}).Floats("s", {3}, {1, 2, 3});
  model.Ints("w", {3, 4}, Longs(12, 1), onnx::TensorProto::INT8);
  model.Node("DequantizeLinear", {"w", "s"}, {"wf"}).Attr("axis", 0);
  model.Node("Gemm", {"x", "wf"}).Attr("transB", 1);
  ExpectPart(TextOfY(model), "Dequantize(w.permuted, s) axis=1");
}

// One dimension of weights, so that a height is put in.
TEST(PermuteWeights, PutsAnAxisInAndCountsItForTheScales) {
  TestModel model;
  model.Input("x", {"1", "2", "8"}).Floats("s", {2}, {1, 2});
  model.Ints("w", {1, 2, 3}, Longs(6, 1), onnx::TensorProto::INT8);
  model.Node("DequantizeLinear", {"w", "s"}, {"wf"}).Attr("axis", 1);
  model.Node("Conv", {"x", "wf"});
  const std::string text = TextOfY(model);
  ExpectPart(text, "const w.permuted s8[1,1,3,2]");
  ExpectPart(text, "Dequantize(w.permuted, s) axis=3");
}

TEST(ScaleWeights, FoldsIntoAConstant) {
  TestModel model;
  model.Input("x", {"1", "2"}).Floats("w", {2, 1}, {3, 5});
  model.Node("Gemm", {"x", "w"}).Attr("alpha", -2.0f);
  ExpectPart(TextOfY(model), "const w.scaled f32[2,1]{-6, -10}");
}

TEST(ScaleWeights, FoldsAPositiveFactorIntoTheScales) {
  TestModel model;
  model.Input("x", {"1", "2"}).Floats("s", {}, {0.5f});
  model.Ints("w", {2, 1}, {3, 5}, onnx::TensorProto::INT8);
  model.Node("DequantizeLinear", {"w", "s"}, {"wf"});
  model.Node("Gemm", {"x", "wf"}).Attr("alpha", 4.0f);
  const std::string text = TextOfY(model);
  ExpectPart(text, "const s.scaled f32[]{2}");
  ExpectPart(text, "Dequantize(w, s.scaled)");
}

// Scales are positive, so that a negative factor cannot go there.
TEST(ScaleWeights, MultipliesWhereItCannotFold) {
  TestModel negative;
  negative.Input("x", {"1", "2"}).Floats("s", {}, {0.5f});
  negative.Ints("w", {2, 1}, {3, 5}, onnx::TensorProto::INT8);
  negative.Node("DequantizeLinear", {"w", "s"}, {"wf"});
  negative.Node("Gemm", {"x", "wf"}).Attr("alpha", -4.0f);
  ExpectPart(TextOfY(negative),
             "y.scaled f32[2,1] = Binary(wf, y.number) "
             "op=mul");
  TestModel variable;
  variable.Input("x", {"1", "2"}).Input("w", {"2", "1"});
  variable.Node("Gemm", {"x", "w"}).Attr("alpha", 0.5f);
  ExpectPart(TextOfY(variable), "Binary(w, y.number) op=mul");
}

TEST(ScaleWeights, LeavesAFactorOfOneOut) {
  TestModel model;
  model.Input("x", {"1", "2"}).Floats("w", {2, 1}, {3, 5});
  model.Node("Gemm", {"x", "w"}).Attr("alpha", 1.0f);
  ExpectPart(TextOfY(model), "y f32[1,1] = MatMul(x, w)");
}

}  // namespace
}  // namespace octet::compile
