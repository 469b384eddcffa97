// What holds for whole models: names, order, types, constants, outputs.
#include "compile/onnx/import.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "compile/ir/bind.h"
#include "compile/ir/text.h"
#include "compile/ir/verify.h"
#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

std::string TextOf(const TestModel& model) {
  Result<Graph> graph = model.Import();
  return graph.ok() ? Print(*graph) : graph.status().message();
}

TEST(ImportOnnx, SortsNodesAndDropsDeadOnes) {
  TestModel model;
  model.Input("x", {"2"}).Output("c");
  model.Node("Exp", {"b"}, {"c"}).Node("Abs", {"x"}, {"dead"});
  model.Node("Relu", {"x"}, {"b"}).Node("NoSuchOp", {"dead"}, {"deader"});
  EXPECT_EQ(TextOf(model),
            "graph test\n"
            "input x f32[2]\n"
            "b f32[2] = Unary(x) function=relu name=n_b type=Relu\n"
            "c f32[2] = Unary(b) function=exp name=n_c type=Exp\n"
            "output c\n");
}

TEST(ImportOnnx, NamesNodesThatHaveNoName) {
  TestModel model;
  model.Input("x", {"2"}).Node("Relu", {"x"}).Output("y");
  model.graph().mutable_node(0)->clear_name();
  Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->nodes[0].name, "Relu_0");
  EXPECT_EQ(graph->nodes[0].origins, std::vector<std::string>{"Relu_0"});
}

TEST(ImportOnnx, MakesNamesOfNodesUnique) {
  TestModel model;
  model.Input("x", {"2"}).Node("Relu", {"x"}, {"a"}).Node("Abs", {"a"});
  model.graph().mutable_node(0)->set_name("same");
  model.graph().mutable_node(1)->set_name("same");
  Result<Graph> graph = model.Output("y").Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->nodes[1].name, "same_1");
}

TEST(ImportOnnx, KeepsTheNamesOfOutputs) {
  TestModel model;
  model.Input("x", {"2"}).Counting("w", {2});
  model.Node("Identity", {"x"}, {"same"}).Node("Relu", {"x"}, {"a"});
  model.Node("Dropout", {"a"}, {"b"}).Node("Identity", {"w"}, {"c"});
  model.Output("same").Output("a").Output("b").Output("c").Output("w");
  Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_TRUE(Verify(*graph).ok());
  std::vector<std::string> names;
  for (ValueId id : graph->outputs) {
    names.push_back(graph->values[size_t(id)].name);
  }
  EXPECT_EQ(names, (std::vector<std::string>{"same", "a", "b", "c", "w"}));
}

TEST(ImportOnnx, TakesInitializersThatAreAlsoInputsForConstants) {
  TestModel model;
  model.Input("x", {"2"}).Input("w", {"2"}).Counting("w", {2});
  model.Node("Add", {"x", "w"}).Output("y");
  Result<Graph> graph = model.Import();
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_EQ(graph->inputs.size(), 1u);
}

TEST(ImportOnnx, GivesDimensionsWithoutANameOne) {
  TestModel model;
  model.Input("x", {"", "0", "-1", "H"}).Node("Relu", {"x"}).Output("y");
  EXPECT_NE(TextOf(model).find("input x f32[x.0,x.1,x.2,H]"), std::string::npos)
      << TextOf(model);
}

TEST(ImportOnnx, WidensEveryFloat) {
  TestModel model;
  model.Input("x", {"4"}, onnx::TensorProto::FLOAT16);
  auto& half = *model.graph().add_initializer();
  half.set_name("half");
  half.set_data_type(onnx::TensorProto::FLOAT16);
  half.add_dims(4);
  // 1, -2, the smallest subnormal, 65504.
  for (int bits : {0x3c00, 0xc000, 0x0001, 0x7bff}) half.add_int32_data(bits);
  auto& brain = *model.graph().add_initializer();
  brain.set_name("brain");
  brain.set_data_type(onnx::TensorProto::BFLOAT16);
  brain.add_dims(2);
  brain.set_raw_data(std::string("\x80\x3f\x00\xc0", 4));
  auto& wide = *model.graph().add_initializer();
  wide.set_name("wide");
  wide.set_data_type(onnx::TensorProto::DOUBLE);
  wide.add_dims(1);
  wide.add_double_data(-1e300);
  model.Node("Add", {"x", "half"}, {"a"}).Node("Mul", {"a", "wide"});
  model.Output("y").Output("brain");
  const std::string text = TextOf(model);
  EXPECT_NE(text.find("input x f32[4]"), std::string::npos) << text;
  EXPECT_NE(text.find("half f32[4]{1, -2, 5.9604645e-08, 65504}"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("brain f32[2]{1, -2}"), std::string::npos) << text;
  EXPECT_NE(text.find("wide f32[1]{-3.4028235e+38}"), std::string::npos)
      << text;
}

TEST(ImportOnnx, ReadsEveryIntegerTypeRawAndTyped) {
  const std::pair<int, const char*> types[] = {
      {onnx::TensorProto::UINT8, "u8"},   {onnx::TensorProto::INT8, "s8"},
      {onnx::TensorProto::UINT16, "u16"}, {onnx::TensorProto::INT16, "s16"},
      {onnx::TensorProto::INT32, "s32"},  {onnx::TensorProto::INT64, "s64"},
      {onnx::TensorProto::BOOL, "bool"}};
  for (const auto& [type, name] : types) {
    TestModel model;
    model.Ints("c", {2}, {1, 0}, type).Node("Identity", {"c"}).Output("c");
    const std::string text = TextOf(model);
    EXPECT_NE(text.find(std::string("const c ") + name + "[2]{1, 0}"),
              std::string::npos)
        << text;
  }
  TestModel model;
  model.Ints("c", {2}, {}, onnx::TensorProto::UINT32).Output("c");
  model.graph().mutable_initializer(0)->set_raw_data(
      std::string("\1\0\0\0\2\0\0\0", 8));
  EXPECT_NE(TextOf(model).find("u32[2]{1, 2}"), std::string::npos)
      << TextOf(model);
}

TEST(ImportOnnx, ReadsConstantNodesOfEveryForm) {
  TestModel model;
  model.Node("Constant", {}, {"a"}).TensorAttr("value", {2}, {1, 2});
  model.Node("Constant", {}, {"b"}).Attr("value_float", 0.5f);
  model.Node("Constant", {}, {"c"}).FloatsAttr("value_floats", {1, 2, 3});
  model.Node("Constant", {}, {"d"}).Attr("value_int", 7);
  model.Node("Constant", {}, {"e"}).Attr("value_ints", {7, 8});
  model.Output("a").Output("b").Output("c").Output("d").Output("e");
  const std::string text = TextOf(model);
  for (const char* line :
       {"const a f32[2]{1, 2}", "const b f32[]{0.5}", "const c f32[3]{1, 2, 3}",
        "const d s64[]{7}", "const e s64[2]{7, 8}"}) {
    EXPECT_NE(text.find(line), std::string::npos) << text;
  }
}

TEST(ImportOnnx, ListsEveryNodeThatItCannotImport) {
  TestModel model(11);
  model.Input("x", {"1", "2", "4", "4"}).Counting("w", {1, 2, 1, 1});
  model.Node("LSTM", {"x"}, {"a"});
  model.Node("Conv", {"a", "w"}, {"b"});  // depends on it: not listed
  model.Node("MaxPool", {"x"}, {"c"}).Attr("kernel_shape", {2, 2});
  model.Attr("dilations", {2, 2});
  model.Node("Custom", {"x"}, {"d"});
  model.graph().mutable_node(3)->set_domain("org.example");
  model.Output("b").Output("c").Output("d");
  const Status status = model.Import().status();
  EXPECT_EQ(status.code(), Code::kUnsupported);
  for (const char* part :
       {"cannot import 3 nodes", "node 'n_a' (LSTM, opset 11)",
        "export the recurrence", "node 'n_c' (MaxPool, opset 11)",
        "node 'n_d' (org.example.Custom"}) {
    EXPECT_NE(status.message().find(part), std::string::npos)
        << status.message();
  }
  EXPECT_EQ(status.message().find("n_b"), std::string::npos)
      << status.message();
}

TEST(ImportOnnx, RefusesOpsetsThatItDoesNotKnow) {
  for (int64_t opset : {6, 22}) {
    TestModel model(opset);
    model.Input("x", {"2"}).Node("Relu", {"x"}).Output("y");
    EXPECT_EQ(model.Import().status().code(), Code::kUnsupported);
  }
}

class ExternalDataTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "external_data_test/";
    std::system(("rm -rf '" + folder_ + "'").c_str());
    ASSERT_EQ(std::system(("mkdir -p '" + folder_ + "model/sub'").c_str()), 0);
    Write("outside.bin", std::string(8, '\0'));
    Write("model/sub/w.bin", std::string("\0\0\0\0\0\0\x80\x3f\0\0\0\x40", 12));
  }

  void Write(const std::string& name, const std::string& data) {
    std::ofstream(folder_ + name, std::ios::binary) << data;
  }

  Result<Graph> Import(const std::string& location, const char* offset,
                       const char* length = nullptr) {
    TestModel model;
    auto& tensor = *model.graph().add_initializer();
    tensor.set_name("w");
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_dims(2);
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    const auto add = [&](const char* key, const std::string& value) {
      auto& entry = *tensor.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    };
    add("location", location);
    if (offset != nullptr) add("offset", offset);
    if (length != nullptr) add("length", length);
    model.Output("w");
    Write("model/m.onnx", model.Bytes());
    return ImportOnnx(folder_ + "model/m.onnx");
  }

  std::string folder_;
};

TEST_F(ExternalDataTest, IsReadFromTheModelsFolder) {
  Result<Graph> graph = Import("sub/w.bin", "4", "8");
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  EXPECT_NE(Print(*graph).find("const w f32[2]{1, 2}"), std::string::npos)
      << Print(*graph);
}

TEST_F(ExternalDataTest, IsConfinedToTheModelsFolder) {
  ASSERT_EQ(symlink("../outside.bin", (folder_ + "model/link").c_str()), 0);
  ASSERT_EQ(symlink("..", (folder_ + "model/up").c_str()), 0);
  ASSERT_EQ(mkfifo((folder_ + "model/pipe").c_str(), 0600), 0);
  const std::string places[] = {"../outside.bin",
                                folder_ + "outside.bin",
                                "sub/../../outside.bin",
                                "link",
                                "up/outside.bin",
                                "sub",
                                "pipe",
                                "missing",
                                "",
                                std::string("sub/w.bin\0x", 11)};
  for (const std::string& place : places) {
    Result<Graph> graph = Import(place, nullptr);
    ASSERT_FALSE(graph.ok()) << place;
    EXPECT_EQ(graph.status().code(), Code::kBadInput)
        << graph.status().message();
    EXPECT_NE(graph.status().message().find("tensor 'w'"), std::string::npos);
  }
}

TEST_F(ExternalDataTest, MustLieInsideItsFile) {
  for (const char* offset : {"5", "12", "-1", "9223372036854775807", "x", "",
                             "99999999999999999999"}) {
    EXPECT_EQ(Import("sub/w.bin", offset).status().code(), Code::kBadInput)
        << offset;
  }
  EXPECT_EQ(Import("sub/w.bin", "0", "4").status().code(), Code::kBadInput);
}

TEST_F(ExternalDataTest, NeedsAFileToLieBeside) {
  ASSERT_TRUE(Import("sub/w.bin", "0").ok());
  std::ifstream file(folder_ + "model/m.onnx", std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), {});
  const Status status = ImportOnnx(std::as_bytes(std::span(bytes))).status();
  EXPECT_NE(status.message().find("comes from memory"), std::string::npos)
      << status.message();
}

}  // namespace
}  // namespace octet::compile
