// One node of an ONNX model as the importers of operators see it: resolved
// inputs and typed, checked attributes. Hides protobuf.
#ifndef OCTET_COMPILE_ONNX_ONNX_NODE_H_
#define OCTET_COMPILE_ONNX_ONNX_NODE_H_

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "compile/ir/graph.h"
#include "octet/status.h"

namespace onnx {
class AttributeProto;
class NodeProto;
class TensorProto;
}  // namespace onnx

namespace octet::compile {

// Attributes are read with a default. A wrong type is remembered instead of
// returned, so that importers stay readable: whoever drives them asks status()
// afterwards and trusts nothing that was made if it is not ok.
class OnnxNode {
 public:
  // The message outlives this object.
  //   name:   the model's, or made from type and index.
  //   inputs: kNoValue where the model leaves one out.
  OnnxNode(const onnx::NodeProto& proto, std::string name, int64_t opset,
           std::vector<ValueId> inputs);

  const std::string& name() const { return name_; }
  const std::string& type() const;
  int64_t opset() const { return opset_; }

  bool Has(size_t i) const {
    return i < inputs_.size() && inputs_[i] != kNoValue;
  }
  ValueId In(size_t i) const { return Has(i) ? inputs_[i] : kNoValue; }
  size_t inputs() const { return inputs_.size(); }

  // Names of the outputs; empty where the model does not use one.
  size_t outputs() const;
  const std::string& OutputName(size_t i) const;

  bool HasAttribute(std::string_view name) const;
  int64_t Int(std::string_view name, int64_t otherwise) const;
  float Float(std::string_view name, float otherwise) const;
  std::string String(std::string_view name, std::string_view otherwise) const;
  std::vector<int64_t> Ints(std::string_view name,
                            std::vector<int64_t> otherwise) const;
  std::vector<float> Floats(std::string_view name) const;
  // nullptr if there is none.
  const onnx::TensorProto* TensorAttribute(std::string_view name) const;

  // kBadInput if an attribute that was read has another type; kUnsupported if
  // the node has attributes that nobody asked for.
  Status status() const;

  // "node 'conv1' (Conv): ..."
  template <typename... Args>
  Status Bad(fmt::format_string<Args...> text, Args&&... args) const {
    return {Code::kBadInput,
            Prefix() + fmt::format(text, std::forward<Args>(args)...)};
  }
  // "node 'conv1' (Conv, opset 13): ..."; the text ends with what to do.
  template <typename... Args>
  Status Cannot(fmt::format_string<Args...> text, Args&&... args) const {
    return {Code::kUnsupported,
            PrefixWithOpset() + fmt::format(text, std::forward<Args>(args)...)};
  }

 private:
  std::string Prefix() const;
  std::string PrefixWithOpset() const;
  // The attribute if it is there and has the type; notes it as read.
  const onnx::AttributeProto* Find(std::string_view name, int type) const;

  const onnx::NodeProto& proto_;
  std::string name_;
  int64_t opset_;
  std::vector<ValueId> inputs_;
  mutable std::set<std::string, std::less<>> read_;
  mutable Status status_;
};

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_ONNX_NODE_H_
