// What to do with a model on this machine for a use, from measurements. Nothing
// here measures: advise.cc says what was found, this says what follows.
#ifndef OCTET_TOOLS_OCTET_ADVICE_H_
#define OCTET_TOOLS_OCTET_ADVICE_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "machine.h"
#include "octet/compiler.h"
#include "timing.h"

namespace octet::cli {

enum class Aim { kLatency, kMemory, kAccuracy, kThroughput };

// A kind of use, and what it asks for.
struct Use {
  std::string_view name;
  Aim aim;
  double most_ms;          // for an answer, at the 99th percentile; 0: not said
  double least_share;      // of answers as in float
  double least_sqnr_db;    // of outputs that are no answers
  std::string_view words;  // the same, to read
};

std::span<const Use> Uses();
// nullptr if there is none.
const Use* FindUse(std::string_view name);

// One batch size and number of threads, in both precisions.
struct Timing {
  int64_t batch = 1;
  int threads = 1;
  Latency f32, int8;
};

// What the steps of the float engine are.
struct Structure {
  double depthwise_share = 0;  // of multiply-accumulates
  int softmaxes = 0, layer_norms = 0, gathers = 0, steps = 0;
};

struct Agreed {
  std::string words;  // "98.5 % of top answers as in float"
  bool is_share = false;
  double share = 0, sqnr_db = 0;
  int64_t samples = 0;
};

// The whole model in 16-bit floats; batch 1, one thread.
struct HalfMeasured {
  std::string name;  // "fp16", "bf16"
  Latency latency;
  int64_t bytes = 0;             // as Measurements::f32_bytes
  std::optional<Agreed> agreed;  // only where it may help, with samples
};

struct Measurements {
  Machine machine;
  Timing one;                             // batch 1, one thread
  std::optional<Timing> threaded;         // batch 1, all threads
  std::optional<Timing> batched;          // one thread
  std::string fixed_batch;                // why there is no other batch
  int64_t f32_bytes = 0, int8_bytes = 0;  // engine and memory of a session
  double int8_share = 0;                  // of multiply-accumulates
  std::vector<HalfMeasured> halves;
  Structure structure;
  bool is_quantized = false;  // the model brings its own parameters
  // Why nodes stay in f32, and how many.
  std::vector<std::pair<std::string, int>> kept;
  std::optional<Agreed> agreed;   // only with samples
  std::vector<RangeTrial> tried;  // best first; only with samples
};

// One line: what to do about a topic, and the measurement that says so.
struct Advice {
  std::string topic;  // "precision", "calibrator", ...
  std::string advice;
  std::string evidence;
};

std::vector<Advice> Advise(const Use& use, const Measurements& measured);

// Whether a 16-bit precision is worth it for a use, accuracy aside: it takes
// less memory where that counts, less time elsewhere.
bool MayHelp(const Use& use, const Measurements& measured,
             const HalfMeasured& half);

// The 16-bit precision for what int8 hurts, or for everything where int8 is not
// advised; null: fp32 is as good.
const HalfMeasured* AdvisedHalf(const Use& use, const Measurements& measured);

// Whether int8 is the precision that `Advise` gives.
bool AdvisesInt8(const Use& use, const Measurements& measured);

}  // namespace octet::cli

#endif  // OCTET_TOOLS_OCTET_ADVICE_H_
