// An engine and how it is run, as several subcommands take it.
#ifndef OCTET_TOOLS_OCTET_ENGINE_OPTIONS_H_
#define OCTET_TOOLS_OCTET_ENGINE_OPTIONS_H_

#include <string>

#include "model_options.h"

namespace octet::cli {

struct EngineArguments {
  std::string path;
  int threads = 1;

  void Add(CLI::App& app);
  Result<Session> NewSession(const Engine& engine) const;
};

// The preprocessing and decoder that are recorded in an engine.
Result<vision::Settings> EngineSettings(const Engine& engine);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_ENGINE_OPTIONS_H_
