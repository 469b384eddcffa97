#include "compile/ir/arity.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace octet::compile {
namespace {

struct Inputs {
  int least, most;
  std::vector<int> optional;  // positions that may be missing
};

Node NodeOf(Op op, std::vector<ValueId> inputs) {
  Node node;
  node.name = "n";
  node.op = std::move(op);
  node.inputs = std::move(inputs);
  node.outputs = {0};
  return node;
}

// By kind, as ops.h documents them.
const std::pair<Op, Inputs> kKinds[] = {
    {Unary{}, {1, 1, {}}},       {Binary{}, {2, 2, {}}},
    {Pool{}, {1, 1, {}}},        {Reduce{}, {1, 2, {}}},
    {Softmax{}, {1, 1, {}}},     {LayerNorm{}, {2, 3, {2}}},
    {Attention{}, {3, 4, {}}},   {Pad{}, {1, 4, {2, 3}}},
    {Transpose{}, {1, 1, {}}},   {Reshape{}, {1, 2, {}}},
    {Resize{}, {1, 3, {1}}},     {Gather{}, {2, 2, {}}},
    {Cast{}, {1, 1, {}}},        {Where{}, {3, 3, {}}},
    {Expand{}, {1, 2, {}}},      {Tile{}, {1, 2, {}}},
    {ShapeOf{}, {1, 1, {}}},     {ConstantOfShape{}, {1, 1, {}}},
    {RangeOp{}, {3, 3, {}}},     {Quantize{}, {2, 3, {2}}},
    {Dequantize{}, {2, 3, {2}}},
};

TEST(CheckArity, CountsTheInputsOfEveryKind) {
  for (const auto& [op, inputs] : kKinds) {
    for (int count = 0; count <= inputs.most + 1; ++count) {
      const std::vector<ValueId> given(size_t(count), ValueId{0});
      const bool fits = count >= inputs.least && count <= inputs.most;
      EXPECT_EQ(CheckArity(NodeOf(op, given)).ok(), fits)
          << KindName(op) << " with " << count;
    }
  }
}

TEST(CheckArity, KnowsWhichInputsMayBeMissing) {
  for (const auto& [op, inputs] : kKinds) {
    for (int i = 0; i < inputs.most; ++i) {
      std::vector<ValueId> given(size_t(inputs.most), ValueId{0});
      given[size_t(i)] = kNoValue;
      const bool may = std::find(inputs.optional.begin(), inputs.optional.end(),
                                 i) != inputs.optional.end();
      const Status status = CheckArity(NodeOf(op, given));
      EXPECT_EQ(status.ok(), may) << KindName(op) << " input " << i;
      if (may) continue;
      EXPECT_NE(
          status.message().find("input " + std::to_string(i) + " is missing"),
          std::string::npos)
          << status.message();
    }
  }
}

TEST(CheckArity, TakesAResidualAsTheFourthInputAlone) {
  for (bool residual : {false, true}) {
    Conv conv;
    conv.fusion.residual = residual;
    MatMul product;
    product.fusion.residual = residual;
    for (const Op& op : {Op(conv), Op(product)}) {
      EXPECT_EQ(CheckArity(NodeOf(op, {0, 0})).ok(), !residual);
      EXPECT_EQ(CheckArity(NodeOf(op, {0, 0, 0})).ok(), !residual);
      EXPECT_EQ(CheckArity(NodeOf(op, {0, 0, kNoValue, 0})).ok(), residual);
      EXPECT_EQ(CheckArity(NodeOf(op, {0, 0, 0, 0})).ok(), residual);
      EXPECT_FALSE(CheckArity(NodeOf(op, {0, 0, 0, kNoValue})).ok());
      EXPECT_FALSE(CheckArity(NodeOf(op, {0, 0, 0, 0, 0})).ok());
    }
  }
}

TEST(CheckArity, TakesAnyNumberOfPartsOfAConcat) {
  EXPECT_FALSE(CheckArity(NodeOf(Concat{}, {})).ok());
  EXPECT_TRUE(
      CheckArity(NodeOf(Concat{}, std::vector<ValueId>(100, ValueId{0}))).ok());
  std::vector<ValueId> parts(100, ValueId{0});
  parts[40] = kNoValue;  // beyond the bits that say what is optional
  EXPECT_EQ(CheckArity(NodeOf(Concat{}, parts)).message(),
            "node 'n' (Concat): input 40 is missing");
}

TEST(CheckArity, WantsEndsBesideTheStartsOfASlice) {
  EXPECT_TRUE(CheckArity(NodeOf(Slice{}, {0})).ok());
  EXPECT_EQ(CheckArity(NodeOf(Slice{}, {0, 0})).message(),
            "node 'n' (Slice): starts without ends");
  EXPECT_TRUE(CheckArity(NodeOf(Slice{}, {0, 0, 0})).ok());
  EXPECT_TRUE(CheckArity(NodeOf(Slice{}, {0, 0, 0, kNoValue, 0})).ok());
  EXPECT_FALSE(CheckArity(NodeOf(Slice{}, {0, 0, kNoValue})).ok());
  EXPECT_FALSE(CheckArity(NodeOf(Slice{}, {0, 0, 0, 0, 0, 0})).ok());
}

TEST(CheckArity, WantsOneOutput) {
  Node node = NodeOf(Unary{}, {0});
  node.outputs = {};
  EXPECT_EQ(CheckArity(node).message(),
            "node 'n' (Unary): 0 outputs, expected 1");
  node.outputs = {0, 1};
  EXPECT_EQ(CheckArity(node).message(),
            "node 'n' (Unary): 2 outputs, expected 1");
}

}  // namespace
}  // namespace octet::compile
