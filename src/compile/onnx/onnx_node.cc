#include "compile/onnx/onnx_node.h"

#include <onnx.pb.h>

#include <cmath>

namespace octet::compile {

using onnx::AttributeProto;

OnnxNode::OnnxNode(const onnx::NodeProto& proto, std::string name,
                   int64_t opset, std::vector<ValueId> inputs)
    : proto_(proto),
      name_(std::move(name)),
      opset_(opset),
      inputs_(std::move(inputs)) {}

const std::string& OnnxNode::type() const { return proto_.op_type(); }

size_t OnnxNode::outputs() const { return size_t(proto_.output_size()); }

const std::string& OnnxNode::OutputName(size_t i) const {
  return proto_.output(int(i));
}

std::string OnnxNode::Prefix() const {
  return fmt::format("node '{}' ({}): ", name_, type());
}

std::string OnnxNode::PrefixWithOpset() const {
  return fmt::format("node '{}' ({}, opset {}): ", name_, type(), opset_);
}

const AttributeProto* OnnxNode::Find(std::string_view name, int type) const {
  read_.emplace(name);
  for (const AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() != name) continue;
    if (!attribute.ref_attr_name().empty()) {
      status_ = Bad("attribute '{}' refers to a function's", name);
      return nullptr;
    }
    if (attribute.type() == type) return &attribute;
    status_ = Bad("attribute '{}' has type {}, expected {}", name,
                  int(attribute.type()), type);
    return nullptr;
  }
  return nullptr;
}

bool OnnxNode::HasAttribute(std::string_view name) const {
  for (const AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() == name) return true;
  }
  return false;
}

int64_t OnnxNode::Int(std::string_view name, int64_t otherwise) const {
  const AttributeProto* found = Find(name, AttributeProto::INT);
  return found ? found->i() : otherwise;
}

float OnnxNode::Float(std::string_view name, float otherwise) const {
  const AttributeProto* found = Find(name, AttributeProto::FLOAT);
  if (found == nullptr) return otherwise;
  if (std::isnan(found->f())) status_ = Bad("attribute '{}' is NaN", name);
  return found->f();
}

std::string OnnxNode::String(std::string_view name,
                             std::string_view otherwise) const {
  const AttributeProto* found = Find(name, AttributeProto::STRING);
  return found ? found->s() : std::string(otherwise);
}

std::vector<int64_t> OnnxNode::Ints(std::string_view name,
                                    std::vector<int64_t> otherwise) const {
  const AttributeProto* found = Find(name, AttributeProto::INTS);
  if (found == nullptr) return otherwise;
  return {found->ints().begin(), found->ints().end()};
}

std::vector<float> OnnxNode::Floats(std::string_view name) const {
  const AttributeProto* found = Find(name, AttributeProto::FLOATS);
  if (found == nullptr) return {};
  return {found->floats().begin(), found->floats().end()};
}

const onnx::TensorProto* OnnxNode::TensorAttribute(
    std::string_view name) const {
  const AttributeProto* found = Find(name, AttributeProto::TENSOR);
  return found ? &found->t() : nullptr;
}

Status OnnxNode::status() const {
  if (!status_.ok()) return status_;
  for (const AttributeProto& attribute : proto_.attribute()) {
    if (read_.contains(attribute.name())) continue;
    return Cannot("attribute '{}' is not known; export with opset 7 to 21",
                  attribute.name());
  }
  return {};
}

}  // namespace octet::compile
