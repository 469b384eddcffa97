#include "compile/onnx/annotate.h"

#include <onnx.pb.h>

#include <algorithm>
#include <string_view>

#include "base/error.h"
#include "compile/onnx/external_files.h"
#include "compile/onnx/model_proto.h"
#include "compile/onnx/node_order.h"

namespace octet::compile {
namespace {

constexpr std::string_view kMark = "octet: ";

// `text` without the lines that an earlier annotation left.
std::string WithoutMarks(std::string_view text) {
  std::string rest;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    if (!text.starts_with(kMark)) rest += text.substr(0, end);
    text.remove_prefix(end);
  }
  return rest;
}

}  // namespace

Result<AnnotatedOnnx> AnnotateOnnx(
    std::span<const std::byte> model,
    const std::map<std::string, std::string>& notes) {
  OCTET_ASSIGN(const ParsedModel parsed, ParsedModel::Parse(model));
  onnx::ModelProto proto = parsed.proto();
  AnnotatedOnnx annotated;
  annotated.external_files = ExternalFiles(proto.graph());
  for (int n = 0; n < proto.graph().node_size(); ++n) {
    onnx::NodeProto& node = *proto.mutable_graph()->mutable_node(n);
    const auto note = notes.find(NodeName(node, n));
    if (note == notes.end()) continue;
    std::string text = WithoutMarks(node.doc_string());
    if (!text.empty() && !text.ends_with('\n')) text += '\n';
    node.set_doc_string(text + std::string(kMark) + note->second);
    ++annotated.nodes;
  }
  if (!proto.SerializePartialToString(&annotated.bytes)) {
    return BadInput("the annotated model would be 2 GiB or bigger");
  }
  return annotated;
}

}  // namespace octet::compile
