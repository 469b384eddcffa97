// The stages of the compiler in order, behind the public header.
#include "octet/compiler.h"

#include "base/error.h"
#include "base/file.h"
#include "compile/calibrate/calibrate.h"
#include "compile/calibrate/choose.h"
#include "compile/calibrate/stored_values.h"
#include "compile/calibrate/tensorrt_ranges.h"
#include "compile/empty_values.h"
#include "compile/fingerprint.h"
#include "compile/ir/bind.h"
#include "compile/ir/text.h"
#include "compile/lower/lower_batch.h"
#include "compile/make_plan.h"
#include "compile/model_data.h"
#include "compile/onnx/import.h"
#include "compile/passes/passes.h"
#include "compile/plan/absorb_qdq.h"
#include "compile/plan/classify.h"
#include "compile/search/auto_ranges.h"
#include "compile/search/tactics.h"
#include "engine/engine_file.h"
#include "octet/version.h"

namespace octet {

namespace {

ValueInfo Describe(const compile::Value& value) {
  ValueInfo info;
  info.name = value.name;
  info.dtype = value.dtype;
  info.shape = value.shape;
  return info;
}

void DescribeNodes(Model::Data& data) {
  for (const compile::Node& node : data.graph.nodes) {
    ModelNode& row = data.nodes.emplace_back();
    row.name = node.name;
    row.type = node.type;
    row.origins = node.origins;
    row.output_shape =
        data.graph.values[size_t(node.outputs[0])].shape.ToString();
    row.macs = compile::CountMacs(data.graph, node);
    for (compile::ValueId v : node.inputs) {
      if (v == compile::kNoValue) continue;
      const compile::Value& value = data.graph.values[size_t(v)];
      if (!value.is_constant()) row.inputs.push_back(value.name);
    }
    for (compile::ValueId v : node.outputs) {
      row.outputs.push_back(data.graph.values[size_t(v)].name);
    }
  }
  for (const compile::Value& value : data.graph.values) {
    if (value.is_constant()) data.weight_bytes += value.data->bytes();
  }
}

Result<Model> Finish(compile::Graph graph, std::string name, std::string hash,
                     const ModelOptions& options) {
  auto data = std::make_shared<Model::Data>();
  OCTET_RETURN_IF_ERROR(
      compile::BindShapes(graph, options.symbols, options.shapes));
  OCTET_RETURN_IF_ERROR(compile::RunPasses(graph));
  OCTET_RETURN_IF_ERROR(compile::RefuseEmptyValues(graph, name));
  if (compile::HasQdq(graph)) {
    OCTET_ASSIGN(data->imported, compile::AbsorbQdq(graph));
  }
  data->name = std::move(name);
  data->hash = std::move(hash);
  data->graph = std::move(graph);
  for (compile::ValueId v : data->graph.inputs) {
    data->inputs.push_back(Describe(data->graph.values[size_t(v)]));
  }
  for (compile::ValueId v : data->graph.outputs) {
    data->outputs.push_back(Describe(data->graph.values[size_t(v)]));
  }
  DescribeNodes(*data);
  return Model(std::move(data));
}

compile::ImportOptions ImportOptionsFrom(const ModelOptions& options) {
  compile::ImportOptions import;
  import.symbols = options.symbols;
  return import;
}

Result<compile::Plan> PlanOf(const Model& model, const Calibration* calibration,
                             const BuildOptions& options) {
  const std::optional<compile::Plan>& imported = model.data().imported;
  return compile::MakePlan(model.data().graph, imported ? &*imported : nullptr,
                           model.name(), options,
                           calibration == nullptr
                               ? std::map<std::string, float>()
                               : compile::PeaksOf(calibration->data().ranges));
}

// Whether a value is stored in codes whose parameters are not chosen yet.
bool NeedsRanges(const compile::Plan& plan) {
  for (const auto& [name, value] : plan.values) {
    for (const compile::Form& form : value.forms) {
      if (form.is_u8() && form.quant.scale.empty()) return true;
    }
  }
  return false;
}

Status CheckCalibrated(const Model& model, const compile::Plan& plan,
                       const Calibration* calibration,
                       const BuildOptions& options) {
  if (calibration != nullptr || !options.plan.empty() || !NeedsRanges(plan)) {
    return {};
  }
  return Usage("{}: an int8 build needs --calib DATA or --ranges FILE.calib",
               model.name());
}

Status CheckPreprocess(const Calibration* calibration,
                       const BuildOptions& options) {
  if (calibration == nullptr ||
      calibration->preprocess() == options.preprocess) {
    return {};
  }
  const auto shown = [](std::string_view text) {
    return text.empty() ? "raw" : text;
  };
  return BadInput(
      "the calibration was made with other preprocessing:\n"
      "  calibrated: {}\n  asked:      {}\nname with --preprocess what was "
      "calibrated, or calibrate again",
      shown(calibration->preprocess()), shown(options.preprocess));
}

}  // namespace

Result<Model> Model::Open(const std::string& path,
                          const ModelOptions& options) {
  OCTET_ASSIGN(compile::Graph graph,
               compile::ImportOnnx(path, ImportOptionsFrom(options)));
  OCTET_ASSIGN(const MappedFile file, MappedFile::Open(path));
  return Finish(std::move(graph), path, compile::Sha256Hex(file.bytes()),
                options);
}

Result<Model> Model::FromBytes(std::span<const std::byte> bytes,
                               const std::string& name,
                               const ModelOptions& options) {
  OCTET_ASSIGN(compile::Graph graph,
               compile::ImportOnnx(bytes, ImportOptionsFrom(options)));
  return Finish(std::move(graph), name, compile::Sha256Hex(bytes), options);
}

const std::string& Model::name() const { return data_->name; }
const std::string& Model::hash() const { return data_->hash; }
const std::vector<ValueInfo>& Model::inputs() const { return data_->inputs; }
const std::vector<ValueInfo>& Model::outputs() const { return data_->outputs; }
bool Model::is_quantized() const { return data_->imported.has_value(); }
const std::vector<ModelNode>& Model::nodes() const { return data_->nodes; }
int64_t Model::weight_bytes() const { return data_->weight_bytes; }
std::string Model::ToText() const { return compile::Print(data_->graph); }

Result<Calibration> Calibration::Open(const std::string& path) {
  OCTET_ASSIGN(compile::RangesFile file, compile::ReadRanges(path));
  if (file.progress != compile::Progress{}) {
    return BadInput(
        "{}: is of an unfinished calibration; finish it with "
        "--resume",
        path);
  }
  auto data = std::make_shared<Data>();
  data->ranges = std::move(file.ranges);
  return Calibration(std::move(data));
}

Status Calibration::Save(const std::string& path) const {
  return compile::WriteRanges(path, {data_->ranges, {}});
}

Status Calibration::Merge(const Calibration& other) {
  auto joined = std::make_shared<Data>(*data_);
  OCTET_RETURN_IF_ERROR(compile::Merge(joined->ranges, other.data_->ranges));
  data_ = std::move(joined);
  return {};
}

Result<Calibration> Calibration::FromTensorRtCache(
    const Model& model, const std::string& path,
    const std::string& preprocess) {
  OCTET_ASSIGN(const std::string text,
               ReadTextFile(path, compile::kMostTensorRtCacheBytes));
  OCTET_ASSIGN(const compile::TensorRtCache cache,
               compile::ParseTensorRtCache(text, path));
  auto data = std::make_shared<Data>();
  OCTET_ASSIGN(data->ranges,
               compile::RangesFromCache(model.data().graph, cache, path));
  data->ranges.preprocess = preprocess;
  return Calibration(std::move(data));
}

Result<std::string> Calibration::ToTensorRtCache(
    std::string_view range_rule) const {
  OCTET_ASSIGN(const compile::RangeChoice choice,
               compile::ParseRangeChoice(range_rule));
  OCTET_ASSIGN(const compile::TensorRtCache cache,
               compile::CacheFromRanges(data_->ranges, choice));
  return compile::WriteTensorRtCache(cache);
}

uint64_t Calibration::samples() const { return data_->ranges.samples; }
uint64_t Calibration::fingerprint() const { return data_->ranges.fingerprint; }
std::string_view Calibration::preprocess() const {
  return data_->ranges.preprocess;
}
const std::vector<std::string>& Calibration::skipped() const {
  return data_->ranges.skipped;
}

std::vector<ObservedRange> Calibration::values() const {
  std::vector<ObservedRange> rows;
  for (const compile::ValueRange& value : data_->ranges.values) {
    ObservedRange& row = rows.emplace_back();
    row.name = value.name;
    row.low = value.histogram.extremes().low;
    row.high = value.histogram.extremes().high;
    row.count = value.histogram.total();
    row.zeros = value.histogram.zeros();
    row.non_finite = value.histogram.non_finite();
    row.low_sample = value.low_sample;
    row.high_sample = value.high_sample;
  }
  return rows;
}

Result<Calibration> Calibrate(const Model& model, const SampleSource& samples,
                              const CalibrateOptions& options) {
  compile::CalibrateOptions inner;
  inner.threads = options.threads;
  inner.shard = options.shard;
  inner.shards = options.shards;
  inner.ordered = options.moving_average;
  inner.preprocess = options.preprocess;
  inner.partial_path = options.partial_path;
  inner.resume = options.resume;
  inner.progress = options.progress;
  inner.stop = options.stop;
  auto data = std::make_shared<Calibration::Data>();
  OCTET_ASSIGN(data->ranges,
               compile::Calibrate(model.data().graph, samples, inner));
  return Calibration(std::move(data));
}

Status Build::Save(const std::string& path) const {
  return WriteFileAtomically(path, engine);
}

namespace {

constexpr std::string_view kAuto = "auto";

std::string RuleWithoutSamples(const BuildOptions& options) {
  return options.range_rule == kAuto ? compile::RangeChoice().ToString()
                                     : options.range_rule;
}

Status ChooseRanges(const compile::Graph& graph, const Calibration& calibration,
                    const BuildOptions& options, compile::Plan& plan,
                    std::vector<RangeTrial>& tried) {
  const compile::Ranges& ranges = calibration.data().ranges;
  OCTET_ASSIGN(const compile::RangeChoice choice,
               compile::ParseRangeChoice(RuleWithoutSamples(options)));
  // A given plan is obeyed: only what it leaves open is filled in.
  if (options.samples == nullptr || !options.plan.empty()) {
    return compile::ChooseParams(graph, ranges, choice, plan);
  }
  compile::MeasureOptions measure =
      compile::AutoMeasureOptions(options.threads);
  if (options.range_rule != kAuto) {
    measure.rules = {choice};
    measure.own.clear();
    // All are the same idea: the range that leaves the least error.
    measure.fold = measure.narrow = choice.rule == compile::RangeRule::kMse;
  }
  OCTET_ASSIGN(compile::AutoRanges best,
               compile::ChooseRangesByMeasure(graph, ranges, plan,
                                              *options.samples, measure));
  plan = std::move(best.plan);
  tried = std::move(best.trials);
  return {};
}

Status ChooseTactics(compile::Lowered& lowered, const std::string& path) {
  if (path.empty()) return {};
  OCTET_ASSIGN(compile::TimingCache cache, compile::TimingCache::Read(path));
  const size_t known = cache.size();
  OCTET_RETURN_IF_ERROR(compile::ChooseTactics(lowered, cache));
  return cache.size() == known ? Status() : cache.Write(path);
}

}  // namespace

Status CheckBuildOptions(const Model& model, const BuildOptions& options) {
  if (options.range_rule != kAuto) {
    const auto choice = compile::ParseRangeChoice(options.range_rule);
    if (!choice.ok()) return choice.status();
  }
  return PlanOf(model, nullptr, options).status();
}

Result<Build> BuildEngine(const Model& model, const Calibration* calibration,
                          const BuildOptions& options) {
  const compile::Graph& graph = model.data().graph;
  OCTET_RETURN_IF_ERROR(CheckPreprocess(calibration, options));
  OCTET_ASSIGN(compile::Plan plan, PlanOf(model, calibration, options));
  OCTET_RETURN_IF_ERROR(CheckCalibrated(model, plan, calibration, options));
  Build build;
  if (calibration != nullptr && NeedsRanges(plan)) {
    OCTET_RETURN_IF_ERROR(
        ChooseRanges(graph, *calibration, options, plan, build.tried));
  }
  OCTET_ASSIGN(compile::Lowered lowered, compile::LowerBatch(graph, plan));
  OCTET_RETURN_IF_ERROR(ChooseTactics(lowered, options.timing_cache));
  engine::ProgramT& program = lowered.program;
  program.model_name = model.name().substr(model.name().rfind('/') + 1);
  program.model_hash = model.hash();
  program.octet_version = kVersion;
  program.preprocess = options.preprocess;
  program.detect = options.detect;
  program.calibration =
      calibration == nullptr
          ? plan.origin
          : fmt::format("{} samples, fingerprint {:016x}, rule {}",
                        calibration->samples(), calibration->fingerprint(),
                        build.tried.empty() ? RuleWithoutSamples(options)
                                            : build.tried[0].rule);
  OCTET_ASSIGN(const engine::AlignedBytes bytes,
               engine::EngineBytes(program, lowered.constants.bytes()));
  build.engine.assign(bytes.begin(), bytes.end());
  build.plan = compile::ToJson(plan);
  return build;
}

Result<std::vector<StoredValue>> DescribeValues(const Model& model,
                                                const Calibration* calibration,
                                                std::string_view json) {
  OCTET_ASSIGN(const compile::Plan plan, compile::PlanFromJson(json, "plan"));
  const compile::Ranges none;
  return compile::DescribeValues(
      model.data().graph,
      calibration == nullptr ? none : calibration->data().ranges, plan);
}

Result<std::vector<NodeNote>> ReadPlan(std::string_view json,
                                       std::string_view source) {
  OCTET_ASSIGN(const compile::Plan plan, compile::PlanFromJson(json, source));
  std::vector<NodeNote> notes;
  for (const auto& [name, node] : plan.nodes) {
    NodeNote& note = notes.emplace_back();
    note.node = name;
    note.precision = compile::Name(node.precision);
    note.reason = compile::Describe(node.reason);
  }
  return notes;
}

}  // namespace octet
