#include "compile/onnx/external_files.h"

#include <onnx.pb.h>

#include <set>

#include "base/error.h"
#include "compile/onnx/model_proto.h"

namespace octet::compile {
namespace {

void Collect(const onnx::TensorProto& tensor, std::set<std::string>& files) {
  if (tensor.data_location() != onnx::TensorProto::EXTERNAL) return;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") files.insert(entry.value());
  }
}

}  // namespace

std::vector<std::string> ExternalFiles(const onnx::GraphProto& graph) {
  std::set<std::string> files;
  for (const auto& tensor : graph.initializer()) Collect(tensor, files);
  for (const auto& node : graph.node()) {
    for (const auto& attribute : node.attribute()) {
      Collect(attribute.t(), files);
    }
  }
  return {files.begin(), files.end()};
}

Result<std::vector<std::string>> ExternalFiles(
    std::span<const std::byte> model) {
  OCTET_ASSIGN(const ParsedModel parsed, ParsedModel::Parse(model));
  return ExternalFiles(parsed.proto().graph());
}

}  // namespace octet::compile
