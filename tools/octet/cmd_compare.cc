// octet compare: an engine against the float model, layer by layer.
#include <algorithm>

#include "base/error.h"
#include "calibrate_options.h"
#include "command.h"

namespace octet::cli {
namespace {

struct Options {
  ModelArguments model;
  std::string engine;
  CalibrateArguments samples;
  std::string sort = "order";
};

// The first value whose own error stands out: the largest fall of the ratio
// from one computed value to the next. What only moves data is not to blame.
const LayerError& FirstJump(const std::vector<LayerError>& rows) {
  const LayerError* worst = &rows[0];
  const LayerError* before = nullptr;
  double fall = 0;
  for (const LayerError& row : rows) {
    if (row.precision == "move") continue;
    if (before != nullptr && before->sqnr_db - row.sqnr_db > fall) {
      fall = before->sqnr_db - row.sqnr_db;
      worst = &row;
    }
    before = &row;
  }
  return *worst;
}

Status Sort(const std::string& by, std::vector<LayerError>& rows) {
  if (by == "order") return {};
  if (by == "own") {
    std::ranges::stable_sort(rows, {}, &LayerError::own_sqnr_db);
  } else {
    std::ranges::stable_sort(rows, {}, &LayerError::sqnr_db);
  }
  return {};
}

Status Compare(const Options& options, Console& console) {
  OCTET_ASSIGN(const Model model, options.model.Open());
  OCTET_ASSIGN(const Engine engine, Engine::Open(options.engine));
  OCTET_ASSIGN(const vision::Settings settings,
               LoadPreprocess(options.samples.preprocess, model.name()));
  OCTET_ASSIGN(const auto samples,
               OpenCalibrationSamples(model, options.samples, settings));
  const int64_t most = options.samples.limit > 0 ? options.samples.limit : 16;
  OCTET_ASSIGN(Comparison comparison,
               CompareLayers(model, engine, *samples, most));
  for (const std::string& name : comparison.skipped) {
    console.Warn("skipped {}: it cannot be read", name);
  }
  std::vector<LayerError>& rows = comparison.layers;
  const LayerError jump = FirstJump(rows);
  OCTET_RETURN_IF_ERROR(Sort(options.sort, rows));
  console.Print("{:>8} {:>8} {:>9} {:>9} {:>9} {:>8} {:>6}  {:<5} {}", "SQNR",
                "own", "cosine", "rel. L2", "max err", "KL", "sat %", "prec",
                "value");
  nlohmann::json list = nlohmann::json::array();
  for (const LayerError& row : rows) {
    console.Print(
        "{:>8.2f} {:>8.2f} {:>9.6f} {:>9.5f} {:>9.4g} {:>8.4f} "
        "{:>6.2f}  {:<5} {}",
        row.sqnr_db, row.own_sqnr_db, row.cosine, row.relative_l2,
        row.max_error, row.kl, 100 * row.saturated, row.precision, row.value);
    list.push_back({{"value", row.value},
                    {"node", row.node},
                    {"precision", row.precision},
                    {"l2", row.l2},
                    {"relative_l2", row.relative_l2},
                    {"cosine", row.cosine},
                    {"sqnr_db", row.sqnr_db},
                    {"max_error", row.max_error},
                    {"kl", row.kl},
                    {"saturated", row.saturated},
                    {"own_sqnr_db", row.own_sqnr_db},
                    {"own_relative_l2", row.own_relative_l2}});
  }
  console.result()["layers"] = list;
  console.result()["first_jump"] = jump.value;
  console.result()["samples"] = comparison.samples;
  console.result()["skipped"] = comparison.skipped;
  console.Verdict(
      fmt::format("{} values compared over {} samples, {} skipped; the error "
                  "jumps first at {}",
                  rows.size(), comparison.samples, comparison.skipped.size(),
                  jump.value),
      fmt::format("{:.1f} dB there, {:.1f} dB by its own doing", jump.sqnr_db,
                  jump.own_sqnr_db),
      jump.node.empty() || jump.precision == "move"
          ? ""
          : fmt::format("octet build {} --calib DATA --keep '{}=fp32' -o "
                        "kept.octet",
                        options.model.path, jump.node));
  return {};
}

}  // namespace

std::function<Status(Console&)> AddCompare(CLI::App& app) {
  auto options = std::make_shared<Options>();
  options->model.Add(app);
  app.add_option("ENGINE", options->engine, "engine to compare")->required();
  options->samples.Add(app, "--data");
  app.get_option("--data")->required();
  app.add_option("--sort", options->sort, "order, own or total")
      ->check(CLI::IsMember({"order", "own", "total"}));
  return [options](Console& console) { return Compare(*options, console); };
}

}  // namespace octet::cli
