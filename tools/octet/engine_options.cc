#include "engine_options.h"

namespace octet::cli {

void EngineArguments::Add(CLI::App& app) {
  app.add_option("ENGINE", path, "engine file")->required();
  app.add_option("--threads", threads, "threads; 0 = all")
      ->check(CLI::NonNegativeNumber)
      ->group("Engine");
}

Result<Session> EngineArguments::NewSession(const Engine& engine) const {
  SessionOptions options;
  options.threads = threads;
  return Session::Create(engine, options);
}

Result<vision::Settings> EngineSettings(const Engine& engine) {
  if (engine.preprocess().empty()) return vision::LoadSettings("raw");
  return vision::SettingsFromToml(
      std::string(engine.preprocess()) + "\n" + std::string(engine.detect()),
      std::string(engine.model_name()));
}

}  // namespace octet::cli
