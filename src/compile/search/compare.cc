#include "compile/search/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <set>

#include "base/error.h"
#include "base/half.h"
#include "base/nearest.h"
#include "base/quant.h"
#include "compile/calibrate/read_sample.h"
#include "compile/lower/lower.h"
#include "compile/search/batch_parts.h"
#include "compile/search/error_sums.h"
#include "compile/search/first_jump.h"
#include "compile/search/foreign_values.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

using Values = std::map<std::string, Tensor, std::less<>>;

// What is known of one value of the engine.
struct Layer {
  LayerError row;
  ErrorSums total, own;
  int64_t codes = 0, below = 0, above = 0;
};

constexpr int kMostCode = 255;

// Writes `exact` into a value in the form in which it is stored.
void Replace(const TensorView& view, const Tensor& exact, std::byte* data) {
  const auto x = exact.as<float>();
  const int rank = view.shape.rank();
  const int64_t columns = rank > 0 ? view.shape[rank - 1] : 1;
  for (size_t i = 0; i < x.size(); ++i) {
    const int64_t row = int64_t(i) / columns, column = int64_t(i) % columns;
    const int64_t at = row * (rank > 1 ? view.pixel_stride : 1) + column;
    if (view.dtype == DType::kF32) {
      std::memcpy(data + at * 4, &x[i], sizeof(float));
    } else if (const HalfFormat* format = HalfFormatOf(view.dtype)) {
      const uint16_t bits = BitsOf(*format, double(x[i]));
      std::memcpy(data + at * 2, &bits, sizeof bits);
    } else if (!view.scale.empty()) {
      const size_t c = view.scale.size() > 1 ? size_t(column) : 0;
      data[at] = std::byte(QuantizeU8(x[i], view.scale[c], view.zero_point[c]));
    }
  }
}

// A u8 value without parameters (inside a channel shuffle) means nothing here.
bool Comparable(const TensorView& view) {
  return view.dtype == DType::kF32 || HalfFormatOf(view.dtype) != nullptr ||
         (view.dtype == DType::kU8 && !view.scale.empty());
}

// What the codes of a value can stand for, over all channels.
void NoteForm(const TensorView& view, LayerError& row) {
  for (size_t c = 0; c < view.scale.size(); ++c) {
    const float s = view.scale[c];
    const int32_t z = view.zero_point[c];
    row.low = std::min(row.low, octet::Dequantize(0, s, z));
    row.high = std::max(row.high, octet::Dequantize(kMostCode, s, z));
  }
}

void CountSaturated(const TensorView& view, const Tensor& exact, Layer& layer) {
  const auto x = exact.as<float>();
  const int rank = view.shape.rank();
  const size_t columns = rank > 0 ? size_t(view.shape[rank - 1]) : 1;
  const bool by_channel = view.scale.size() > 1;
  for (size_t i = 0; i < x.size(); ++i) {
    const size_t c = by_channel ? i % columns : 0;
    const float code = x[i] / view.scale[c] + float(view.zero_point[c]);
    layer.below += code < -0.5f;
    layer.above += code > float(kMostCode) + 0.5f;
  }
  layer.codes += int64_t(x.size());
}

LayerError Finish(const Layer& layer) {
  LayerError row = layer.row;
  row.l2 = layer.total.l2();
  row.relative_l2 = layer.total.relative_l2();
  row.cosine = layer.total.cosine();
  row.sqnr_db = layer.total.sqnr_db();
  row.kl = layer.total.kl();
  row.max_error = layer.total.max_error();
  row.own_sqnr_db = layer.own.sqnr_db();
  row.own_relative_l2 = layer.own.relative_l2();
  const double inherited = row.relative_l2 * row.relative_l2 -
                           row.own_relative_l2 * row.own_relative_l2;
  row.inherited_relative_l2 = std::sqrt(std::max(0.0, inherited));
  if (layer.codes > 0) {
    row.saturated_low = double(layer.below) / double(layer.codes);
    row.saturated =
        row.saturated_low + double(layer.above) / double(layer.codes);
  }
  return row;
}

// Gives each row the error of the worst value that its node reads. Values
// without a row (their memory is taken before anybody could look) are those of
// the nodes before them.
void NoteInputs(const Graph& graph, std::vector<LayerError>& rows) {
  const double exact = ErrorSums().sqnr_db();
  std::map<std::string_view, LayerError*> row_of;
  for (LayerError& row : rows) row_of[row.value] = &row;
  std::vector<double> sqnr(graph.values.size(), exact);
  const auto take = [&](ValueId v, double inputs) {
    const auto row = row_of.find(graph.values[size_t(v)].name);
    sqnr[size_t(v)] = row == row_of.end() ? inputs : row->second->sqnr_db;
    if (row != row_of.end()) row->second->inputs_sqnr_db = inputs;
  };
  for (ValueId v : graph.inputs) take(v, exact);
  for (const Node& node : graph.nodes) {
    double inputs = exact;
    for (ValueId v : node.inputs) {
      if (v != kNoValue) inputs = std::min(inputs, sqnr[size_t(v)]);
    }
    for (ValueId v : node.outputs) take(v, inputs);
  }
}

class Comparer {
 public:
  // values: may be null: what `exact` computes is the truth.
  Comparer(Session exact, Session engine, const ValueSource* values)
      : exact_(std::move(exact)),
        engine_(std::move(engine)),
        foreign_(values) {}

  // Whether there was a true value for anything in the sample taken last.
  bool has_compared() const { return !values_.empty(); }

  Status Take(const std::vector<Tensor>& inputs, int64_t index,
              const std::string& sample) {
    values_.clear();
    exact_.SetTap([this](int, const TensorView& view) {
      if (!Comparable(view)) return;
      Join(view, exact_.batch(), values_[std::string(view.name)]);
    });
    OCTET_RETURN_IF_ERROR(RunSample(exact_, inputs, sample));
    if (foreign_ != nullptr) {
      OCTET_ASSIGN(const NamedTensors foreign, (*foreign_)(index));
      for (const auto& [name, value] : values_) {
        known_.insert(NameInFiles(name));
      }
      values_ = MatchForeign(foreign, values_, unmatched_);
    }
    engine_.SetEdit({});
    engine_.SetTap([this](int step, const TensorView& view) {
      See(step, view, /*own=*/false);
    });
    OCTET_RETURN_IF_ERROR(RunSample(engine_, inputs, sample));
    engine_.SetTap({});
    engine_.SetEdit([this](int step, const TensorView& view, std::byte* data) {
      if (!See(step, view, /*own=*/true)) return;
      Replace(view, PartOf(values_.find(view.name)->second, view), data);
    });
    return RunSample(engine_, inputs, sample);
  }

  std::vector<LayerError> Rows() const {
    std::vector<LayerError> rows;
    for (const std::string& name : order_) {
      rows.push_back(Finish(layers_.at(name)));
    }
    return rows;
  }

  // Names of foreign values that the model has not, or not like that, and
  // those that it has.
  const std::vector<std::string>& unmatched() const { return unmatched_; }
  std::vector<std::string_view> known() const {
    return {known_.begin(), known_.end()};
  }

 private:
  // Takes one value into account; false if the float model has none like it.
  bool See(int step, const TensorView& view, bool own) {
    const auto exact = values_.find(view.name);
    if (exact == values_.end() || !Comparable(view) ||
        exact->second.elements() != view.shape.elements() * engine_.batch()) {
      return false;
    }
    const std::string name(view.name);
    if (!layers_.contains(name)) {
      order_.push_back(name);
      LayerError& row = layers_[name].row;
      row.value = name;
      NoteForm(view, row);
      if (step >= 0) {
        row.node = engine_.steps()[size_t(step)].node;
        row.precision = engine_.steps()[size_t(step)].precision;
      }
    }
    Layer& layer = layers_[name];
    const Tensor here = CopyAsF32(view);
    const Tensor there = PartOf(exact->second, view);
    (own ? layer.own : layer.total).Add(there.as<float>(), here.as<float>());
    if (!own && view.dtype == DType::kU8) CountSaturated(view, there, layer);
    return true;
  }

  Session exact_, engine_;
  const ValueSource* foreign_;
  Values values_;  // true ones of the sample at hand
  std::vector<std::string> unmatched_;
  std::set<std::string, std::less<>> known_;  // as files name them
  std::map<std::string, Layer> layers_;
  std::vector<std::string> order_;
};

Status NothingInCommon(const Comparer& comparer) {
  if (comparer.unmatched().empty()) {
    return BadInput(
        "the engine has no value in common with the model: it was built from "
        "another one");
  }
  const std::string& name = comparer.unmatched()[0];
  return BadInput(
      "none of {} tensors has the name and size of a value of the model: "
      "'{}'{}; name each file after its value, with / and : as _",
      comparer.unmatched().size(), name, Suggestion(name, comparer.known()));
}

// The float program of a graph in which every value is made.
Result<Session> FloatSession(const Graph& graph) {
  OCTET_ASSIGN(const Engine whole,
               EngineOf(graph, FloatPlan(graph), /*whole=*/true));
  return Session::Create(whole);
}

Result<Session> SessionOf(const Graph& graph, const Engine* engine) {
  return engine != nullptr ? Session::Create(*engine) : FloatSession(graph);
}

}  // namespace

Result<Comparison> CompareLayers(const Graph& graph, const Engine* engine,
                                 const Truth& truth,
                                 const SampleSource& samples, int64_t most) {
  OCTET_ASSIGN(Session exact, SessionOf(graph, truth.engine));
  OCTET_ASSIGN(Session built, SessionOf(graph, engine));
  Comparer comparer(std::move(exact), std::move(built), truth.values);
  Comparison comparison;
  const int64_t n = std::min(most, samples.size());
  if (n < 1) return BadInput("there are no samples to compare with");
  Status unread;
  int64_t read = 0;
  for (int64_t i = 0; i < n; ++i) {
    const Result<std::vector<Tensor>> inputs = ReadSample(samples, i);
    if (!inputs.ok()) {
      if (unread.ok()) unread = inputs.status();
      comparison.skipped.push_back(samples.Name(i));
      continue;
    }
    ++read;
    OCTET_RETURN_IF_ERROR(comparer.Take(*inputs, i, samples.Name(i)));
    if (comparer.has_compared()) {
      ++comparison.samples;
    } else {
      comparison.skipped.push_back(samples.Name(i));
    }
  }
  if (read == 0) {
    return BadInput("none of {} samples can be read: {}", n, unread.message());
  }
  comparison.layers = comparer.Rows();
  comparison.unmatched = comparer.unmatched();
  if (comparison.layers.empty()) return NothingInCommon(comparer);
  NoteInputs(graph, comparison.layers);
  if (const LayerError* jump = FirstJump(comparison.layers)) {
    comparison.first_jump = jump->value;
  }
  return comparison;
}

}  // namespace octet::compile
