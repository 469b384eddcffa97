// Real models: every one of the vision cases is imported whole, and its outputs
// have the shapes that it declares.
//
// They lie in the folder that OCTET_DATA names, else in ../shared/data beside
// the source; without it these tests are skipped.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "compile/ir/bind.h"
#include "compile/ir/text.h"
#include "compile/ir/verify.h"
#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

std::filesystem::path DataFolder() {
  if (const char* folder = std::getenv("OCTET_DATA")) return folder;
  const char* source = std::getenv("OCTET_SOURCE_DIR");
  return std::filesystem::path(source ? source : ".") / "../shared/data";
}

onnx::ModelProto ReadProto(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  onnx::ModelProto proto;
  proto.ParseFromIstream(&file);
  return proto;
}

// The shapes that the model states, by name; symbols become 1.
std::map<std::string, std::vector<int64_t>> DeclaredShapes(
    const onnx::ModelProto& proto) {
  std::map<std::string, std::vector<int64_t>> shapes;
  const auto add = [&](const onnx::ValueInfoProto& value) {
    if (!value.type().tensor_type().has_shape()) return;
    std::vector<int64_t> dims;
    for (const auto& dim : value.type().tensor_type().shape().dim()) {
      dims.push_back(dim.has_dim_value() ? dim.dim_value() : 1);
    }
    shapes[value.name()] = dims;
  };
  for (const auto& value : proto.graph().value_info()) add(value);
  for (const auto& value : proto.graph().output()) add(value);
  return shapes;
}

void ExpectDeclaredShapes(const Graph& graph, const onnx::ModelProto& proto) {
  const auto declared = DeclaredShapes(proto);
  for (const Value& value : graph.values) {
    const auto found = declared.find(value.name);
    if (found == declared.end() || value.is_constant()) continue;
    EXPECT_TRUE(value.has_shape) << value.name;
    const std::vector<int64_t> dims(value.shape.dims().begin(),
                                    value.shape.dims().end());
    EXPECT_EQ(dims, found->second) << value.name;
  }
  ASSERT_EQ(graph.outputs.size(), size_t(proto.graph().output_size()));
  for (size_t i = 0; i < graph.outputs.size(); ++i) {
    EXPECT_EQ(graph.values[size_t(graph.outputs[i])].name,
              proto.graph().output(int(i)).name());
  }
}

bool IsConcrete(const Graph& graph) {
  for (const Value& value : graph.values) {
    if (!value.has_shape) return false;
    for (int64_t dim : value.shape.dims()) {
      if (dim < 0) return false;
    }
  }
  return true;
}

TEST(RealModels, OfTheVisionCasesAreImportedWhole) {
  const auto folder = DataFolder();
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no " << folder;
  int models = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().parent_path().filename().string();
    if (entry.path().extension() != ".onnx") continue;
    if (!name.starts_with("cls-") && !name.starts_with("det-")) continue;
    SCOPED_TRACE(entry.path());
    ++models;
    Result<Graph> graph = ImportOnnx(entry.path().string());
    ASSERT_TRUE(graph.ok()) << graph.status().message();
    EXPECT_TRUE(Verify(*graph).ok());
    const Status bound = BindShapes(*graph, {});
    ASSERT_TRUE(bound.ok()) << bound.message();
    EXPECT_TRUE(Verify(*graph).ok());
    EXPECT_TRUE(IsConcrete(*graph));
    ExpectDeclaredShapes(*graph, ReadProto(entry.path()));
  }
  EXPECT_GT(models, 0);
}

TEST(RealModels, WithControlFlowAreRefusedWithAListOfIt) {
  const auto path = DataFolder() / "vad-silero/model_if_lstm.onnx";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no " << path;
  const Status status = ImportOnnx(path.string()).status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  for (const char* part :
       {"cannot import 3 nodes", "'/model/decoder/If' (If, opset 15)",
        "'/model/decoder/If_1' (If", "'/model/If' (If", "condition"}) {
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  }
}

}  // namespace
}  // namespace octet::compile
