// The compiler: an ONNX model and samples in, an engine out.
//
//   OCTET_ASSIGN(Model model, Model::Open("yolov8n.onnx"));
//   OCTET_ASSIGN(Calibration ranges, Calibrate(model, samples));
//   OCTET_ASSIGN(Build build, BuildEngine(model, &ranges));
//   OCTET_RETURN_IF_ERROR(build.Save("yolov8n.octet"));
//
// Each stage is a function, and what lies between two can be saved, inspected
// and fed back: model.calib (Calibration), model.plan.json (Build::plan),
// model.octet (the engine). All objects are safe to read from several threads.
#ifndef OCTET_COMPILER_H_
#define OCTET_COMPILER_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "octet/runtime.h"
#include "octet/samples.h"

namespace octet {

struct ModelOptions {
  // Sizes of symbolic dimensions by name, and whole input shapes by input.
  std::map<std::string, int64_t> symbols;
  std::map<std::string, Shape> shapes;
};

// One operation of a model, after import and fusion.
struct ModelNode {
  std::string name;
  std::string type;  // ONNX operator
  std::string output_shape;
  std::vector<std::string> origins;  // the model's nodes fused into it
  // Names of the values that it reads, constants left out, and makes.
  std::vector<std::string> inputs, outputs;
  int64_t macs = 0;
};

// A model, read and brought into canonical form.
class Model {
 public:
  // errors: kBadInput if the file is damaged or inconsistent, kUnsupported with
  //         every operator that octet lacks, kUsage for a wrong shape option.
  static Result<Model> Open(const std::string& path,
                            const ModelOptions& options = {});
  static Result<Model> FromBytes(std::span<const std::byte> bytes,
                                 const std::string& name,
                                 const ModelOptions& options = {});

  const std::string& name() const;
  const std::string& hash() const;  // SHA-256 of the file, hex
  const std::vector<ValueInfo>& inputs() const;
  const std::vector<ValueInfo>& outputs() const;
  // A QDQ model: its own parameters are used, and it needs no calibration.
  bool is_quantized() const;
  const std::vector<ModelNode>& nodes() const;
  int64_t weight_bytes() const;  // as f32
  // The graph in text form.
  std::string ToText() const;

  struct Data;
  explicit Model(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

struct CalibrateOptions {
  int threads = 0;              // 0 = as many as the process may run on
  int shard = 1, shards = 1;    // this run takes samples shard-1, +shards, ...
  bool moving_average = false;  // observe that too; no shards then
  std::string preprocess;       // canonical text, recorded
  std::string partial_path;     // where an unfinished run keeps what it has
  bool resume = false;          // go on from there
  std::function<void(int64_t done, int64_t all)> progress;
  std::function<bool()> stop;  // asked between samples; true ends the run
};

// What was observed of one value.
struct ObservedRange {
  std::string name;
  float low = 0, high = 0;
  uint64_t count = 0, zeros = 0, non_finite = 0;
  int64_t low_sample = -1, high_sample = -1;  // which samples gave the extremes
};

// What calibration saw: a model.calib file.
class Calibration {
 public:
  // errors: kBadInput if it cannot be read, kDamaged if any byte changed.
  static Result<Calibration> Open(const std::string& path);
  Status Save(const std::string& path) const;
  // As if one run had seen both sets of samples; equal for any order.
  //   errors: kBadInput if they are of different models or preprocessing, or
  //           have samples in common.
  Status Merge(const Calibration& other);

  // From TensorRT's calibration cache: a symmetric range for each value, by its
  // name in the model. Every range rule gives these.
  //   preprocess: what the cache was calibrated with; it does not say.
  //   errors:     kBadInput if it is no cache or has no value of the model.
  static Result<Calibration> FromTensorRtCache(const Model& model,
                                               const std::string& path,
                                               const std::string& preprocess);
  // As such a cache, with the ranges that a rule chooses; TensorRT's are
  // symmetric, so that the larger end counts.
  //   errors: kUsage for the rule, with "did you mean".
  Result<std::string> ToTensorRtCache(std::string_view range_rule) const;

  uint64_t samples() const;
  uint64_t fingerprint() const;
  std::string_view preprocess() const;
  const std::vector<std::string>& skipped() const;
  std::vector<ObservedRange> values() const;

  struct Data;
  explicit Calibration(std::shared_ptr<const Data> data)
      : data_(std::move(data)) {}
  const Data& data() const { return *data_; }

 private:
  std::shared_ptr<const Data> data_;
};

// Runs samples through the model's float engine. The result depends on the set
// of samples only, not on threads, shards, order or interruptions.
//   errors: kBadInput: no samples, wrong shapes, too many unreadable samples
//           (each named); kFailed if stopped.
Result<Calibration> Calibrate(const Model& model, const SampleSource& samples,
                              const CalibrateOptions& options = {});

struct BuildOptions {
  // "int8", "fp16", "bf16" or "fp32": of every node that has a form in it; what
  // has none, or would lose by it, is fp32 with a reason.
  std::string precision = "int8";
  // "minmax", "mean-minmax", "entropy", "percentile[:P]", "mse",
  // "moving-average", or "auto": several are tried, with folded channel scales
  // and without, and the one whose engine is closest to the float model on
  // `samples` is taken; "mse" where there are none. Whatever the rule, biases
  // are corrected where that brings the engine closer on `samples`, and with
  // "mse" channel scales are folded and ranges of weights and of single
  // channels narrowed where it does.
  std::string range_rule = "mse";
  const SampleSource* samples = nullptr;
  int threads = 0;  // of measuring; 0 = all
  // PATTERN=PRECISION; a node's name counts before a pattern, and two patterns
  // of unlike precision must not match one node.
  std::vector<std::string> keep;
  std::vector<std::string> require;  // the same; fails rather than do otherwise
  std::string plan;                  // a plan to obey, JSON; empty: make one
  std::string plan_source;           // its name in messages
  std::string preprocess;            // canonical text, recorded in the engine
  std::string detect;                // canonical text of the decoder, recorded
  // A file with the fastest tactic of each int8 convolution on this machine, as
  // builds before have timed them; what it lacks is timed and added. Empty: the
  // kernels choose by rules, without timing. Engines compute the same whatever
  // it says.
  std::string timing_cache;
};

// The rule that chooses the range of one value, where it is not that of all.
struct OwnRule {
  std::string value;
  std::string rule;    // "percentile:99.99", ...
  double gain_db = 0;  // of the value's own signal to noise, where int8 ends
};

// One way to choose ranges and repair biases that was tried.
struct RangeTrial {
  std::string rule;          // "mse", "minmax folded", ...
  double sqnr_db = 0;        // against float, where int8 ends: mean over values
  std::vector<OwnRule> own;  // those that gain most first
};

struct Build {
  std::vector<std::byte> engine;  // the bytes of the file
  std::string plan;               // JSON
  std::vector<RangeTrial> tried;  // best first; empty without samples
  // Writes the engine atomically.
  Status Save(const std::string& path) const;
};

// Everything that BuildEngine would refuse without having seen a calibration:
// asked before one begins.
//   errors: as BuildEngine.
Status CheckBuildOptions(const Model& model, const BuildOptions& options);

// Decides each node's precision (or obeys options.plan), chooses parameters and
// lowers. The same arguments give the same bytes.
//   calibration: may be null for a float build, a plan with all parameters or a
//                quantized model. A build in fp16 without one cannot tell which
//                values leave its range.
//   errors: kUsage for options (with "did you mean"), kBadInput if the
//           calibration or plan does not fit the model or another preprocessing
//           was calibrated, kUnsupported if a requirement cannot be met.
Result<Build> BuildEngine(const Model& model, const Calibration* calibration,
                          const BuildOptions& options = {});

// One u8 form in which a plan stores a value.
struct StoredForm {
  std::string rule;  // that chose its range: "mse", "as NAME", ...
  bool per_channel = false;
  // What its codes can stand for; over channels the widest.
  double low = 0, high = 0;
  double step = 0;  // real units a code; over channels the largest
  // Share of the seen elements beyond low and high; of one scale only.
  double clipped = 0;
  // Codes between which 99.9 % of the seen elements lie, of 256; of one scale
  // only, 0 elsewhere.
  double busy_codes = 0;
};

// What calibration saw of a value, and how a plan stores it.
struct StoredValue {
  std::string name;
  std::vector<StoredForm> forms;
  // Empty, zero and -1 where it was not observed by itself.
  float seen_low = 0, seen_high = 0;          // exact
  uint64_t count = 0, zeros = 0;              // zeros are in no bin
  int64_t low_sample = -1, high_sample = -1;  // that gave the extremes
  // Elements from bin_low + i * bin_width on; at most kMostBins.
  static constexpr int kMostBins = 256;
  std::vector<uint64_t> bins;
  double bin_low = 0, bin_width = 0;
  // The widest channel against the median one; 0 where channels were not told
  // apart.
  double channel_ratio = 0;
};

// Every value that a plan (Build::plan) stores in u8 with a range of its own,
// in the model's order. What only moves another value's data is left out.
//   calibration: may be null; nothing was seen then.
//   errors:      kBadInput if the plan is not as octet writes it.
Result<std::vector<StoredValue>> DescribeValues(const Model& model,
                                                const Calibration* calibration,
                                                std::string_view plan);

// One value of an engine against the float model's.
struct LayerError {
  std::string value;
  std::string node;       // whose step completed it
  std::string precision;  // of that step
  // All of its error, that of the nodes before it included.
  double l2 = 0, relative_l2 = 0, cosine = 1, sqnr_db = 0, max_error = 0;
  double kl = 0;  // of the distribution of its elements, in nats
  // What is left when every input is exact: the node's own doing.
  double own_sqnr_db = 0, own_relative_l2 = 0;
  // The rest, and the error of the worst value that the node reads.
  double inherited_relative_l2 = 0, inputs_sqnr_db = 0;
  // What its codes can stand for; both 0 where it is stored as it is.
  float low = 0, high = 0;
  // Share of the float model's elements that lie outside, by more than half a
  // step; and of those below alone.
  double saturated = 0, saturated_low = 0;
};

// All values, in the engine's order.
struct Comparison {
  std::vector<LayerError> layers;
  // The first value whose error is more than 10 dB above what the values that
  // it is computed from, and what is usual in this engine, explain; empty where
  // the error grows evenly.
  std::string first_jump;
  int64_t samples = 0;               // that were run
  std::vector<std::string> skipped;  // not read, or without a truth
  // Given tensors that are no value of the model, or one of another size: most
  // of these were fused away.
  std::vector<std::string> unmatched;
};

// Layer by layer against the float model, over the first `most` samples.
//   errors: kBadInput if the engine is of another model, a sample does not fit,
//           or none can be read.
Result<Comparison> CompareLayers(const Model& model, const Engine& engine,
                                 const SampleSource& samples,
                                 int64_t most = 16);

// The same with another engine of the model in place of the float model.
Result<Comparison> CompareEngines(const Model& model, const Engine& truth,
                                  const Engine& engine,
                                  const SampleSource& samples,
                                  int64_t most = 16);

// f32 tensors by the names of the model's values, with `/` and `:` as `_`; in
// the model's own layout.
using NamedTensors = std::map<std::string, Tensor>;
// What another runtime computed for a sample.
using ValueSource = std::function<Result<NamedTensors>(int64_t sample)>;

// The same with tensors of another runtime in place of the float model's.
//   engine: null: the float model is compared with them.
//   errors: kBadInput too if none of them is a value of the model, with "did
//           you mean".
Result<Comparison> CompareTensors(const Model& model, const Engine* engine,
                                  const ValueSource& truth,
                                  const SampleSource& samples,
                                  int64_t most = 16);

// A value, or the weights of a node, that eight bits hurt.
struct Suspect {
  std::string value;   // that is stored in eight bits; empty: it is the weights
  std::string node;    // that makes the value, or whose weights they are
  double sqnr_db = 0;  // of rounding and clipping alone, mean over channels
  // Of the error where int8 ends: how much is there when nothing else is int8.
  // Shares are no parts of a whole: errors add to and cancel one another.
  double share = 0;
  std::string kind;    // "saturated sum", "shared concat scale", ...
  std::string cause;   // in words, with the numbers that show it
  std::string remedy;  // options of `build`, or words
  // Nodes which, in fp32, do without it; none for a quantized model, whose
  // precisions are its own: `remedy` is a search then.
  std::vector<std::string> keep;
};

// The values and weights that cost an engine most, the worst first, each with
// its likely cause. Candidates are those that lose most by being stored in
// eight bits; what each costs is measured by storing it alone so in the float
// model.
//   calibration: what the engine was built with; null: `samples` tell what it
//                would have seen.
//   plan:        what the engine was built by (Build::plan): an engine does not
//                say which weight ranges are narrowed; empty: none is.
//   errors:      as CompareLayers; kBadInput if the plan is not as octet writes
//                it.
Result<std::vector<Suspect>> Diagnose(const Model& model, const Engine& engine,
                                      const SampleSource& samples,
                                      const Calibration* calibration = nullptr,
                                      std::string_view plan = {},
                                      size_t most = 3);

// What a plan (Build::plan) says of each node, sorted by name; types and
// multiply-accumulates are not in it.
//   source: what messages call it.
//   errors: kBadInput naming the place that is not as octet writes it.
Result<std::vector<NodeNote>> ReadPlan(std::string_view json,
                                       std::string_view source);

}  // namespace octet

#endif  // OCTET_COMPILER_H_
