// The calibration pass: runs samples through the float engine and watches the
// values.
#ifndef OCTET_COMPILE_CALIBRATE_CALIBRATE_H_
#define OCTET_COMPILE_CALIBRATE_CALIBRATE_H_

#include <functional>
#include <string>
#include <vector>

#include "compile/calibrate/ranges_file.h"
#include "compile/ir/graph.h"
#include "octet/samples.h"

namespace octet::compile {

struct CalibrateOptions {
  int threads = 0;  // 0 = as many as the process may run on
  // This run takes the samples i with i % shards == shard - 1.
  int shard = 1, shards = 1;
  bool ordered = false;    // also moving averages: one thread, one shard
  std::string preprocess;  // recorded
  // Where an unfinished run keeps what it has; empty: nowhere. It is written
  // every few seconds and when `stop` says so, and removed at the end.
  std::string partial_path;
  bool resume = false;  // go on from partial_path, if it is there
  // Called after each sample, from one thread at a time.
  std::function<void(int64_t done, int64_t all)> progress;
  // Asked between samples; true ends the run (kFailed) with what was done kept.
  std::function<bool()> stop;
  // Samples of no use (unreadable, NaN, infinite throughout) are left out and
  // named; beyond this share the run fails.
  double max_skipped = 0.05;
};

// Runs a float graph (after passes) over the samples. The result depends on
// the set of samples only: not on threads, shards or interruptions.
//   errors: kUsage: a shard that there is not; kBadInput: no samples, a sample
//           that does not fit the model's inputs, too many of no use (named), a
//           partial file of another model or of other samples (which are read
//           again to see); and those of lowering.
Result<Ranges> Calibrate(const Graph& graph, const SampleSource& samples,
                         const CalibrateOptions& options);

// The values that are observed: what nodes compute, not what they only move,
// and concatenations.
std::vector<ValueId> ObservedValues(const Graph& graph);

// Ranges of these values before any sample.
Ranges NothingSeen(const Graph& graph);

}  // namespace octet::compile

#endif  // OCTET_COMPILE_CALIBRATE_CALIBRATE_H_
