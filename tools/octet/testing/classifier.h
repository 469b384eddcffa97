// A small classifier and samples for it, for tests.
#ifndef OCTET_TOOLS_OCTET_TESTING_CLASSIFIER_H_
#define OCTET_TOOLS_OCTET_TESTING_CLASSIFIER_H_

#include <gtest/gtest.h>
#include <onnx.pb.h>

#include <string>
#include <vector>

#include "octet/compiler.h"

namespace octet::cli {

inline constexpr int kIn = 16, kClasses = 4;

inline void AddValue(onnx::ValueInfoProto* value, const char* name,
                     int64_t size) {
  value->set_name(name);
  auto* type = value->mutable_type()->mutable_tensor_type();
  type->set_elem_type(onnx::TensorProto::FLOAT);
  type->mutable_shape()->add_dim()->set_dim_value(1);
  type->mutable_shape()->add_dim()->set_dim_value(size);
}

inline void AddNode(onnx::GraphProto* graph, const char* type, const char* name,
                    std::initializer_list<const char*> inputs) {
  auto* node = graph->add_node();
  node->set_op_type(type);
  node->set_name(name);
  for (const char* input : inputs) node->add_input(input);
  node->add_output(name);
}

// scores = x w, y = softmax(scores): one node in int8, one kept.
inline Model Classifier() {
  onnx::ModelProto proto;
  proto.set_ir_version(8);
  proto.add_opset_import()->set_version(13);
  auto* graph = proto.mutable_graph();
  graph->set_name("classifier");
  AddValue(graph->add_input(), "x", kIn);
  AddValue(graph->add_output(), "y", kClasses);
  auto* w = graph->add_initializer();
  w->set_name("w");
  w->set_data_type(onnx::TensorProto::FLOAT);
  w->add_dims(kIn);
  w->add_dims(kClasses);
  for (int i = 0; i < kIn * kClasses; ++i) {
    w->add_float_data(float(i * 37 % 64) / 32.0f - 1.0f);
  }
  AddNode(graph, "MatMul", "scores", {"x", "w"});
  AddNode(graph, "Softmax", "y", {"scores"});
  const std::string bytes = proto.SerializeAsString();
  const auto model =
      Model::FromBytes(std::as_bytes(std::span(bytes)), "classifier.onnx");
  EXPECT_TRUE(model.ok()) << model.status().message();
  return *model;
}

// Samples of unlike numbers; `broken` cannot be read.
class Samples : public SampleSource {
 public:
  explicit Samples(int64_t broken = -1) : broken_(broken) {}
  int64_t size() const override { return 40; }
  Result<std::vector<Tensor>> Get(int64_t i) const override {
    if (i == broken_) return Status(Code::kBadInput, "broken");
    Tensor x(DType::kF32, Shape{1, kIn});
    for (int64_t j = 0; j < kIn; ++j) {
      x.as<float>()[size_t(j)] = float((i * 7 + j * 11) % 23) / 11.0f - 1.0f;
    }
    return std::vector<Tensor>{x};
  }
  std::string Name(int64_t i) const override { return std::to_string(i); }

 private:
  int64_t broken_;
};

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_TESTING_CLASSIFIER_H_
