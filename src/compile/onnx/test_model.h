// Builds small ONNX models for the importer's tests.
#ifndef OCTET_COMPILE_ONNX_TEST_MODEL_H_
#define OCTET_COMPILE_ONNX_TEST_MODEL_H_

#include <onnx.pb.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compile/onnx/import.h"

namespace octet::compile {

class TestModel {
 public:
  explicit TestModel(int64_t opset = 13) {
    proto.set_ir_version(7);
    proto.add_opset_import()->set_version(opset);
    graph().set_name("test");
  }

  onnx::GraphProto& graph() { return *proto.mutable_graph(); }

  // A dimension that is no number is a symbol; "" has neither.
  TestModel& Input(const std::string& name,
                   const std::vector<std::string>& dims,
                   int type = onnx::TensorProto::FLOAT) {
    Declare(*graph().add_input(), name, dims, type);
    return *this;
  }
  TestModel& Output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }

  TestModel& Floats(const std::string& name, const std::vector<int64_t>& dims,
                    const std::vector<float>& data) {
    Fill(*graph().add_initializer(), name, dims, data);
    return *this;
  }
  // As many numbers as the shape has: 1, 2, 3, ...
  TestModel& Counting(const std::string& name,
                      const std::vector<int64_t>& dims) {
    int64_t count = 1;
    for (int64_t dim : dims) count *= dim;
    std::vector<float> data;
    for (int64_t i = 1; i <= count; ++i) data.push_back(float(i));
    return Floats(name, dims, data);
  }
  TestModel& Ints(const std::string& name, const std::vector<int64_t>& dims,
                  const std::vector<int64_t>& data,
                  int type = onnx::TensorProto::INT64) {
    auto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (int64_t dim : dims) tensor.add_dims(dim);
    for (int64_t item : data) {
      if (type == onnx::TensorProto::INT64) {
        tensor.add_int64_data(item);
      } else {
        tensor.add_int32_data(int32_t(item));
      }
    }
    return *this;
  }

  // Adds a node named after its first output; attributes go to the last node.
  TestModel& Node(const std::string& type,
                  const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs = {"y"}) {
    last_ = graph().add_node();
    last_->set_op_type(type);
    last_->set_name(outputs.empty() ? "node" : "n_" + outputs[0]);
    for (const auto& name : inputs) last_->add_input(name);
    for (const auto& name : outputs) last_->add_output(name);
    return *this;
  }
  TestModel& Attr(const std::string& name, int64_t value) {
    auto& attribute = Add(name, onnx::AttributeProto::INT);
    attribute.set_i(value);
    return *this;
  }
  TestModel& Attr(const std::string& name, int value) {
    return Attr(name, int64_t(value));
  }
  TestModel& Attr(const std::string& name, float value) {
    Add(name, onnx::AttributeProto::FLOAT).set_f(value);
    return *this;
  }
  TestModel& Attr(const std::string& name, const char* value) {
    Add(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }
  TestModel& Attr(const std::string& name, const std::vector<int64_t>& value) {
    auto& attribute = Add(name, onnx::AttributeProto::INTS);
    for (int64_t item : value) attribute.add_ints(item);
    return *this;
  }
  TestModel& FloatsAttr(const std::string& name,
                        const std::vector<float>& value) {
    auto& attribute = Add(name, onnx::AttributeProto::FLOATS);
    for (float item : value) attribute.add_floats(item);
    return *this;
  }
  TestModel& TensorAttr(const std::string& name,
                        const std::vector<int64_t>& dims,
                        const std::vector<float>& data) {
    auto& attribute = Add(name, onnx::AttributeProto::TENSOR);
    Fill(*attribute.mutable_t(), name, dims, data);
    return *this;
  }

  std::string Bytes() const { return proto.SerializeAsString(); }

  Result<Graph> Import(const ImportOptions& options = {}) const {
    const std::string bytes = Bytes();
    return ImportOnnx(std::as_bytes(std::span(bytes)), options);
  }

  onnx::ModelProto proto;

 private:
  onnx::AttributeProto& Add(const std::string& name,
                            onnx::AttributeProto::AttributeType type) {
    auto& attribute = *last_->add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  static void Fill(onnx::TensorProto& tensor, const std::string& name,
                   const std::vector<int64_t>& dims,
                   const std::vector<float>& data) {
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (int64_t dim : dims) tensor.add_dims(dim);
    for (float item : data) tensor.add_float_data(item);
  }

  static void Declare(onnx::ValueInfoProto& value, const std::string& name,
                      const std::vector<std::string>& dims, int type) {
    value.set_name(name);
    auto& tensor = *value.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(type);
    tensor.mutable_shape();
    for (const std::string& dim : dims) {
      auto& entry = *tensor.mutable_shape()->add_dim();
      if (dim.empty()) continue;
      const bool number =
          dim.find_first_not_of("-0123456789") == std::string::npos;
      if (number) {
        entry.set_dim_value(std::stoll(dim));
      } else {
        entry.set_dim_param(dim);
      }
    }
  }

  onnx::NodeProto* last_ = nullptr;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_TEST_MODEL_H_
