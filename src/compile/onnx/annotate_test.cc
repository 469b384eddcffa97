#include "compile/onnx/annotate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "compile/onnx/test_model.h"

namespace octet::compile {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

onnx::ModelProto TwoNodes() {
  TestModel model;
  model.Input("x", {"2"}).Output("z");
  const auto add = [&](const char* name, const char* in, const char* out) {
    onnx::NodeProto& node = *model.graph().add_node();
    node.set_op_type("Relu");
    node.set_name(name);
    node.add_input(in);
    node.add_output(out);
  };
  add("first", "x", "y");
  add("", "y", "z");
  return model.proto;
}

onnx::ModelProto MustAnnotate(const onnx::ModelProto& model,
                              const std::map<std::string, std::string>& notes,
                              int wanted_nodes) {
  const std::string bytes = model.SerializeAsString();
  const auto annotated = AnnotateOnnx(std::as_bytes(std::span(bytes)), notes);
  EXPECT_TRUE(annotated.ok()) << annotated.status().message();
  EXPECT_EQ(annotated->nodes, wanted_nodes);
  onnx::ModelProto result;
  EXPECT_TRUE(result.ParseFromString(annotated->bytes));
  return result;
}

TEST(AnnotateOnnx, WritesOnNodesByNameAndOnThoseWithoutOneByTypeAndIndex) {
  const onnx::ModelProto result = MustAnnotate(
      TwoNodes(), {{"first", "int8"}, {"Relu_1", "fp32, kept"}, {"no", ""}}, 2);
  EXPECT_EQ(result.graph().node(0).doc_string(), "octet: int8");
  EXPECT_EQ(result.graph().node(1).doc_string(), "octet: fp32, kept");
  EXPECT_EQ(result.graph().node(1).name(), "");
}

TEST(AnnotateOnnx, KeepsWhatTheNodeSaidAndReplacesAnEarlierAnnotation) {
  onnx::ModelProto model = TwoNodes();
  model.mutable_graph()->mutable_node(0)->set_doc_string(
      "from layer 3\noctet: int8\nby export");
  const std::string wanted = "from layer 3\nby export\noctet: fp32";
  const onnx::ModelProto once = MustAnnotate(model, {{"first", "fp32"}}, 1);
  EXPECT_EQ(once.graph().node(0).doc_string(), wanted);
  const onnx::ModelProto twice = MustAnnotate(once, {{"first", "fp32"}}, 1);
  EXPECT_EQ(twice.graph().node(0).doc_string(), wanted);
}

TEST(AnnotateOnnx, ChangesNothingElse) {
  const onnx::ModelProto model = TwoNodes();
  onnx::ModelProto result = MustAnnotate(model, {{"first", "int8"}}, 1);
  result.mutable_graph()->mutable_node(0)->clear_doc_string();
  EXPECT_EQ(result.SerializeAsString(), model.SerializeAsString());
}

// metadata_props of a node, which came after this reader's messages.
TEST(AnnotateOnnx, KeepsFieldsThatItDoesNotKnow) {
  onnx::ModelProto model = TwoNodes();
  const std::string unknown = "\x4a\x06\x0a\x01k\x12\x01v";
  onnx::NodeProto& node = *model.mutable_graph()->mutable_node(0);
  ASSERT_TRUE(node.ParseFromString(node.SerializeAsString() + unknown));
  const onnx::ModelProto result = MustAnnotate(model, {{"first", "int8"}}, 1);
  EXPECT_THAT(result.graph().node(0).SerializeAsString(), HasSubstr(unknown));
}

TEST(AnnotateOnnx, SaysWhereTensorsStandInOtherFiles) {
  onnx::ModelProto model = TwoNodes();
  const auto external = [&] {
    const std::string bytes = model.SerializeAsString();
    return AnnotateOnnx(std::as_bytes(std::span(bytes)), {})->external_files;
  };
  EXPECT_THAT(external(), IsEmpty());
  const auto place = [](onnx::TensorProto& tensor, const char* location) {
    tensor.set_data_location(onnx::TensorProto::EXTERNAL);
    auto& entry = *tensor.add_external_data();
    entry.set_key("location");
    entry.set_value(location);
  };
  onnx::GraphProto& graph = *model.mutable_graph();
  for (const char* location : {"m.data", "a/b", "m.data"}) {
    place(*graph.add_initializer(), location);
  }
  place(*graph.mutable_node(0)->add_attribute()->mutable_t(), "c");
  graph.add_initializer()->set_name("inside");
  EXPECT_THAT(external(), ElementsAre("a/b", "c", "m.data"));
}

TEST(AnnotateOnnx, RefusesWhatIsNoModel) {
  const std::string bytes = "not a model at all";
  EXPECT_EQ(AnnotateOnnx(std::as_bytes(std::span(bytes)), {}).status().code(),
            Code::kBadInput);
}

}  // namespace
}  // namespace octet::compile
