#include "compile/onnx/node_order.h"

#include <gtest/gtest.h>

#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

using Order = std::vector<int>;

Order OrderOf(TestModel& model) {
  Result<Order> order = OrderNodes(model.graph());
  EXPECT_TRUE(order.ok()) << order.status().message();
  return order.ok() ? *order : Order{-1};
}

std::string ErrorOf(TestModel& model) {
  const Result<Order> order = OrderNodes(model.graph());
  EXPECT_EQ(order.status().code(), Code::kBadInput);
  return std::string(order.status().message());
}

TEST(OrderNodes, KeepsTheFilesOrderWhereItCan) {
  TestModel model;
  model.Input("x", {"1"});
  model.Node("Abs", {"x"}, {"b"}).Node("Abs", {"x"}, {"a"});
  model.Node("Add", {"a", "b"}, {"y"}).Output("y");
  EXPECT_EQ(OrderOf(model), (Order{0, 1, 2}));
}

TEST(OrderNodes, PutsProducersBeforeReaders) {
  TestModel model;
  model.Input("x", {"1"}).Node("Add", {"a", "b"}, {"y"});
  model.Node("Abs", {"a"}, {"b"}).Node("Abs", {"x"}, {"a"}).Output("y");
  EXPECT_EQ(OrderOf(model), (Order{2, 1, 0}));
}

TEST(OrderNodes, TakesTheFirstOfThoseThatAreReady) {
  TestModel model;
  model.Input("x", {"1"}).Node("Abs", {"late"}, {"c"});
  model.Node("Abs", {"x"}, {"a"}).Node("Abs", {"x"}, {"late"});
  model.Node("Abs", {"x"}, {"b"});
  model.Output("a").Output("b").Output("c");
  EXPECT_EQ(OrderOf(model), (Order{1, 2, 0, 3}));
}

TEST(OrderNodes, LeavesOutWhatNoOutputDependsOn) {
  TestModel model;
  model.Input("x", {"1"}).Node("Abs", {"x"}, {"dead"});
  model.Node("Abs", {"x"}, {"y"}).Node("Abs", {"dead"}, {"deader"});
  model.Node("Abs", {"ring"}, {"ring"}).Output("y");
  EXPECT_EQ(OrderOf(model), Order{1});
}

TEST(OrderNodes, NeedsNoNodesAtAll) {
  TestModel model;
  model.Input("x", {"1"}).Output("x");
  EXPECT_TRUE(OrderOf(model).empty());
}

TEST(OrderNodes, CountsANodeOnceThatReadsTwice) {
  TestModel model;
  model.Input("x", {"1"}).Node("Add", {"a", "a"}, {"y"});
  model.Node("Abs", {"x"}, {"a"}).Output("y");
  EXPECT_EQ(OrderOf(model), (Order{1, 0}));
}

TEST(OrderNodes, SkipsNamesThatAreEmpty) {
  TestModel model;
  model.Input("x", {"1"}).Node("Split", {"x", ""}, {"", "y"});
  model.Node("Split", {"x"}, {"", "z"}).Output("y").Output("z");
  EXPECT_EQ(OrderOf(model), (Order{0, 1}));
}

TEST(OrderNodes, CountsWhatASubgraphCaptures) {
  TestModel model;
  model.Input("x", {"1"}).Node("If", {"x"}, {"y"});
  onnx::GraphProto branch, inner;
  inner.add_output()->set_name("captured");
  auto& nested = *branch.add_node();
  nested.set_op_type("If");
  *nested.add_attribute()->mutable_g() = inner;
  auto& attribute = *model.graph().mutable_node(0)->add_attribute();
  *attribute.add_graphs() = branch;
  model.Node("Abs", {"x"}, {"captured"}).Output("y");
  EXPECT_EQ(OrderOf(model), (Order{1, 0}));
}

TEST(OrderNodes, NamesANodeOfACycle) {
  TestModel model;
  model.Input("x", {"1"}).Node("Abs", {"x"}, {"fine"});
  model.Node("Abs", {"b"}, {"a"}).Node("Abs", {"a"}, {"b"});
  model.Output("fine").Output("b");
  EXPECT_NE(ErrorOf(model).find("node 'n_a' (Abs) is part of a cycle"),
            std::string::npos);
}

TEST(OrderNodes, RefusesNamesThatAreMadeTwiceOrNever) {
  TestModel twice;
  twice.Input("x", {"1"}).Node("Split", {"x"}, {"a", "a"}).Output("a");
  EXPECT_NE(ErrorOf(twice).find("makes 'a', which exists already"),
            std::string::npos);
  TestModel never;
  never.Node("Abs", {"ghost"}, {"dead"}).Counting("w", {1}).Output("w");
  EXPECT_NE(ErrorOf(never).find("reads 'ghost', which nothing makes"),
            std::string::npos);
}

TEST(OrderNodes, RefusesMoreThanAMillionNodes) {
  TestModel model;
  for (int i = 0; i <= 1'000'000; ++i) model.graph().add_node();
  EXPECT_NE(ErrorOf(model).find("1000001 nodes"), std::string::npos);
}

}  // namespace
}  // namespace octet::compile
