// Whether results can be written, asked before the work that makes them.
#ifndef OCTET_TOOLS_OCTET_OUTPUT_CHECK_H_
#define OCTET_TOOLS_OCTET_OUTPUT_CHECK_H_

#include <string>
#include <vector>

#include "octet/status.h"

namespace octet::cli {

// Empty paths are passed over; nothing is left behind.
//   inputs: files that are read and must not be overwritten
//   model:  an ONNX model that is read too, with the files beside it that hold
//           its tensors; empty: none
//   errors: kBadInput if a file cannot be written there, kUsage if it would
//           replace an input or another output.
Status CheckOutputs(const std::vector<std::string>& outputs,
                    std::vector<std::string> inputs,
                    const std::string& model = "");

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_OUTPUT_CHECK_H_
