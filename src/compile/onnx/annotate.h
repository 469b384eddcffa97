// Writes onto the nodes of an ONNX model what became of them, for Netron and
// other viewers to show.
#ifndef OCTET_COMPILE_ONNX_ANNOTATE_H_
#define OCTET_COMPILE_ONNX_ANNOTATE_H_

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::compile {

struct AnnotatedOnnx {
  std::string bytes;
  int nodes = 0;  // that were written on
  // See external_files.h: where there are some, the new model must stand beside
  // them too.
  std::vector<std::string> external_files;
};

// The model with one line of each node's doc_string replaced or added:
// "octet: " and its note. Nothing that computes is changed, and fields that
// this reader does not know are kept. Nodes inside subgraphs are left alone.
//   notes:  by node, named as ImportOnnx names them.
//   errors: kBadInput as ImportOnnx for bytes that are no model.
Result<AnnotatedOnnx> AnnotateOnnx(
    std::span<const std::byte> model,
    const std::map<std::string, std::string>& notes);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_ONNX_ANNOTATE_H_
