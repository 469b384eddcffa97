#include "compile/search/fold_scales.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <span>

#include "base/cpu.h"
#include "base/quant.h"
#include "compile/lower/weights.h"
#include "compile/search/foldable.h"
#include "kernels/matmul_f32/matmul_f32.h"

namespace octet::compile {
namespace {

constexpr double kAlphas[] = {0.15, 0.3, 0.4, 0.5, 0.6, 0.75, 1.0};
// No channel is folded by more: its weights would vanish.
constexpr double kLeastFactor = 1e-4;

// y [rows][outputs] = x [rows][width] * weight^T.
std::vector<float> Products(const Windows& x, std::span<const float> weight,
                            int64_t outputs) {
  const std::vector<float> b = Transposed(weight, outputs, x.width);
  std::vector<float> y(size_t(x.count() * outputs));
  kernels::MatMulF32Params params;
  params.m = x.count();
  params.k = x.width;
  params.n = outputs;
  params.a = x.rows.data();
  params.a_row_stride = x.width;
  params.b = b.data();
  params.b_row_stride = outputs;
  params.y = y.data();
  params.y_row_stride = outputs;
  const kernels::Work work = kernels::PlanMatMulF32(params, 1);
  size_t space = size_t(work.scratch_bytes) + 64;
  std::vector<std::byte> scratch(space);
  void* aligned = scratch.data();
  std::align(64, size_t(work.scratch_bytes), aligned, space);
  kernels::FindMatMulF32(DetectCpuLevel())(params, 0, 1,
                                           static_cast<std::byte*>(aligned));
  return y;
}

// One product that reads the value.
class Reader {
 public:
  Reader(const Graph& graph, const Node& node, const Windows& windows)
      : windows_(windows) {
    const Value& w = graph.values[size_t(node.inputs[1])];
    const auto data = w.data->as<float>();
    if (const Conv* conv = std::get_if<Conv>(&node.op)) {
      channels_ = w.shape[3];
      weight_.assign(data.begin(), data.end());
      fusion_ = conv->fusion;
    } else {
      channels_ = w.shape[0];
      weight_ = Transposed(data, w.shape[0], w.shape[1]);
      fusion_ = std::get<MatMul>(node.op).fusion;
    }
    outputs_ = int64_t(weight_.size()) / windows.width;
    if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
      const auto bias = graph.values[size_t(node.inputs[2])].data->as<float>();
      bias_.assign(bias.begin(), bias.end());
    }
    exact_ = Outputs(windows_, weight_);
  }

  // Largest weight of every channel.
  std::vector<double> LargestWeights() const {
    std::vector<double> most(size_t(channels_), 0);
    for (size_t i = 0; i < weight_.size(); ++i) {
      double& here = most[i % size_t(channels_)];
      here = std::max(here, double(std::abs(weight_[i])));
    }
    return most;
  }

  // Sum of squared errors of one window's outputs, in the mean.
  double Error(const FoldedQuant& quant) const {
    const std::vector<float> y = Outputs(Stored(quant), Folded(quant.scale));
    double sum = 0;
    for (size_t i = 0; i < y.size(); ++i) {
      const double d = double(y[i]) - double(exact_[i]);
      sum += d * d;
    }
    return sum / double(windows_.count());
  }

 private:
  std::vector<float> Outputs(const Windows& x,
                             const std::vector<float>& weight) const {
    std::vector<float> y = Products(x, weight, outputs_);
    for (size_t i = 0; i < y.size(); ++i) {
      if (!bias_.empty()) y[i] += bias_[i % bias_.size()];
      y[i] = float(Evaluate(fusion_.before, double(y[i])));
      // What is behind a residual is not known here.
      if (!fusion_.residual)
        y[i] = float(Evaluate(fusion_.after, double(y[i])));
    }
    return y;
  }

  // The windows as their codes say them.
  Windows Stored(const FoldedQuant& quant) const {
    Windows stored = windows_;
    const int32_t zero = quant.zero_point;
    for (size_t i = 0; i < stored.rows.size(); ++i) {
      const float scale = quant.scale[i % size_t(channels_)];
      float& x = stored.rows[i];
      x = octet::Dequantize(QuantizeU8(x, scale, zero), scale, zero);
    }
    return stored;
  }

  // The weights that the reader really has: quantized with the scales in them.
  std::vector<float> Folded(const std::vector<float>& scale) const {
    const float most = std::ranges::max(scale);
    std::vector<float> weight = weight_;
    for (size_t i = 0; i < weight.size(); ++i) {
      weight[i] *= scale[i % size_t(channels_)] / most;
    }
    const WeightCodes codes = QuantizeWeightsPerOutput(
        weight, std::vector<float>(size_t(outputs_), 0.0f));
    for (size_t i = 0; i < weight.size(); ++i) {
      const float whole =
          float(codes.codes[i]) * codes.scale[i / size_t(windows_.width)];
      weight[i] = whole * most / scale[i % size_t(channels_)];
    }
    return weight;
  }

  const Windows& windows_;
  int64_t outputs_ = 0, channels_ = 0;
  std::vector<float> weight_;  // [outputs][width]
  std::vector<float> bias_;    // by output, or empty
  Fusion fusion_;
  std::vector<float> exact_;
};

// Measures the error at the outputs of all readers of one value.
class Measurer {
 public:
  explicit Measurer(std::vector<Reader> readers)
      : readers_(std::move(readers)) {}

  // By channel, the largest weight that any reader has for it, as a share of
  // the reader's largest.
  std::vector<double> WeightShares(size_t channels) const {
    std::vector<double> share(channels, 1e-9);
    for (const Reader& reader : readers_) {
      const std::vector<double> most = reader.LargestWeights();
      const double all = std::ranges::max(most);
      for (size_t c = 0; all > 0 && c < most.size(); ++c) {
        share[c] = std::max(share[c], most[c] / all);
      }
    }
    return share;
  }

  double Error(const FoldedQuant& quant) const {
    double sum = 0;
    for (const Reader& reader : readers_) sum += reader.Error(quant);
    return sum;
  }

 private:
  std::vector<Reader> readers_;
};

std::vector<Range> ChannelRanges(const ValueRange& seen) {
  std::vector<Range> ranges;
  for (size_t c = 0; c < seen.channel_low.size(); ++c) {
    ranges.push_back({seen.channel_low[c], seen.channel_high[c]});
  }
  return ranges;
}

// What is left of them inside the range that one scale has.
std::vector<Range> Inside(std::vector<Range> ranges, const QuantParams& one) {
  const float low = octet::Dequantize(0, one.scale[0], one.zero_point[0]);
  const float high = octet::Dequantize(255, one.scale[0], one.zero_point[0]);
  for (Range& range : ranges) {
    range = {std::max(range.low, low), std::min(range.high, high)};
  }
  return ranges;
}

Result<FoldedQuant> QuantFor(double alpha, const std::vector<Range>& ranges,
                             const std::vector<double>& weights) {
  std::vector<double> factor;
  for (size_t c = 0; c < ranges.size(); ++c) {
    const double reach =
        std::max({double(-ranges[c].low), double(ranges[c].high), 1e-9});
    factor.push_back(std::pow(reach, alpha) / std::pow(weights[c], 1 - alpha));
  }
  const double most = std::ranges::max(factor);
  Range common;
  for (size_t c = 0; c < ranges.size(); ++c) {
    factor[c] = std::max(factor[c] / most, kLeastFactor);
    common.low = std::min(common.low, float(ranges[c].low / factor[c]));
    common.high = std::max(common.high, float(ranges[c].high / factor[c]));
  }
  OCTET_ASSIGN(const QuantParams params, ChooseQuantParams(common));
  FoldedQuant quant;
  quant.zero_point = params.zero_point[0];
  for (double f : factor) {
    quant.scale.push_back(float(double(params.scale[0]) * f));
  }
  return quant;
}

void Store(const Graph& graph, const StoredForm& at, const Folding& folding,
           int64_t first, Plan& plan) {
  const Value& value = graph.values[size_t(at.value)];
  Form& form = plan.values.at(value.name).forms[size_t(at.form)];
  const std::vector<float>& scale = folding.quant.scale;
  const int64_t n = value.shape[value.shape.rank() - 1];
  form.granularity = Granularity::kPerChannel;
  form.quant.scale.assign(scale.begin() + first, scale.begin() + first + n);
  form.quant.zero_point.assign(size_t(n), folding.quant.zero_point);
  form.rule += fmt::format(", folded {}", folding.alpha);
}

// nullopt if there is nothing to measure on.
std::optional<Measurer> MeasurerOf(const Graph& graph, const Foldable& foldable,
                                   const WindowSamples& windows) {
  std::vector<Reader> readers;
  for (NodeId n : foldable.products) {
    const Node& node = graph.nodes[size_t(n)];
    const auto drawn = windows.find(node.name);
    if (drawn == windows.end()) return std::nullopt;
    readers.emplace_back(graph, node, drawn->second);
  }
  return Measurer(std::move(readers));
}

// Where nobody mixes the channels, each has the scale of its own extremes.
std::optional<Folding> Unmixed(Foldable foldable, const ValueRange& seen,
                               size_t channels) {
  const std::vector<double> equal(channels, 1.0);
  Result<FoldedQuant> quant = QuantFor(1.0, ChannelRanges(seen), equal);
  if (!quant.ok()) return std::nullopt;
  return Folding{std::move(foldable), *std::move(quant), 1.0,
                 std::numeric_limits<double>::infinity()};
}

// The best way to fold one value; nullopt if no way is better than one scale.
std::optional<Folding> FoldingOf(const Graph& graph, Foldable foldable,
                                 const ValueRange& seen,
                                 const WindowSamples& windows,
                                 const Plan& plan) {
  const Value& value = graph.values[size_t(foldable.root.value)];
  const Form& form =
      plan.values.at(value.name).forms[size_t(foldable.root.form)];
  const size_t channels = size_t(value.shape[value.shape.rank() - 1]);
  const auto measurer = MeasurerOf(graph, foldable, windows);
  if (!measurer || seen.channel_low.size() != channels) return std::nullopt;
  if (foldable.products.empty()) {
    return Unmixed(std::move(foldable), seen, channels);
  }
  const std::vector<Range> whole = ChannelRanges(seen);
  const std::vector<double> weights = measurer->WeightShares(channels);
  const double base =
      measurer->Error({std::vector<float>(channels, form.quant.scale[0]),
                       form.quant.zero_point[0]});
  Folding best;
  double least = base;
  for (const auto& ranges : {whole, Inside(whole, form.quant)}) {
    for (double alpha : kAlphas) {
      Result<FoldedQuant> quant = QuantFor(alpha, ranges, weights);
      if (!quant.ok()) continue;
      const double error = measurer->Error(*quant);
      if (error >= least) continue;
      least = error;
      best.quant = *std::move(quant);
      best.alpha = alpha;
    }
  }
  if (best.alpha == 0) return std::nullopt;
  best.gain = base / std::max(least, base * 1e-6);
  best.foldable = std::move(foldable);
  return best;
}

}  // namespace

std::vector<NodeId> FoldableReaders(const Graph& graph, const Plan& plan) {
  const Uses uses = ComputeUses(graph);
  std::set<NodeId> readers;
  for (const Node& node : graph.nodes) {
    const auto foldable = FindFoldable(graph, uses, plan, node.outputs[0]);
    if (!foldable) continue;
    readers.insert(foldable->products.begin(), foldable->products.end());
  }
  return {readers.begin(), readers.end()};
}

std::vector<Folding> FindFoldings(const Graph& graph, const Ranges& ranges,
                                  const WindowSamples& windows,
                                  const Plan& plan) {
  const Uses uses = ComputeUses(graph);
  std::vector<Folding> foldings;
  for (const Node& node : graph.nodes) {
    const ValueId v = node.outputs[0];
    auto foldable = FindFoldable(graph, uses, plan, v);
    const ValueRange* seen = ranges.Find(graph.values[size_t(v)].name);
    if (!foldable || seen == nullptr) continue;
    auto folding = FoldingOf(graph, *std::move(foldable), *seen, windows, plan);
    if (folding) foldings.push_back(*std::move(folding));
  }
  return foldings;
}

void Fold(const Graph& graph, const Folding& folding, Plan& plan) {
  const Foldable& foldable = folding.foldable;
  Store(graph, foldable.root, folding, 0, plan);
  for (const StoredForm& copy : foldable.copies) {
    Store(graph, copy, folding, 0, plan);
  }
  for (const Foldable::Part& part : foldable.parts) {
    Store(graph, part.form, folding, part.first_channel, plan);
  }
}

}  // namespace octet::compile
