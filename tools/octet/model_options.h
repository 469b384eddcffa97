// Options that several subcommands share: a model, its shapes, its samples.
#ifndef OCTET_TOOLS_OCTET_MODEL_OPTIONS_H_
#define OCTET_TOOLS_OCTET_MODEL_OPTIONS_H_

#include <CLI/App.hpp>
#include <memory>
#include <string>
#include <vector>

#include "command_line.h"
#include "evaluate/samples.h"
#include "octet/compiler.h"
#include "vision/settings.h"

namespace octet::cli {

struct ModelArguments {
  std::string path;
  std::vector<std::string> shapes;

  void Add(CLI::App& app);
  // Only --shapes.
  void AddShapes(CLI::App& app);
  Result<Model> Open() const;
  // The words that name the same model in the same shapes.
  void Repeat(CommandLine& command) const;
};

// Preset or file of --preprocess; empty: what is beside the model
// (MODEL.preprocess.toml or preprocess.toml), else raw.
Result<vision::Settings> LoadPreprocess(const std::string& option,
                                        const std::string& model_path);

// The inputs of a model or engine as sample readers want them.
std::vector<evaluate::InputSpec> InputSpecs(
    const std::vector<ValueInfo>& inputs);

// The canonical text that is recorded; empty for raw tensors. Sizes that the
// preprocessing leaves open are taken from the model first.
Result<std::string> RecordedPreprocess(
    const vision::Settings& settings,
    const std::vector<evaluate::InputSpec>& inputs);

// Runs one sample through a session.
Result<std::vector<Tensor>> RunSession(Session& session,
                                       const std::vector<Tensor>& inputs);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_MODEL_OPTIONS_H_
