// octet run: every sample through an engine, outputs to .npy files.
#include <algorithm>
#include <filesystem>
#include <map>

#include "base/error.h"
#include "command.h"
#include "engine_options.h"
#include "evaluate/npy_writer.h"
#include "output_check.h"
#include "usage.h"
#include "vision/settings.h"

namespace octet::cli {
namespace {

struct RunArguments {
  EngineArguments engine;
  std::vector<std::string> inputs;  // NAME=FILE.npy, or one DATA
  std::string output;
};

// Samples from NAME=FILE.npy arguments, in the engine's order of inputs.
Result<std::unique_ptr<SampleSource>> NamedArrays(
    const std::vector<std::string>& arguments,
    const std::vector<evaluate::InputSpec>& specs) {
  std::vector<std::string> paths(specs.size());
  for (const std::string& argument : arguments) {
    const size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const auto spec =
        std::ranges::find(specs, name, &evaluate::InputSpec::name);
    if (equals == std::string::npos || spec == specs.end()) {
      std::string names;
      for (const auto& s : specs) names += " " + s.name;
      return Usage("--input '{}': expected NAME=FILE.npy; the inputs are:{}",
                   argument, names);
    }
    std::string& path = paths[size_t(spec - specs.begin())];
    if (!path.empty()) {
      return Usage("--input {}= is given twice; give each input once", name);
    }
    path = argument.substr(equals + 1);
  }
  for (size_t i = 0; i < specs.size(); ++i) {
    if (paths[i].empty()) {
      return Usage("no --input {}=FILE.npy given", specs[i].name);
    }
  }
  return evaluate::SamplesFromArrays(paths, specs);
}

Result<std::unique_ptr<SampleSource>> OpenInputs(const RunArguments& options,
                                                 const Engine& engine) {
  const auto specs = InputSpecs(engine.inputs());
  if (options.inputs.empty()) return Usage("no --input given");
  const bool named = options.inputs[0].find('=') != std::string::npos;
  if (named) return NamedArrays(options.inputs, specs);
  if (options.inputs.size() > 1) {
    return Usage(
        "--input '{}': one folder or list of images can be given, or "
        "NAME=FILE.npy for each input",
        options.inputs[1]);
  }
  OCTET_ASSIGN(const vision::Settings settings, EngineSettings(engine));
  return evaluate::OpenSamples(options.inputs[0], specs, settings.preprocess);
}

// '/' and ':' cannot be in a file's name everywhere.
std::string FileName(std::string name) {
  std::ranges::replace(name, '/', '_');
  std::ranges::replace(name, ':', '_');
  return name + ".npy";
}

// Where each output goes. None may replace what is read.
Result<std::vector<std::string>> OutputPaths(const RunArguments& options,
                                             const Engine& engine,
                                             const SampleSource& samples) {
  std::map<std::string, std::string> names;  // by path
  std::vector<std::string> paths;
  for (const ValueInfo& output : engine.outputs()) {
    paths.push_back(options.output + "/" + FileName(output.name));
    const auto [other, is_new] = names.emplace(paths.back(), output.name);
    if (!is_new) {
      return BadInput(
          "outputs '{}' and '{}' would both be written to {}; rename one in "
          "the model",
          other->second, output.name, paths.back());
    }
  }
  std::vector<std::string> inputs = {options.engine.path};
  for (const std::string& argument : options.inputs) {
    inputs.push_back(argument.substr(argument.find('=') + 1));
  }
  // Of a folder each file is read by itself; what is not there yet is none.
  const bool replaces = std::ranges::any_of(paths, [](const auto& path) {
    std::error_code ignored;  // what cannot be looked at is told below
    return std::filesystem::exists(path, ignored);
  });
  for (int64_t i = 0; replaces && i < samples.size(); ++i) {
    inputs.push_back(samples.Name(i));
  }
  OCTET_RETURN_IF_ERROR(CheckOutputs(paths, inputs));
  return paths;
}

Status Run(const RunArguments& options, Console& console) {
  OCTET_ASSIGN(const Engine engine, Engine::Open(options.engine.path));
  OCTET_ASSIGN(Session session, options.engine.NewSession(engine));
  OCTET_ASSIGN(const auto samples, OpenInputs(options, engine));
  std::error_code error;
  std::filesystem::create_directories(options.output, error);
  if (error) {
    return BadInput("{}: cannot be made: {}; choose another folder with -o",
                    options.output, error.message());
  }
  OCTET_ASSIGN(const auto paths, OutputPaths(options, engine, *samples));
  std::vector<evaluate::NpyWriter> writers;
  for (const std::string& path : paths) {
    OCTET_ASSIGN(evaluate::NpyWriter writer, evaluate::NpyWriter::Create(path));
    writers.push_back(std::move(writer));
  }
  for (int64_t i = 0; i < samples->size(); ++i) {
    OCTET_ASSIGN(const auto inputs, samples->Get(i));
    OCTET_ASSIGN(const auto outputs, RunSession(session, inputs));
    for (size_t o = 0; o < outputs.size(); ++o) {
      OCTET_RETURN_IF_ERROR(writers[o].Append(outputs[o]));
    }
    console.Progress("running", i + 1, samples->size());
  }
  for (evaluate::NpyWriter& writer : writers) {
    OCTET_RETURN_IF_ERROR(writer.Finish());
  }
  console.result()["samples"] = samples->size();
  console.result()["outputs"] = engine.outputs().size();
  console.Verdict(fmt::format("{} samples run, outputs in {}", samples->size(),
                              options.output),
                  "", "");
  return {};
}

}  // namespace

std::function<Status(Console&)> AddRun(CLI::App& app) {
  auto options = std::make_shared<RunArguments>();
  options->engine.Add(app);
  app.add_option("-i,--input", options->inputs,
                 "NAME=FILE.npy for each input (first axis = samples), or one "
                 "folder or list of images")
      ->required();
  app.add_option("-o,--output", options->output, "folder for OUTPUT.npy files")
      ->check(NotEmpty())
      ->required();
  return [options](Console& console) { return Run(*options, console); };
}

}  // namespace octet::cli
