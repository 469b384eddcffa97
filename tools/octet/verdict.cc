#include "verdict.h"

#include <map>

#include "base/error.h"
#include "base/file.h"
#include "timing.h"

namespace octet::cli {
namespace {

// Nodes by precision and, where they were kept out of int8, by reason.
struct Kept {
  int64_t int8_macs = 0, all_macs = 0;
  int int8_nodes = 0, nodes = 0;
  std::map<std::string, std::vector<std::string>> by_reason;
};

Kept CountKept(const Engine& engine) {
  Kept kept;
  for (const NodeNote& note : engine.notes()) {
    ++kept.nodes;
    kept.all_macs += int64_t(note.macs);
    if (note.precision == "int8") {
      ++kept.int8_nodes;
      kept.int8_macs += int64_t(note.macs);
    } else {
      kept.by_reason[note.reason].push_back(note.node);
    }
  }
  return kept;
}

}  // namespace

Status GiveVerdict(const Model& model, const Build& build,
                   const BuildOptions& options, const VerdictRequest& request,
                   Console& console) {
  OCTET_ASSIGN(const Engine engine, Engine::FromBytes(build.engine));
  const Kept kept = CountKept(engine);
  const double share =
      kept.all_macs > 0 ? double(kept.int8_macs) / double(kept.all_macs) : 0;
  nlohmann::json& result = console.result();
  result["engine"] = request.engine_path;
  result["engine_bytes"] = build.engine.size();
  result["model_weight_bytes"] = model.weight_bytes();
  result["int8_mac_share"] = share;
  result["int8_nodes"] = kept.int8_nodes;
  result["nodes"] = kept.nodes;
  for (const auto& [reason, nodes] : kept.by_reason) {
    result["kept"].push_back({{"reason", reason}, {"nodes", nodes}});
    console.Print("  {:>4} nodes {}", nodes.size(), reason);
  }
  (void)options;
  console.Verdict(
      fmt::format("{}: {} ({} of weights in the model), {:.1f} % of "
                  "multiply-accumulates in int8",
                  request.engine_path, Bytes(double(build.engine.size())),
                  Bytes(double(model.weight_bytes())), 100 * share),
      "", fmt::format("octet bench {}", request.engine_path));
  return {};
}

}  // namespace octet::cli
