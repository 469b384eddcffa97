// The flags of trtexec that `build` takes under their own names, beside --onnx,
// --saveEngine, --shapes and --calib, which are names of its own options.
#ifndef OCTET_TOOLS_OCTET_TRTEXEC_OPTIONS_H_
#define OCTET_TOOLS_OCTET_TRTEXEC_OPTIONS_H_

#include <CLI/App.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "octet/status.h"

namespace octet::cli {

struct TrtexecArguments {
  bool int8 = false, fp16 = false, bf16 = false, best = false;
  std::string layer_precisions;

  void Add(CLI::App& app);

  // Turns them into --precision and --keep; what --keep has of its own comes
  // behind and has the last word.
  //   errors: kUnsupported for what octet cannot do, saying what to use;
  //           kUsage for flags that contradict each other and for a wrong
  //           --layerPrecisions.
  Status Apply(std::string& precision, std::vector<std::string>& keep) const;

 private:
  Status ApplyPrecision(std::string& precision) const;
};

// "conv1:fp32,*:int8" -> {"*=int8", "conv1=fp32"}, patterns of --keep, of which
// a later one counts. As in trtexec, "*" is for the nodes that no other entry
// names, wherever it stands.
//   errors: as Apply.
Result<std::vector<std::string>> ParseLayerPrecisions(std::string_view text);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_TRTEXEC_OPTIONS_H_
