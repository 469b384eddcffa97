// Calibration as `calibrate` and `build` both do it.
#ifndef OCTET_TOOLS_OCTET_CALIBRATE_OPTIONS_H_
#define OCTET_TOOLS_OCTET_CALIBRATE_OPTIONS_H_

#include <optional>
#include <string>

#include "console.h"
#include "model_options.h"

namespace octet::cli {

struct CalibrateArguments {
  std::string data;
  std::string preprocess;
  std::string shard;  // "2/7"
  std::string method = "mse";
  int64_t limit = 0;  // most samples; 0 = all
  int threads = 0;
  bool resume = false;

  // data_option: "--data" or "--calib".
  void Add(CLI::App& app, const std::string& data_option);
  // Only those that say what the samples are; only --threads.
  void AddSamples(CLI::App& app, const std::string& data_option);
  void AddThreads(CLI::App& app);

  // The words that name the same samples, read in the same way.
  void RepeatSamples(CommandLine& command,
                     const std::string& data_option) const;
  // Those with which `build` calibrates as these arguments do.
  //   ranges: a .calib file that takes the place of calibrating; empty: none.
  void RepeatForBuild(CommandLine& command, const std::string& ranges) const;
};

// "2/7": shard 2 of 7.
struct ShardOption {
  int shard = 1, shards = 1;
};
//   errors: kUsage unless 1 <= shard <= shards.
Result<ShardOption> ParseShard(std::string_view text);

// Everything of the arguments that can be wrong without a look at the samples.
//   errors: kUsage, with "did you mean".
Status CheckCalibrateArguments(const CalibrateArguments& arguments);

// Opens the samples and runs them; Ctrl-C leaves what is done in
// `partial_path`.
//   source: what `model` was opened from.
Result<Calibration> RunCalibration(const Model& model,
                                   const ModelArguments& source,
                                   const CalibrateArguments& arguments,
                                   const std::string& partial_path,
                                   Console& console);

// trtexec's --calib names a cache: it means --ranges then.
void TakeCalibrationCache(CalibrateArguments& arguments, std::string& ranges);

// Reads `ranges`, a .calib file or TensorRT's cache, where it is given; else
// calibrates on the samples, if there are any and the model needs it.
//   preprocess: canonical text, of a cache.
Result<std::optional<Calibration>> GetCalibration(
    const Model& model, const ModelArguments& source,
    const CalibrateArguments& arguments, const std::string& ranges,
    const std::string& preprocess, const std::string& partial_path,
    Console& console);

// The samples that --data or --calib names.
Result<std::unique_ptr<SampleSource>> OpenCalibrationSamples(
    const Model& model, const CalibrateArguments& arguments,
    const vision::Settings& settings);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_CALIBRATE_OPTIONS_H_
