// Which files beside an ONNX model hold tensors of it.
#ifndef OCTET_COMPILE_ONNX_EXTERNAL_FILES_H_
#define OCTET_COMPILE_ONNX_EXTERNAL_FILES_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace onnx {
class GraphProto;
}

namespace octet::compile {

// Their locations as the model gives them, relative to its folder: sorted, each
// once. Tensors inside subgraphs are not looked at: octet reads none of them.
std::vector<std::string> ExternalFiles(const onnx::GraphProto& graph);

//   errors: kBadInput as ImportOnnx for bytes that are no model.
Result<std::vector<std::string>> ExternalFiles(
    std::span<const std::byte> model);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_EXTERNAL_FILES_H_
