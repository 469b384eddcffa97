// What importers say about a node that is wrong: every word of it.
#include <gtest/gtest.h>

#include <string>

#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

// A message must lead to the node and say what would be right.
struct ErrorCase {
  int64_t opset;
  void (*build)(TestModel&);
  const char* expected;  // all of the message
};

const ErrorCase kErrors[] = {
    {13,
     [](TestModel& m) { m.Node("DepthToSpace", {"x"}).Attr("blocksize", 0); },
     "node 'n_y' (DepthToSpace): blocksize is 0, expected 1 to 4096"},
    {13,
     [](TestModel& m) { m.Node("DepthToSpace", {"row"}).Attr("blocksize", 2); },
     "node 'n_y' (DepthToSpace): its input is no image [N, C, H, W]"},
    {13,
     [](TestModel& m) {
       m.Node("Concat", {"x", "x"});
     },
     "node 'n_y' (Concat): attribute 'axis' is missing; say what is joined"},
    {13, [](TestModel& m) { m.Node("Pad", {"x"}); },
     "node 'n_y' (Pad): no pads; they are an input since opset 11"},
    {13, [](TestModel& m) { m.Node("Slice", {"x"}); },
     "node 'n_y' (Slice): no starts or no ends; both are inputs since opset "
     "10"},
    {13,
     [](TestModel& m) {
       m.Floats("s", {3}, {1, 2, 2}).Node("Resize", {"x", "", "s"});
     },
     "node 'n_y' (Resize): 3 scales, expected one for each of 4 axes"},
    {13,
     [](TestModel& m) {
       m.Ints("s", {5}, {1, 2, 5, 7, 9}).Node("Resize", {"x", "", "", "s"});
     },
     "node 'n_y' (Resize): 5 sizes, expected one for each of 4 axes"},
    {13,
     [](TestModel& m) {
       m.Floats("s", {4}, {1, 1, 2, 2}).Node("Resize", {"x", "", "s"});
       m.Attr("nearest_mode", "round");
     },
     "node 'n_y' (Resize): nearest_mode is 'round', expected "
     "round_prefer_floor, round_prefer_ceil, floor or ceil"},
    {9, [](TestModel& m) { m.Node("Upsample", {"x"}); },
     "node 'n_y' (Upsample): no scales; they are the second input since "
     "opset 9"},
    {20, [](TestModel& m) { m.Node("Gelu", {"x"}).Attr("approximate", "erf"); },
     "node 'n_y' (Gelu): approximate is 'erf', expected none or tanh"},
    {13, [](TestModel& m) { m.Node("Softmax", {"x"}).Attr("axis", 4); },
     "node 'n_y' (Softmax): axis 4 of a value with 4 dimensions"},
    {13,
     [](TestModel& m) { m.Node("Constant", {}).TensorAttr("value", {2}, {1}); },
     "node 'n_y' (Constant): tensor 'value': it has 4 bytes of data, its "
     "shape needs 8"},
    // Nodes without a name are called by their type and place.
    {13,
     [](TestModel& m) {
       m.Node("Relu", {"x"}, {"a"}).Node("Relu", {"ghost"});
       m.graph().mutable_node(1)->clear_name();
     },
     "node 'Relu_1' (Relu) reads 'ghost', which nothing makes"},
    {13,
     [](TestModel& m) {
       m.Node("Relu", {"y"});
       m.graph().mutable_node(0)->clear_name();
     },
     "node 'Relu_0' (Relu) is part of a cycle or reads from one"},
};

TEST(Operators, SayWhatTheyExpect) {
  for (const ErrorCase& row : kErrors) {
    TestModel model(row.opset);
    model.Input("x", {"1", "2", "5", "7"}).Input("row", {"1", "4"});
    row.build(model);
    Result<Graph> graph = model.Output("y").Import();
    EXPECT_EQ(graph.status().message(), row.expected);
  }
}

}  // namespace
}  // namespace octet::compile
