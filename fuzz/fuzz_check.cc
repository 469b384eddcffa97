// What `octet check` is told, in TOML. What is accepted keeps its promises.
#include "fuzz/bytes.h"
#include "tools/octet/check_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace octet;
  const auto config =
      cli::ParseCheckConfig(fuzz::AsText(data, size), "fuzz", "folder");
  if (!config.ok()) {
    fuzz::Expect(!config.status().message().empty());
    return 0;
  }
  fuzz::Expect(!config->model.empty() && !config->gates.empty());
  for (const cli::Gate& gate : config->gates) {
    const int limits = gate.bytes.has_value() + gate.ratio.has_value() +
                       gate.ms.has_value() + gate.least.has_value() +
                       gate.drop.has_value();
    fuzz::Expect(limits == (gate.kind == cli::GateKind::kLoads ? 0 : 1));
  }
  return 0;
}
