#include "compile/calibrate/stored_values.h"

#include <algorithm>

#include "compile/calibrate/seen_values.h"

namespace octet::compile {
namespace {

constexpr int kCodes = 256;
constexpr double kTail = 0.0005;  // at each end, of what "busy" leaves out

double BinStart(const Histogram& histogram, int bin) {
  return (bin - Histogram::kHalf) * histogram.width();
}

StoredForm DescribeForm(const Form& form, const ValueRange* seen) {
  StoredForm row;
  row.rule = form.rule;
  row.per_channel = form.quant.per_channel();
  for (size_t c = 0; c < form.quant.scale.size(); ++c) {
    const double step = form.quant.scale[c];
    const int zero = form.quant.zero_point[c];
    row.low = std::min(row.low, -zero * step);
    row.high = std::max(row.high, (kCodes - 1 - zero) * step);
    row.step = std::max(row.step, step);
  }
  if (seen == nullptr || seen->histogram.empty() || row.per_channel) {
    return row;
  }
  // Half a step beyond the last code still rounds to it.
  const uint64_t beyond = seen->histogram.CountBeyond(row.low - row.step / 2,
                                                      row.high + row.step / 2);
  row.clipped = double(beyond) / double(seen->histogram.total());
  const double width = QuantileOf(seen->histogram, 1 - kTail) -
                       QuantileOf(seen->histogram, kTail);
  if (row.step > 0) {
    row.busy_codes = std::min(double(kCodes), width / row.step + 1);
  }
  return row;
}

double ChannelRatio(const ValueRange& seen) {
  std::vector<double> extents;
  for (size_t c = 0; c < seen.channel_low.size(); ++c) {
    const double extent =
        double(seen.channel_high[c]) - double(seen.channel_low[c]);
    if (extent > 0) extents.push_back(extent);
  }
  if (extents.empty()) return 0;
  std::ranges::sort(extents);
  return extents.back() / extents[extents.size() / 2];
}

void DescribeSeen(const ValueRange& seen, StoredValue& row) {
  const Histogram& histogram = seen.histogram;
  row.seen_low = histogram.extremes().low;
  row.seen_high = histogram.extremes().high;
  row.count = histogram.total();
  row.zeros = histogram.zeros();
  row.low_sample = seen.low_sample;
  row.high_sample = seen.high_sample;
  row.channel_ratio = ChannelRatio(seen);
  const std::vector<uint64_t>& counts = histogram.counts();
  const auto filled = [](uint64_t n) { return n > 0; };
  const auto first = std::ranges::find_if(counts, filled);
  if (first == counts.end()) return;
  const auto last = std::find_if(counts.rbegin(), counts.rend(), filled);
  const int begin = int(first - counts.begin());
  const int end = int(counts.rend() - last) - 1;
  const int join = BinsToJoin(begin, end);
  row.bin_width = histogram.width() * join;
  row.bin_low = BinStart(histogram, begin / join * join);
  row.bins.resize(size_t(end / join - begin / join + 1));
  for (int i = begin; i <= end; ++i) {
    row.bins[size_t(i / join - begin / join)] += counts[size_t(i)];
  }
}

}  // namespace

int BinsToJoin(int first, int last) {
  int join = 1;
  while (last / join - first / join + 1 > StoredValue::kMostBins) join *= 2;
  return join;
}

double QuantileOf(const Histogram& histogram, double share) {
  const double wanted = share * double(histogram.total());
  double below = 0;
  for (int i = 0; i < int(histogram.counts().size()); ++i) {
    // Exact zeros stand before the first bin of positive numbers.
    if (i == Histogram::kHalf) {
      below += double(histogram.zeros());
      if (below >= wanted) return 0;
    }
    below += double(histogram.counts()[size_t(i)]);
    if (below >= wanted) {
      return std::clamp(BinStart(histogram, i + 1),
                        double(histogram.extremes().low),
                        double(histogram.extremes().high));
    }
  }
  return histogram.extremes().high;
}

std::vector<StoredValue> DescribeValues(const Graph& graph,
                                        const Ranges& ranges,
                                        const Plan& plan) {
  std::vector<StoredValue> rows;
  const SeenValues all_seen(graph, ranges);
  const auto add = [&](ValueId v) {
    const auto found = plan.values.find(graph.values[size_t(v)].name);
    if (found == plan.values.end()) return;
    const ValueRange* seen = all_seen.Find(v);
    StoredValue row;
    row.name = found->first;
    for (const Form& form : found->second.forms) {
      if (!form.is_u8() || form.rule == "moved") continue;
      row.forms.push_back(DescribeForm(form, seen));
    }
    if (row.forms.empty()) return;
    if (seen != nullptr) DescribeSeen(*seen, row);
    rows.push_back(std::move(row));
  };
  for (ValueId v : graph.inputs) add(v);
  for (const Node& node : graph.nodes) {
    for (ValueId v : node.outputs) add(v);
  }
  return rows;
}

}  // namespace octet::compile
