// Measuring a session on labelled data, for `eval` and for the verdict of
// `build`.
#ifndef OCTET_TOOLS_OCTET_ACCURACY_H_
#define OCTET_TOOLS_OCTET_ACCURACY_H_

#include <optional>
#include <string>
#include <variant>

#include "console.h"
#include "engine_options.h"
#include "evaluate/case.h"
#include "evaluate/metrics/coco_map.h"
#include "evaluate/metrics/interval.h"
#include "evaluate/metrics/topk.h"

namespace octet::cli {

struct DataArguments {
  std::string data;  // case.json, folder, list, .npy, COCO .json
  std::string labels;
  std::string images;
  std::string metric;  // top1, top5, map50_95, map50; empty: by the data
  std::string split = "eval";
  std::string preprocess;  // only to check it against what is recorded

  void Add(CLI::App& app);
};

// One measured number.
struct Score {
  // How each sample fared, for what two engines differ by: of classes or boxes.
  using Samples = std::variant<evaluate::TopK, evaluate::CocoMatches>;

  std::string metric;
  double value = 0;
  evaluate::Interval interval;  // 95 %
  int64_t samples = 0;
  std::vector<double> without;  // the value without each group of samples
  std::vector<std::pair<std::string, double>> others;
  Samples of_samples;
};

// One score less another of the same metric on the same samples.
struct ScoreDifference {
  double value = 0;
  evaluate::Interval interval;               // 95 %, of the samples as pairs
  std::optional<evaluate::PairedHits> hits;  // of classes only
};
ScoreDifference DifferenceOf(const Score& one, const Score& other);

// Everything but the engine: opened once, measured with as many as wanted.
struct LabelledData {
  vision::Settings settings;
  evaluate::Dataset dataset;
  int64_t first_class = 0;
  bool detection = false;
  bool from_case = false;
  std::string metric;
};

// recorded: what the engine says of its preprocessing; another one is refused.
Result<LabelledData> OpenData(const DataArguments& arguments,
                              const vision::Settings& recorded);

Result<Score> Measure(const LabelledData& data, Session& session,
                      Console& console, const std::string& what);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_ACCURACY_H_
