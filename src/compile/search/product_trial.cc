#include "compile/search/product_trial.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <span>

#include "base/cpu.h"
#include "compile/lower/weights.h"
#include "compile/plan/classify.h"
#include "kernels/matmul_f32/matmul_f32.h"

namespace octet::compile {
namespace {

// y [rows][outputs] = x [rows][width] * weight^T.
std::vector<float> Mixed(const Windows& x, std::span<const float> weight,
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

// y [rows][channels]: every channel by its own taps, weight [channels][taps].
std::vector<float> UnmixedProducts(const Windows& x,
                                   std::span<const float> weight,
                                   int64_t channels) {
  const size_t n = size_t(channels), taps = size_t(x.width / channels);
  std::vector<float> y(size_t(x.count()) * n, 0.0f);
  for (size_t r = 0; r < size_t(x.count()); ++r) {
    const float* from = x.rows.data() + r * size_t(x.width);
    float* to = y.data() + r * n;
    for (size_t t = 0; t < taps; ++t) {
      for (size_t c = 0; c < n; ++c) {
        to[c] += from[t * n + c] * weight[c * taps + t];
      }
    }
  }
  return y;
}

// Parameters of one channel, where there may be one for all.
template <typename T>
T OfChannel(const std::vector<T>& v, size_t channel) {
  return v[v.size() == 1 ? 0 : channel];
}

}  // namespace

ProductTrial::ProductTrial(const Graph& graph, const Node& node,
                           Windows windows)
    : windows_(std::move(windows)) {
  const Value& w = graph.values[size_t(node.inputs[1])];
  const auto data = w.data->as<float>();
  if (const Conv* conv = std::get_if<Conv>(&node.op)) {
    depthwise_ = Classify(graph, node) == Role::kDepthwise;
    outputs_ = w.shape[0];
    channels_ = depthwise_ ? outputs_ : w.shape[3];
    weight_.assign(data.begin(), data.end());
    fusion_ = conv->fusion;
  } else {
    outputs_ = w.shape[1];
    channels_ = w.shape[0];
    weight_ = Transposed(data, w.shape[0], w.shape[1]);
    fusion_ = std::get<MatMul>(node.op).fusion;
  }
  if (node.inputs.size() > 2 && node.inputs[2] != kNoValue) {
    const auto bias = graph.values[size_t(node.inputs[2])].data->as<float>();
    bias_.assign(bias.begin(), bias.end());
  }
  exact_ = Products(windows_, weight_);
  exact_outputs_ = exact_;
  ApplyFunctions(exact_outputs_);
}

std::vector<double> ProductTrial::LargestWeights() const {
  std::vector<double> most(size_t(channels_), 0);
  for (size_t i = 0; i < weight_.size(); ++i) {
    double& here = most[i % size_t(channels_)];
    here = std::max(here, double(std::abs(weight_[i])));
  }
  return most;
}

double ProductTrial::Error(const QuantParams& input) const {
  std::vector<float> y = Products(Stored(input), WeightsOfCodes(input, {}));
  TakeOutShift(y);
  const std::vector<double> errors = ErrorsByOutput(std::move(y));
  return std::accumulate(errors.begin(), errors.end(), 0.0);
}

std::vector<std::vector<double>> ProductTrial::ErrorsByClip(
    const QuantParams& input, std::span<const float> shares) const {
  const Windows stored = Stored(input);
  std::vector<std::vector<double>> errors;
  for (const float share : shares) {
    const std::vector<float> clip(size_t(outputs_), share);
    std::vector<float> y = Products(stored, WeightsOfCodes(input, clip));
    TakeOutShift(y);
    errors.push_back(ErrorsByOutput(std::move(y)));
  }
  return errors;
}

std::vector<std::vector<double>> ProductTrial::ErrorsByInput(
    std::span<const QuantParams> inputs, std::span<const float> clip) const {
  std::vector<std::vector<double>> errors;
  for (const QuantParams& input : inputs) {
    errors.push_back(
        ErrorsByOutput(Products(Stored(input), WeightsOfCodes(input, clip))));
  }
  return errors;
}

std::vector<float> ProductTrial::Shifts(const QuantParams& input,
                                        std::span<const float> clip) const {
  std::vector<float> y = Products(Stored(input), WeightsOfCodes(input, clip));
  for (size_t i = 0; i < y.size(); ++i) y[i] -= exact_[i];
  return y;
}

std::vector<float> ProductTrial::Products(
    const Windows& x, const std::vector<float>& weight) const {
  return depthwise_ ? UnmixedProducts(x, weight, outputs_)
                    : Mixed(x, weight, outputs_);
}

void ProductTrial::TakeOutShift(std::vector<float>& y) const {
  const size_t n = size_t(outputs_);
  std::vector<double> shift(n, 0.0);
  for (size_t i = 0; i < y.size(); ++i) {
    shift[i % n] +=
        (double(y[i]) - double(exact_[i])) / double(windows_.count());
  }
  for (size_t i = 0; i < y.size(); ++i) y[i] -= float(shift[i % n]);
}

std::vector<double> ProductTrial::ErrorsByOutput(std::vector<float> y) const {
  ApplyFunctions(y);
  const size_t n = size_t(outputs_);
  std::vector<double> errors(n, 0.0);
  for (size_t i = 0; i < y.size(); ++i) {
    const double d = double(y[i]) - double(exact_outputs_[i]);
    errors[i % n] += d * d / double(windows_.count());
  }
  return errors;
}

void ProductTrial::ApplyFunctions(std::vector<float>& y) const {
  for (size_t i = 0; i < y.size(); ++i) {
    if (!bias_.empty()) y[i] += bias_[i % bias_.size()];
    y[i] = float(Evaluate(fusion_.before, double(y[i])));
    // What is behind a residual is not known here.
    if (!fusion_.residual) y[i] = float(Evaluate(fusion_.after, double(y[i])));
  }
}

// The windows as their codes say them.
Windows ProductTrial::Stored(const QuantParams& input) const {
  Windows stored = windows_;
  for (size_t i = 0; i < stored.rows.size(); ++i) {
    const size_t channel = i % size_t(channels_);
    const float scale = OfChannel(input.scale, channel);
    const int32_t zero = OfChannel(input.zero_point, channel);
    float& x = stored.rows[i];
    x = octet::Dequantize(QuantizeU8(x, scale, zero), scale, zero);
  }
  return stored;
}

// The weights that the step really has.
std::vector<float> ProductTrial::WeightsOfCodes(
    const QuantParams& input, std::span<const float> clip) const {
  const bool folded = input.scale.size() > 1 && !depthwise_;
  const float most = folded ? std::ranges::max(input.scale) : 1.0f;
  const auto factor = [&](size_t i) {
    return folded ? input.scale[i % size_t(channels_)] / most : 1.0f;
  };
  std::vector<float> weight = weight_;
  for (size_t i = 0; i < weight.size(); ++i) weight[i] *= factor(i);
  const WeightCodes codes = QuantizeWeightsPerOutput(
      weight, std::vector<float>(size_t(outputs_), 0.0f), clip);
  const size_t width = weight.size() / size_t(outputs_);
  for (size_t i = 0; i < weight.size(); ++i) {
    weight[i] = float(codes.codes[i]) * codes.scale[i / width] / factor(i);
  }
  return weight;
}

size_t BestTried(const std::vector<std::vector<double>>& errors, size_t output,
                 double most_left) {
  size_t best = 0;
  for (size_t way = 1; way < errors.size(); ++way) {
    if (errors[way][output] < errors[best][output]) best = way;
  }
  return errors[best][output] > most_left * errors[0][output] ? 0 : best;
}

ProductTrials MakeProductTrials(const Graph& graph, WindowSamples windows,
                                ThreadPool& pool) {
  std::vector<std::optional<ProductTrial>> made(graph.nodes.size());
  pool.ParallelFor(int64_t(made.size()), [&](int64_t n, int) {
    const Node& node = graph.nodes[size_t(n)];
    const auto drawn = windows.find(node.name);
    if (drawn == windows.end()) return;
    made[size_t(n)].emplace(graph, node, std::move(drawn->second));
  });
  ProductTrials trials;
  for (size_t n = 0; n < made.size(); ++n) {
    if (made[n]) trials.emplace(graph.nodes[n].name, *std::move(made[n]));
  }
  return trials;
}

}  // namespace octet::compile
