// Which of a model's values lose accuracy in int8, and how much.
//
//   OCTET_ASSIGN(Build build, BuildEngine(model, &ranges));
//   OCTET_ASSIGN(Sensitivity s, MeasureSensitivity(model, build.plan,
//   samples)); for (const ValueSensitivity& v : s.values) ...   // the worst
//   first
//
// The unit is a stored value with all the nodes that read it: a value that does
// not fit 8 bits hurts every reader, and a ranking of single nodes hides it.
// Beside it stand the nodes one by one, which shows what their weights lose.
#ifndef OCTET_SENSITIVITY_H_
#define OCTET_SENSITIVITY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "octet/accuracy.h"
#include "octet/compiler.h"

namespace octet {

// A mean over samples and its standard error.
struct Estimate {
  double mean = 0, error = 0;
};

// What int8 costs, against the float model on the same samples.
struct Loss {
  // Share of power that is lost where int8 ends: noise over signal, each value
  // there held to 1, the mean over them.
  Estimate noise;
  Estimate cosine;   // 1 - cosine of all outputs
  Estimate kl;       // of the distribution of the outputs' elements, in nats
  Estimate changed;  // share of answers that are not the float model's
};

// Of a stored value, or of a node.
struct UnitSensitivity {
  std::string name;
  std::vector<std::string> readers;  // nodes that compute with the value
  // Only it is int8: a value is rounded as its readers would see it; a node
  // reads such values and has its weights in codes. All arithmetic is float.
  // Not measured where a first sample showed that it is negligible; `noise` is
  // then the predicted one.
  Loss alone;
  bool is_measured = false;
  // Only it is not int8: an engine with the value and its readers, or with the
  // node, kept out. What that gains, in noise and in answers; where has_gain.
  Estimate gain, gain_changed;
  double gain_db = 0;
  bool has_gain = false;
  // Of a stored value, by the task's metric: what of it comes back when the
  // value is kept out of int8. metric_rank is by that, from 1; 0: not
  // evaluated.
  Estimate metric_gain;
  int metric_rank = 0;
  // Own error (of a node: at its output) over all samples, times how it grew on
  // the way to the end on the first one.
  double predicted = 0;
  int rank = 0, predicted_rank = 0;  // from 1; rank is by alone.noise
};

// How the damage is spread over the values.
enum class Damage : uint8_t {
  kNone,    // next to nothing is lost
  kSingle,  // half or more of it by one value
  kFew,     // four fifths or more by at most five
  kSpread,  // over many
};

struct Sensitivity {
  std::vector<UnitSensitivity> values;  // by rank
  std::vector<UnitSensitivity> nodes;   // by rank; in int8, moving no data
  Loss all;                             // of the int8 engine itself
  // With SensitivityOptions::accuracy: the float model's, and what the int8
  // engine loses of it.
  bool has_metric = false;
  double metric_of_float = 0;
  Estimate metric_lost;
  Damage damage = Damage::kNone;
  double top_share = 0;  // of the first value in the sum over all
  // Spearman's, of the prediction with what was measured on other samples than
  // the first; over `compared` stored values.
  double rank_correlation = 0;
  int64_t compared = 0;
  int64_t samples = 0;  // that were run
  std::vector<std::string> skipped;
  double seconds = 0;
};

struct SensitivityOptions {
  int64_t samples = 32;  // at most, spread evenly
  bool nodes = true;     // not only stored values
  // Values, and nodes, for which "only it is not int8" is measured: the worst;
  // -1: all.
  int64_t gains = 20;
  int threads = 0;  // 0 = as many as the process may run on; no result depends
  // Of one sample: the share of answers that `outputs` does not give as the
  // float model's outputs did. Called from several threads. Empty: not asked.
  std::function<Result<double>(const std::vector<Tensor>& float_outputs,
                               const std::vector<Tensor>& outputs)>
      changed;
  // Of an engine, by the task's metric on labelled data; empty: not asked. It
  // is called for the float model, the int8 engine, and that engine with each
  // of the first `evaluated` values of the ranking kept out: as often as that,
  // and a whole evaluation each time. It may fail once `stop` says so.
  std::function<Result<Accuracy>(const Engine&)> accuracy;
  std::string accuracy_of;  // names it; a state is gone on from with the same
  int64_t evaluated = 8;
  std::string state_path;  // where what is done is kept; empty: nowhere
  bool resume = false;     // go on from there
  std::function<void(std::string_view what, int64_t done, int64_t all)>
      progress;
  std::function<bool()> stop;  // asked every few runs; true ends it
};

// plan:   Build::plan, with everything int8 that may be.
// errors: kBadInput if the plan is not of the model, no sample can be read, a
//         sample does not fit, or the state is of another run; kFailed if
//         stopped.
Result<Sensitivity> MeasureSensitivity(const Model& model,
                                       std::string_view plan,
                                       const SampleSource& samples,
                                       const SensitivityOptions& options = {});

}  // namespace octet

#endif  // OCTET_SENSITIVITY_H_
