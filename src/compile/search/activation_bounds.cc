#include "compile/search/activation_bounds.h"

#include <optional>

#include "compile/plan/classify.h"
#include "compile/search/found.h"

namespace octet::compile {
namespace {

constexpr float kShares[] = {1.0f, 0.85f, 0.7f,  0.6f,  0.5f,
                             0.4f, 0.3f,  0.22f, 0.15f, 0.1f};
// A share has to leave no more than this of the error that the whole range
// makes: the least of many is a little small by chance.
constexpr double kMostLeft = 0.9;

struct Reader {
  const ProductTrial* trial;
  const NodePlan* row;
};
struct Stored {
  ValueId value;
  int form;
  std::vector<Reader> readers;
};

// Readers of one form, if all are depthwise convolutions with a trial.
std::optional<Stored> StoredWith(const Graph& graph, const Uses& uses,
                                 const ProductTrials& trials, const Plan& plan,
                                 ValueId v, int form) {
  Stored stored{v, form, {}};
  for (NodeId n : uses.readers[size_t(v)]) {
    const Node& node = graph.nodes[size_t(n)];
    const NodePlan& row = plan.nodes.at(node.name);
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] != v || row.input_forms[i] != form) continue;
      const auto trial = trials.find(node.name);
      if (i != 0 || trial == trials.end() ||
          Classify(graph, node) != Role::kDepthwise) {
        return std::nullopt;
      }
      stored.readers.push_back({&trial->second, &row});
    }
  }
  if (stored.readers.empty()) return std::nullopt;
  return stored;
}

std::vector<Stored> FindStored(const Graph& graph, const ProductTrials& trials,
                               const Plan& plan) {
  const Uses uses = ComputeUses(graph);
  std::vector<Stored> found;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    const auto row = plan.values.find(graph.values[v].name);
    if (row == plan.values.end() || uses.is_output[v]) continue;
    for (size_t f = 0; f < row->second.forms.size(); ++f) {
      const Form& form = row->second.forms[f];
      if (!form.is_u8() || !form.quant.per_channel() || form.rule != "minmax") {
        continue;
      }
      auto stored = StoredWith(graph, uses, trials, plan, ValueId(v), int(f));
      if (stored) found.push_back(*std::move(stored));
    }
  }
  return found;
}

Result<QuantParams> HeldAt(const QuantParams& whole, float share) {
  std::vector<Range> ranges;
  for (size_t c = 0; c < whole.scale.size(); ++c) {
    const float scale = whole.scale[c];
    const int32_t zero = whole.zero_point[c];
    ranges.push_back({share * octet::Dequantize(0, scale, zero),
                      share * octet::Dequantize(255, scale, zero)});
  }
  return ChooseQuantParams(ranges);
}

std::optional<ActivationBound> BoundOf(const Graph& graph, const Stored& stored,
                                       const Plan& plan) {
  const std::string& name = graph.values[size_t(stored.value)].name;
  const QuantParams& whole =
      plan.values.at(name).forms[size_t(stored.form)].quant;
  std::vector<QuantParams> tried = {whole};
  for (size_t s = 1; s < std::size(kShares); ++s) {
    Result<QuantParams> held = HeldAt(whole, kShares[s]);
    if (!held.ok()) return std::nullopt;
    tried.push_back(*std::move(held));
  }
  const size_t channels = whole.scale.size();
  std::vector<std::vector<double>> errors(tried.size(),
                                          std::vector<double>(channels, 0.0));
  for (const Reader& reader : stored.readers) {
    const auto own =
        reader.trial->ErrorsByInput(tried, reader.row->weight_clip);
    for (size_t t = 0; t < tried.size(); ++t) {
      for (size_t c = 0; c < channels; ++c) errors[t][c] += own[t][c];
    }
  }
  ActivationBound bound{name, stored.form, whole};
  bool gains = false;
  for (size_t c = 0; c < channels; ++c) {
    const size_t best = BestTried(errors, c, kMostLeft);
    if (best == 0) continue;
    bound.quant.scale[c] = tried[best].scale[c];
    bound.quant.zero_point[c] = tried[best].zero_point[c];
    gains = true;
  }
  if (!gains) return std::nullopt;
  return bound;
}

}  // namespace

std::vector<ActivationBound> MeasureActivationBounds(
    const Graph& graph, const ProductTrials& trials, const Plan& plan,
    ThreadPool& pool) {
  const std::vector<Stored> stored = FindStored(graph, trials, plan);
  return FoundIn<ActivationBound>(stored.size(), pool, [&](size_t i) {
    return BoundOf(graph, stored[i], plan);
  });
}

void BoundActivations(const std::vector<ActivationBound>& bounds, Plan& plan) {
  for (const ActivationBound& bound : bounds) {
    Form& form = plan.values.at(bound.value).forms[size_t(bound.form)];
    form.quant = bound.quant;
    form.rule = "minmax, bounded";
  }
}

}  // namespace octet::compile
