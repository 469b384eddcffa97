#include "compile/search/compare.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "base/error.h"
#include "base/half.h"
#include "base/quant.h"
#include "compile/calibrate/read_sample.h"
#include "compile/lower/lower.h"
#include "compile/search/error_sums.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

using Values = std::map<std::string, Tensor, std::less<>>;

// What is known of one value of the engine.
struct Layer {
  LayerError row;
  ErrorSums total, own;
  int64_t codes = 0, saturated = 0;
};

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

class Comparer {
 public:
  Comparer(Session exact, Session engine)
      : exact_(std::move(exact)), engine_(std::move(engine)) {}

  Status Take(const std::vector<Tensor>& inputs, const std::string& sample) {
    values_.clear();
    exact_.SetTap([this](int, const TensorView& view) {
      if (view.dtype == DType::kF32) {
        values_.insert_or_assign(std::string(view.name), CopyDense(view));
      }
    });
    OCTET_RETURN_IF_ERROR(RunSample(exact_, inputs, sample));
    engine_.SetEdit({});
    engine_.SetTap([this](int step, const TensorView& view) {
      See(step, view, /*own=*/false);
    });
    OCTET_RETURN_IF_ERROR(RunSample(engine_, inputs, sample));
    engine_.SetTap({});
    engine_.SetEdit([this](int step, const TensorView& view, std::byte* data) {
      if (!See(step, view, /*own=*/true)) return;
      Replace(view, values_.find(view.name)->second, data);
    });
    return RunSample(engine_, inputs, sample);
  }

  std::vector<LayerError> Rows() const {
    std::vector<LayerError> rows;
    for (const std::string& name : order_) {
      const Layer& layer = layers_.at(name);
      LayerError row = layer.row;
      row.l2 = layer.total.l2();
      row.relative_l2 = layer.total.relative_l2();
      row.cosine = layer.total.cosine();
      row.sqnr_db = layer.total.sqnr_db();
      row.kl = layer.total.kl();
      row.max_error = layer.total.max_error();
      row.own_sqnr_db = layer.own.sqnr_db();
      row.own_relative_l2 = layer.own.relative_l2();
      row.saturated =
          layer.codes > 0 ? double(layer.saturated) / double(layer.codes) : 0;
      rows.push_back(row);
    }
    return rows;
  }

 private:
  // Takes one value into account; false if the float model has none like it.
  bool See(int step, const TensorView& view, bool own) {
    const auto exact = values_.find(view.name);
    if (exact == values_.end() || !Comparable(view) ||
        exact->second.elements() != view.shape.elements()) {
      return false;
    }
    const std::string name(view.name);
    if (!layers_.contains(name)) {
      order_.push_back(name);
      LayerError& row = layers_[name].row;
      row.value = name;
      if (step >= 0) {
        row.node = engine_.steps()[size_t(step)].node;
        row.precision = engine_.steps()[size_t(step)].precision;
      }
    }
    Layer& layer = layers_[name];
    const Tensor here = CopyAsF32(view);
    (own ? layer.own : layer.total)
        .Add(exact->second.as<float>(), here.as<float>());
    if (!own && view.dtype == DType::kU8) CountSaturated(view, layer);
    return true;
  }

  static void CountSaturated(const TensorView& view, Layer& layer) {
    const Tensor codes = CopyDense(view);
    for (uint8_t q : codes.as<uint8_t>()) {
      layer.saturated += q == 255;
      ++layer.codes;
    }
  }

  Session exact_, engine_;
  Values values_;  // of the float run of the sample at hand
  std::map<std::string, Layer> layers_;
  std::vector<std::string> order_;
};

}  // namespace

Result<Comparison> CompareLayers(const Graph& graph, const Engine& engine,
                                 const SampleSource& samples, int64_t most) {
  OCTET_ASSIGN(const Engine whole,
               EngineOf(graph, FloatPlan(graph), /*whole=*/true));
  OCTET_ASSIGN(Session exact, Session::Create(whole));
  OCTET_ASSIGN(Session built, Session::Create(engine));
  Comparer comparer(std::move(exact), std::move(built));
  Comparison comparison;
  const int64_t n = std::min(most, samples.size());
  if (n < 1) return BadInput("there are no samples to compare with");
  Status unread;
  for (int64_t i = 0; i < n; ++i) {
    const Result<std::vector<Tensor>> inputs = ReadSample(samples, i);
    if (!inputs.ok()) {
      if (unread.ok()) unread = inputs.status();
      comparison.skipped.push_back(samples.Name(i));
      continue;
    }
    OCTET_RETURN_IF_ERROR(comparer.Take(*inputs, samples.Name(i)));
    ++comparison.samples;
  }
  if (comparison.samples == 0) {
    return BadInput("none of {} samples can be read: {}", n, unread.message());
  }
  comparison.layers = comparer.Rows();
  if (comparison.layers.empty()) {
    return BadInput(
        "the engine has no value in common with the model: it was built from "
        "another one");
  }
  return comparison;
}

}  // namespace octet::compile
