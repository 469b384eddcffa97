// Everything that is known of one node of an engine: `inspect --why`.
#ifndef OCTET_TOOLS_OCTET_WHY_H_
#define OCTET_TOOLS_OCTET_WHY_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.h"
#include "console.h"
#include "octet/compiler.h"

namespace octet::cli {

// What there is to tell it from; all but the engine may be missing.
struct WhySources {
  const Engine* engine = nullptr;
  const Model* model = nullptr;              // readers, weights, fused nodes
  const Calibration* calibration = nullptr;  // what was seen of its values
  nlohmann::json comparison;                 // of compare --json: its error
  // What builds the engine's model, for another build to be proposed.
  CommandLine build{"build"};
};

// Prints it and fills result()["nodes"] and result()["why"].
//   node:   its name, or that of a node fused into it (with a model).
//   errors: kUsage if there is no such node, with "did you mean"; kBadInput if
//           the model is not the engine's.
Status ExplainNode(const std::string& node, const WhySources& sources,
                   Console& console);

// The model with each node's precision and reason written on it.
//   errors: kBadInput if the engine is of another model; those of writing.
Status WriteAnnotated(const std::string& model_path, const Model& model,
                      const Engine& engine, const std::string& output,
                      Console& console);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_WHY_H_
