// Every image model of the data, imported, run through the passes and computed
// plainly before and after.
#include <cstdlib>
#include <filesystem>
#include <string>

#include "compile/ir/bind.h"
#include "compile/onnx/import.h"
#include "compile/passes/pass_testing.h"

namespace octet::compile {
namespace {

struct ModelCase {
  const char* path;  // in OCTET_DATA
  // As few as there can be: that of the input, those of outputs that the model
  // wants in another order, and channel shuffles.
  int transposes;
};

constexpr ModelCase kModels[] = {
    {"cls-mnist/mnist.onnx", 0},
    {"cls-resnet20-cifar10/resnet20.onnx", 1},
    {"cls-resnet56-cifar10/resnet56.onnx", 1},
    {"cls-squeezenet/squeezenet.onnx", 1},
    {"cls-mobilenetv2/mobilenet_v2.onnx", 1},
    {"cls-mobilenetv2-qdq/mobilenet_v2_ptq_qdq.onnx", 1},
    {"cls-mobilenetv2-qdq/mobilenet_v2_qat_qdq.onnx", 1},
    {"cls-pcb-cnn/pcb_cnn.onnx", 0},
    {"cls-pcb-cnn/pcb_cnn_qdq.onnx", 0},
    {"cls-pcb-mobilenetv2-qdq/pcb_mobilenet_v2_qdq.onnx", 1},
    {"det-fastestdet/fastestdet.onnx", 2},
    {"det-picodet-s/picodet_s_320.onnx", 11},  // ten are channel shuffles
    {"det-yolox-nano/yolox_nano.onnx", 1},
    {"det-yolov8n/yolov8n.onnx", 2},
};

class ModelPasses : public ::testing::TestWithParam<ModelCase> {};

TEST_P(ModelPasses, KeepResultsAndLeaveFewTransposes) {
  const char* data = std::getenv("OCTET_DATA");
  if (data == nullptr) GTEST_SKIP() << "OCTET_DATA is not set";
  const auto path = std::filesystem::path(data) / GetParam().path;
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  Result<Graph> imported = ImportOnnx(path.string());
  ASSERT_TRUE(imported.ok()) << imported.status().message();
  Graph before = *std::move(imported);
  const Status bound = BindShapes(before, {});
  ASSERT_TRUE(bound.ok()) << bound.message();
  Graph graph = before;
  const Status status = RunPasses(graph);
  ASSERT_TRUE(status.ok()) << status.message();

  int transposes = 0;
  for (const Node& node : graph.nodes) {
    transposes += std::holds_alternative<Transpose>(node.op);
    EXPECT_FALSE(std::holds_alternative<Unary>(node.op) &&
                 std::get<Unary>(node.op).function.kind ==
                     FunctionKind::kIdentity);
  }
  EXPECT_LE(transposes, GetParam().transposes);
  const std::string once = Print(graph);
  ASSERT_TRUE(RunPasses(graph).ok());
  EXPECT_EQ(Print(graph), once);

  // Folding rounds weights once more; deep networks make more of it.
  const std::vector<Tensor> inputs = SeededInputs(before);
  const auto expected = Evaluate(before, inputs);
  const auto found = Evaluate(graph, inputs);
  ASSERT_TRUE(expected.ok()) << expected.status().message();
  ASSERT_TRUE(found.ok()) << found.status().message();
  for (size_t i = 0; i < found->size(); ++i) {
    EXPECT_EQ(before.values[size_t(before.outputs[i])].name,
              graph.values[size_t(graph.outputs[i])].name);
    EXPECT_LT(Difference((*expected)[i], (*found)[i]), 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Data, ModelPasses, ::testing::ValuesIn(kModels), [](const auto& info) {
      std::string name = std::filesystem::path(info.param.path).stem().string();
      std::ranges::replace(name, '-', '_');
      return name;
    });

}  // namespace
}  // namespace octet::compile
