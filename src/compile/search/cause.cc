#include "compile/search/cause.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "compile/calibrate/range_rule.h"
#include "compile/plan/classify.h"
#include "compile/search/median.h"

namespace octet::compile {
namespace {

// Fewer steps than this are "a few": four of eight bits are lost.
constexpr double kFewSteps = 16;
constexpr double kSteps = 255;
// How much larger one thing must be than the others to be called the cause.
constexpr double kUnlike = 16;
// How far beyond the other samples' mean an extreme is an outlier's.
constexpr double kOutlier = 4;
// Clipping is the cause if it makes most of the error and is not rare.
constexpr double kMostlyClipped = 0.9, kLeastSaturated = 0.005;
// Nearly all elements, and the part of the range that is too small for them.
constexpr double kNearlyAll = 99.9, kSmallPart = 0.125;
// How many nodes back weights are looked for.
constexpr size_t kMostLookedAt = 16;

struct Bounds {
  double low, high;
  double width() const { return high - low; }
};

Bounds BoundsOf(const QuantParams& quant) {
  const int32_t z = quant.zero_point[0];
  return {octet::Dequantize(0, quant.scale[0], z),
          octet::Dequantize(int32_t(kSteps), quant.scale[0], z)};
}

size_t IndexOfLargest(const std::vector<double>& x) {
  return size_t(std::ranges::max_element(x) - x.begin());
}

bool Mentions(std::string_view rule, std::string_view word) {
  return rule.find(word) != std::string_view::npos;
}

std::string AnotherMethod(const Evidence& evidence, std::string_view method) {
  if (Mentions(evidence.rule, method)) return "";
  return fmt::format("--method {}", method);
}

// Channels by folding; not twice.
std::string FoldChannels(const Evidence& evidence) {
  return Mentions(evidence.rule, "folded") ? "" : "--method auto";
}

const Node* Producer(const Evidence& evidence, ValueId v) {
  const NodeId n = evidence.uses.producer[size_t(v)];
  return n == kNoNode ? nullptr : &evidence.graph.nodes[size_t(n)];
}

const std::string& NameOf(const Evidence& evidence, ValueId v) {
  return evidence.graph.values[size_t(v)].name;
}

std::optional<Cause> SharedConcat(const Evidence& evidence,
                                  const CodedValue& coded) {
  const Node* concat = Producer(evidence, coded.value);
  if (concat == nullptr || !std::holds_alternative<Concat>(concat->op)) {
    return std::nullopt;
  }
  const Bounds bounds = BoundsOf(coded.quant);
  const ValueRange* narrowest = nullptr;
  const ValueRange* widest = nullptr;
  const auto width = [](const ValueRange* r) {
    const Range x = r->histogram.extremes();
    return double(x.high) - double(x.low);
  };
  for (ValueId part : concat->inputs) {
    const ValueRange* seen = evidence.ranges.Find(NameOf(evidence, part));
    if (seen == nullptr) continue;
    if (!narrowest || width(seen) < width(narrowest)) narrowest = seen;
    if (!widest || width(seen) > width(widest)) widest = seen;
  }
  if (!narrowest || width(narrowest) * kFewSteps > bounds.width()) {
    return std::nullopt;
  }
  const Range range = narrowest->histogram.extremes();
  return Cause{
      "shared concat scale",
      fmt::format("'{}' lies in [{:.4g}, {:.4g}] and shares one scale over "
                  "[{:.4g}, {:.4g}] with '{}' in '{}': {:.1f} of 255 steps are "
                  "left to it",
                  narrowest->name, range.low, range.high, bounds.low,
                  bounds.high, widest->name, concat->name,
                  kSteps * width(narrowest) / bounds.width()),
      ""};
}

std::optional<Cause> Saturated(const Evidence& evidence,
                               const CodedValue& coded,
                               const Saturation& saturation) {
  const double share = saturation.below + saturation.above;
  if (share < kLeastSaturated || saturation.of_error < kMostlyClipped) {
    return std::nullopt;
  }
  const Node* maker = Producer(evidence, coded.value);
  const bool sum = maker != nullptr && IsSum(*maker);
  const std::string range =
      coded.quant.per_channel()
          ? "the ranges of its channels"
          : fmt::format("[{:.4g}, {:.4g}]", BoundsOf(coded.quant).low,
                        BoundsOf(coded.quant).high);
  std::string remedy = AnotherMethod(evidence, "minmax");
  if (remedy.empty()) remedy = "calibrate with samples like these";
  return Cause{sum ? "saturated sum" : "saturated",
               fmt::format("{:.3g} % of its elements leave {} ({:.3g} % below, "
                           "{:.3g} % above) and are held at its ends",
                           100 * share, range, 100 * saturation.below,
                           100 * saturation.above),
               std::move(remedy)};
}

// One end of a range: what a single sample reached, and the others.
struct End {
  double extreme, others;
  int64_t sample;
};

std::optional<Cause> OutlierSample(const Evidence& evidence,
                                   const ValueRange& seen, Bounds bounds) {
  const double n = double(evidence.ranges.samples);
  if (n < 3) return std::nullopt;
  const Range range = seen.histogram.extremes();
  const auto end = [&](double extreme, const ExactSum& sum, int64_t sample) {
    return End{extreme, (sum.value() - extreme) / (n - 1), sample};
  };
  const End ends[] = {end(range.low, seen.low_sum, seen.low_sample),
                      end(range.high, seen.high_sum, seen.high_sample)};
  const End& far = -ends[0].extreme > ends[1].extreme ? ends[0] : ends[1];
  const double bound = far.extreme < 0 ? -bounds.low : bounds.high;
  const double others = std::abs(far.others);
  // The range goes where only this sample went.
  if (others * kOutlier > std::abs(far.extreme) || others * kOutlier > bound ||
      far.sample < 0) {
    return std::nullopt;
  }
  const bool is_known =
      evidence.samples != nullptr && far.sample < evidence.samples->size();
  const std::string name = is_known ? evidence.samples->Name(far.sample)
                                    : fmt::format("number {}", far.sample + 1);
  return Cause{
      "outlier sample",
      fmt::format("sample {} alone reaches {:.4g}, the others {:.4g} "
                  "in the mean, and the range is [{:.4g}, {:.4g}]",
                  name, far.extreme, far.others, bounds.low, bounds.high),
      fmt::format("leave {} out of the calibration data, or "
                  "--method percentile:99.9",
                  name)};
}

// Root mean square of a constant's elements by index of one axis.
std::vector<double> RmsByIndex(const Value& constant, int axis) {
  const auto w = constant.data->as<float>();
  int64_t inner = 1;
  for (int a = axis + 1; a < constant.shape.rank(); ++a) {
    inner *= constant.shape[a];
  }
  const size_t count = size_t(constant.shape[axis]);
  std::vector<double> energy(count);
  for (size_t i = 0; i < w.size(); ++i) {
    energy[i / size_t(inner) % count] += double(w[i]) * double(w[i]);
  }
  const double each = double(w.size()) / double(std::max<size_t>(count, 1));
  for (double& e : energy) e = std::sqrt(e / std::max(each, 1.0));
  return energy;
}

const Value* WeightsOf(const Evidence& evidence, const Node* node) {
  if (node == nullptr || node->inputs.size() < 2 ||
      (!std::holds_alternative<Conv>(node->op) &&
       !std::holds_alternative<MatMul>(node->op))) {
    return nullptr;
  }
  const Value& w = evidence.graph.values[size_t(node->inputs[1])];
  return w.is_constant() && w.dtype == DType::kF32 ? &w : nullptr;
}

std::vector<double> ChannelWidths(const ValueRange& seen) {
  std::vector<double> widths;
  for (size_t c = 0; c < seen.channel_low.size(); ++c) {
    widths.push_back(double(seen.channel_high[c]) -
                     double(seen.channel_low[c]));
  }
  return widths;
}

// A product whose weights make one channel of its output far larger.
struct LargeChannel {
  const Node* node;
  double times;
};

// Looks for one that makes channel `channel` of `count` of a value, behind sums
// and whatever else keeps channels apart.
std::optional<LargeChannel> FindLargeChannel(const Evidence& evidence,
                                             ValueId v, size_t channel,
                                             size_t count) {
  std::vector<ValueId> open = {v};
  for (size_t i = 0; i < open.size() && i < kMostLookedAt; ++i) {
    const Node* node = Producer(evidence, open[i]);
    if (node == nullptr) continue;
    if (const Value* w = WeightsOf(evidence, node)) {
      const bool conv = std::holds_alternative<Conv>(node->op);
      const std::vector<double> rms = RmsByIndex(*w, conv ? 0 : 1);
      const double usual = MedianOfPositive(rms);
      if (rms.size() == count && IndexOfLargest(rms) == channel &&
          rms[channel] > kUnlike * usual) {
        return LargeChannel{node, rms[channel] / usual};
      }
      continue;
    }
    for (ValueId x : node->inputs) {
      if (x == kNoValue) continue;
      const Shape& shape = evidence.graph.values[size_t(x)].shape;
      const int last = shape.rank() - 1;
      if (last >= 0 && size_t(shape[last]) == count) open.push_back(x);
    }
  }
  return std::nullopt;
}

std::optional<Cause> UnlikeChannels(const Evidence& evidence,
                                    const CodedValue& coded,
                                    const ValueRange& seen, Bounds bounds) {
  const std::vector<double> widths = ChannelWidths(seen);
  const auto varying =
      std::ranges::count_if(widths, [](double width) { return width > 0; });
  const double median = MedianOfPositive(widths);
  if (varying < 2 || median * kFewSteps > bounds.width()) {
    return std::nullopt;
  }
  const size_t widest = IndexOfLargest(widths);
  const double steps = kSteps * median / bounds.width();
  if (const auto large =
          FindLargeChannel(evidence, coded.value, widest, widths.size())) {
    return Cause{
        "weight channel",
        fmt::format("the weights of output channel {} of '{}' are {:.0f} times "
                    "as large as the others', and one scale for all channels "
                    "leaves most of them less than {:.1f} of 255 steps",
                    widest, large->node->name, large->times, steps),
        FoldChannels(evidence)};
  }
  return Cause{"unlike channels",
               fmt::format("one scale for {} channels that are unlike: channel "
                           "{} is {:.4g} wide, half of them less than {:.4g}, "
                           "which is {:.1f} of 255 steps",
                           varying, widest, widths[widest], median, steps),
               FoldChannels(evidence)};
}

std::optional<Cause> TooWide(const Evidence& evidence, const ValueRange& seen,
                             Bounds bounds) {
  const Range most = PercentileRange(seen.histogram, kNearlyAll);
  const double width = double(most.high) - double(most.low);
  if (width > kSmallPart * bounds.width()) return std::nullopt;
  return Cause{
      "range too wide",
      fmt::format("{} % of its elements lie in [{:.4g}, {:.4g}], and "
                  "the range is [{:.4g}, {:.4g}]",
                  kNearlyAll, most.low, most.high, bounds.low, bounds.high),
      AnotherMethod(evidence, "mse")};
}

Cause Rounding(double sqnr_db) {
  return {
      "rounding",
      fmt::format("eight bits are too few: rounding leaves {:.1f} dB", sqnr_db),
      ""};
}

}  // namespace

std::optional<Cause> CauseByRange(const Evidence& evidence,
                                  const CodedValue& coded) {
  if (coded.quant.per_channel()) return std::nullopt;
  if (auto cause = SharedConcat(evidence, coded)) return cause;
  const ValueRange* seen = evidence.ranges.Find(NameOf(evidence, coded.value));
  if (seen == nullptr) return std::nullopt;
  const Bounds bounds = BoundsOf(coded.quant);
  if (auto cause = OutlierSample(evidence, *seen, bounds)) return cause;
  if (auto cause = UnlikeChannels(evidence, coded, *seen, bounds)) {
    return cause;
  }
  return TooWide(evidence, *seen, bounds);
}

Cause CauseOfValue(const Evidence& evidence, const CodedValue& coded,
                   const Saturation& saturation, double sqnr_db) {
  if (auto cause = Saturated(evidence, coded, saturation)) return *cause;
  if (auto cause = CauseByRange(evidence, coded)) return *cause;
  return Rounding(sqnr_db);
}

Cause CauseOfWeights(const Evidence& evidence, const Node& node,
                     double sqnr_db) {
  if (const Value* w = WeightsOf(evidence, &node)) {
    const bool conv = std::holds_alternative<Conv>(node.op);
    const std::vector<double> rms = RmsByIndex(*w, conv ? 3 : 0);
    const size_t largest = rms.empty() ? 0 : IndexOfLargest(rms);
    const double usual = MedianOfPositive(rms);
    if (rms.size() > 1 && rms[largest] > kUnlike * usual) {
      return {"weight channel",
              fmt::format("the weights for input channel {} are {:.0f} times "
                          "as large as the others' and share their scales",
                          largest, rms[largest] / usual),
              FoldChannels(evidence)};
    }
  }
  return {"weights",
          fmt::format("eight bits are too few for its weights: rounding leaves "
                      "{:.1f} dB",
                      sqnr_db),
          ""};
}

}  // namespace octet::compile
