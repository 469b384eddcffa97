// The windows of convolution and pooling, by way of the nodes that they become.
#include "compile/onnx/window.h"

#include <gtest/gtest.h>

#include "compile/ir/text.h"
#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

// The image node of a model that has one, or the error.
std::string WindowOf(TestModel& model) {
  Result<Graph> graph = model.Output("y").Import();
  if (!graph.ok()) return std::string(graph.status().message());
  for (const Node& node : graph->nodes) {
    if (!std::holds_alternative<Pool>(node.op) &&
        !std::holds_alternative<Conv>(node.op)) {
      continue;
    }
    const std::string text = PrintNode(*graph, node);
    return text.substr(0, text.find(" name="));
  }
  return "no window";
}

struct Case {
  std::vector<std::string> size;
  void (*attributes)(TestModel&);
  const char* expected;  // a part of the text
};

constexpr auto kKernel3 = [](TestModel& m) { m.Attr("kernel_shape", {3, 3}); };

const Case kPools[] = {
    // Padding that is not the same on all sides, in ONNX's order.
    {{"8", "9"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("pads", {0, 1, 2, 0});
     },
     "f32[1,8,8,1] = Pool(x.nhwc) kernel=[3,3] pads=[0,1,2,0]"},
    {{"8", "9"},
     [](TestModel& m) {
       m.Attr("kernel_shape", {2, 3}).Attr("strides", {2, 1});
     },
     "f32[1,4,7,1] = Pool(x.nhwc) kernel=[2,3] strides=[2,1]"},
    // ceil_mode: one axis has elements left over, the other has none.
    {{"8", "7"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", {2, 2}).Attr("ceil_mode", 1);
     },
     "f32[1,4,3,1] = Pool(x.nhwc) kernel=[3,3] strides=[2,2] pads=[0,0,1,0]"},
    // ceil_mode adds to the padding that is there.
    {{"7", "7"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", {3, 3}).Attr("pads", {0, 0, 1, 1});
       m.Attr("ceil_mode", 1);
     },
     "f32[1,3,3,1] = Pool(x.nhwc) kernel=[3,3] strides=[3,3] pads=[0,0,2,2]"},
    // A window that would begin in the padding is none.
    {{"6", "6"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", {3, 3}).Attr("pads", {0, 0, 1, 1});
       m.Attr("ceil_mode", 1);
     },
     "f32[1,2,2,1] = Pool(x.nhwc) kernel=[3,3] strides=[3,3] pads=[0,0,1,1]"},
    {{"H", "W"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("ceil_mode", 1);
     },
     "Pool(x.nhwc) kernel=[3,3]"},
    {{"H", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", {2, 2}).Attr("ceil_mode", 1);
     },
     "ceil_mode with strides over a symbolic size"},
    // SAME does not look at ceil_mode or at pads.
    {{"8", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", {2, 2}).Attr("ceil_mode", 1);
       m.Attr("pads", {2, 2, 2, 2}).Attr("auto_pad", "SAME_UPPER");
     },
     "f32[1,4,4,1] = Pool(x.nhwc) kernel=[3,3] strides=[2,2] pads=[0,0,1,1]"},
    {{"8", "7"},
     [](TestModel& m) {
       m.Attr("kernel_shape", {2, 2}).Attr("auto_pad", "SAME_LOWER");
     },
     "f32[1,8,7,1] = Pool(x.nhwc) kernel=[2,2] pads=[1,1,0,0]"},
    // Strides beyond the window need no padding.
    {{"9", "9"},
     [](TestModel& m) {
       m.Attr("kernel_shape", {1, 1}).Attr("strides", {4, 4});
       m.Attr("auto_pad", "SAME_UPPER");
     },
     "f32[1,3,3,1] = Pool(x.nhwc) strides=[4,4]"},
    {{"8", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", {2, 2}).Attr("auto_pad", "VALID");
       m.Attr("pads", {1, 1, 1, 1});
     },
     "f32[1,3,3,1] = Pool(x.nhwc) kernel=[3,3] strides=[2,2]"},
    {{"9"},
     [](TestModel& m) {
       m.Attr("kernel_shape", std::vector<int64_t>{3}).Attr("pads", {0, 1});
       m.Attr("strides", std::vector<int64_t>{2});
     },
     "f32[1,1,4,1] = Pool(y.to_2d) kernel=[1,3] strides=[1,2] "
     "pads=[0,0,0,1]"},
    {{"2", "2"}, kKernel3, "does not fit into"},
    {{"8", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("strides", std::vector<int64_t>{2});
     },
     "do not have one entry for each of 2 dimensions"},
    {{"8", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("pads", {1, 1});
     },
     "do not have one entry for each of 2 dimensions"},
    {{"8", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("pads", {0, 0, -1, 0});
     },
     "pads must be 0 to 2^31"},
    {{"8", "8"},
     [](TestModel& m) {
       m.Attr("kernel_shape", {0, 1});
     },
     "must be 1 to 2^31"},
    {{"8", "8"},
     [](TestModel& m) {
       kKernel3(m);
       m.Attr("auto_pad", "same_upper");
     },
     "auto_pad is 'same_upper'"},
    {{"4", "4", "4"},
     [](TestModel& m) {
       m.Attr("kernel_shape", {1, 1, 1});
     },
     "pooling of 3 dimensions"},
};

TEST(ReadWindow, IsThatOfThePool) {
  for (const Case& row : kPools) {
    TestModel model;
    std::vector<std::string> dims = {"1", "1"};
    dims.insert(dims.end(), row.size.begin(), row.size.end());
    model.Input("x", dims).Node("MaxPool", {"x"});
    row.attributes(model);
    const std::string text = WindowOf(model);
    EXPECT_NE(text.find(row.expected), std::string::npos)
        << row.expected << " / " << text;
  }
}

const Case kConvs[] = {
    {{"8", "8"},
     [](TestModel& m) {
       m.Attr("dilations", {2, 3});
     },
     "f32[1,4,2,1] = Conv(x.nhwc, w.permuted) dilations=[2,3]"},
    // SAME counts the holes of a dilated window.
    {{"8", "8"},
     [](TestModel& m) {
       m.Attr("dilations", {2, 2}).Attr("auto_pad", "SAME_UPPER");
     },
     "f32[1,8,8,1] = Conv(x.nhwc, w.permuted) pads=[2,2,2,2] "
     "dilations=[2,2]"},
    {{"8", "8"},
     [](TestModel& m) {
       m.Attr("pads", {0, 2, 1, 0});
     },
     "f32[1,7,8,1] = Conv(x.nhwc, w.permuted) pads=[0,2,1,0]"},
    {{"H", "W"},
     [](TestModel& m) { m.Attr("auto_pad", "SAME_LOWER"); },
     "f32[1,H,W,1] = Conv(x.nhwc, w.permuted) pads=[1,1,1,1]"},
    {{"8", "8"},
     [](TestModel& m) {
       m.Attr("kernel_shape", {5, 5});
     },
     "kernel_shape"},
    {{"8", "8"},
     [](TestModel& m) {
       m.Attr("dilations", {0, 1});
     },
     "must be 1 to 2^31"},
};

TEST(ReadWindow, IsThatOfTheConvolution) {
  for (const Case& row : kConvs) {
    TestModel model;
    model.Input("x", {"1", "1", row.size[0], row.size[1]});
    model.Counting("w", {1, 1, 3, 3}).Node("Conv", {"x", "w"});
    row.attributes(model);
    const std::string text = WindowOf(model);
    EXPECT_NE(text.find(row.expected), std::string::npos)
        << row.expected << " / " << text;
  }
}

}  // namespace
}  // namespace octet::compile
