#include "compile/search/coded.h"

#include <algorithm>
#include <map>
#include <set>

#include "compile/lower/weights.h"
#include "compile/plan/classify.h"
#include "compile/plan/move_quant.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

// "v@u8" is another form of v for some of its readers.
std::string_view ValueOf(std::string_view view_name) {
  for (const std::string_view form : {"@u8", "@u8c"}) {
    if (view_name.ends_with(form)) {
      return view_name.substr(0, view_name.size() - form.size());
    }
  }
  return view_name;
}

bool IsConcat(const Graph& graph, NodeId n) {
  return n != kNoNode &&
         std::holds_alternative<Concat>(graph.nodes[size_t(n)].op);
}

// Whether storing the value rounds anything anew.
bool IsRounded(const Graph& graph, const Uses& uses, const CodedValue& coded) {
  const NodeId by = uses.producer[size_t(coded.value)];
  if (by == kNoNode || !IsMover(graph.nodes[size_t(by)])) return true;
  return IsConcat(graph, by) && !coded.quant.per_channel();
}

// Whether the value is written into one concatenation, with its scale.
bool IsPart(const Graph& graph, const Uses& uses, const CodedValue& coded,
            const std::vector<CodedValue>& all) {
  const std::vector<NodeId>& readers = uses.readers[size_t(coded.value)];
  if (readers.size() != 1 || !IsConcat(graph, readers[0])) return false;
  const ValueId joined = graph.nodes[size_t(readers[0])].outputs[0];
  return std::ranges::any_of(all, [&](const CodedValue& other) {
    return other.value == joined && other.quant == coded.quant;
  });
}

// The scales per channel that a mixing product has in its weights; empty if it
// reads one scale.
std::vector<float> FoldedScales(const Graph& graph, const Node& node,
                                const std::vector<CodedValue>& coded) {
  if (Classify(graph, node) != Role::kProduct) return {};
  std::vector<float> folded;
  for (const CodedValue& form : coded) {
    if (form.value != node.inputs[0]) continue;
    if (!form.quant.per_channel()) return {};
    folded = form.quant.scale;
  }
  return folded;
}

// Weights as [outputs][taps], and where element i of that stands in the
// constant and which input channel it meets.
struct Rows {
  int64_t outputs = 0, taps = 0;
  bool transposed = false;  // [K, N] of a matrix product
  int64_t depth = 1;        // input channels of one group
  int64_t group = 1;

  int64_t Place(int64_t output, int64_t tap) const {
    return transposed ? tap * outputs + output : output * taps + tap;
  }
  int64_t InputChannel(int64_t output, int64_t tap) const {
    return output / (outputs / group) * depth + tap % depth;
  }
};

Rows RowsOf(const Node& node, const Shape& shape) {
  Rows rows;
  if (const Conv* conv = std::get_if<Conv>(&node.op)) {
    rows.outputs = shape[0];
    rows.taps = shape.elements() / std::max<int64_t>(1, shape[0]);
    rows.depth = shape[3];
    rows.group = conv->group;
  } else {
    rows.outputs = shape[1];
    rows.taps = rows.depth = shape[0];
    rows.transposed = true;
  }
  return rows;
}

// Added to and taken from |x| < 2^22 it leaves the nearest integer, ties to
// even; unlike nearbyint() the compiler can do that to several at once.
constexpr float kRounder = 12582912.0f;  // 1.5 * 2^23

float RoundOne(float x, float scale, float zero) {
  const float steps = x / scale;
  const float low = -zero, high = 255.0f - zero;
  const float held = std::min(std::max(steps, low), high);
  const float code = (held + kRounder) - kRounder;
  return steps == steps ? code * scale : 0.0f;  // NaN is the zero point
}

}  // namespace

Result<std::vector<CodedValue>> FindCodedValues(
    const Graph& graph, const Engine& engine,
    const std::vector<Tensor>& inputs) {
  std::map<std::string_view, ValueId> id_of;
  for (size_t v = 0; v < graph.values.size(); ++v) {
    id_of[graph.values[v].name] = ValueId(v);
  }
  std::vector<CodedValue> all;
  std::set<std::string, std::less<>> seen;
  OCTET_ASSIGN(Session session, Session::Create(engine));
  session.SetTap([&](int, const TensorView& view) {
    if (view.dtype != DType::kU8 || view.scale.empty()) return;
    const auto id = id_of.find(ValueOf(view.name));
    const int rank = view.shape.rank();
    const bool fits =
        view.scale.size() == 1 ||
        (rank > 0 && view.shape[rank - 1] == int64_t(view.scale.size()));
    if (id == id_of.end() || !fits) return;
    if (!seen.insert(std::string(view.name)).second) return;
    CodedValue& coded = all.emplace_back();
    coded.value = id->second;
    coded.quant.scale.assign(view.scale.begin(), view.scale.end());
    coded.quant.zero_point.assign(view.zero_point.begin(),
                                  view.zero_point.end());
  });
  OCTET_RETURN_IF_ERROR(RunSample(session, inputs, "the first sample"));
  const Uses uses = ComputeUses(graph);
  std::vector<CodedValue> rounded;
  for (const CodedValue& coded : all) {
    if (IsRounded(graph, uses, coded) && !IsPart(graph, uses, coded, all)) {
      rounded.push_back(coded);
    }
  }
  return rounded;
}

void RoundToCodes(const QuantParams& quant, std::span<const float> x,
                  std::span<float> y) {
  const size_t n = quant.scale.size();
  if (n == 1) {
    const float scale = quant.scale[0], zero = float(quant.zero_point[0]);
    for (size_t i = 0; i < x.size(); ++i) y[i] = RoundOne(x[i], scale, zero);
    return;
  }
  std::vector<float> zero(quant.zero_point.begin(), quant.zero_point.end());
  for (size_t row = 0; row + n <= x.size(); row += n) {
    for (size_t c = 0; c < n; ++c) {
      y[row + c] = RoundOne(x[row + c], quant.scale[c], zero[c]);
    }
  }
}

std::vector<bool> Int8Nodes(const Graph& graph, const Engine& engine) {
  std::set<std::string_view> int8;
  for (const NodeNote& note : engine.notes()) {
    if (note.precision == "int8") int8.insert(note.node);
  }
  std::vector<bool> is_int8;
  for (const Node& node : graph.nodes) {
    is_int8.push_back(int8.contains(node.name));
  }
  return is_int8;
}

Tensor CodedWeights(const Graph& graph, const Node& node,
                    const std::vector<CodedValue>& coded,
                    std::span<const float> clip) {
  const Role role = Classify(graph, node);
  if (role != Role::kProduct && role != Role::kDepthwise) return {};
  const Value& constant = graph.values[size_t(node.inputs[1])];
  const int rank = std::holds_alternative<Conv>(node.op) ? 4 : 2;
  if (!constant.is_constant() || constant.dtype != DType::kF32 ||
      constant.shape.rank() != rank || constant.shape.elements() == 0) {
    return {};
  }
  const Rows rows = RowsOf(node, constant.shape);
  std::vector<float> folded = FoldedScales(graph, node, coded);
  if (folded.size() != size_t(rows.group * rows.depth)) folded.clear();
  const auto scale_at = [&](int64_t output, int64_t tap) {
    return folded.empty() ? 1.0f
                          : folded[size_t(rows.InputChannel(output, tap))];
  };
  const auto w = constant.data->as<float>();
  std::vector<float> by_row;
  for (int64_t o = 0; o < rows.outputs; ++o) {
    for (int64_t t = 0; t < rows.taps; ++t) {
      by_row.push_back(w[size_t(rows.Place(o, t))] * scale_at(o, t));
    }
  }
  const std::vector<float> least(size_t(rows.outputs), 0.0f);
  const WeightCodes codes = QuantizeWeightsPerOutput(by_row, least, clip);
  Tensor result(DType::kF32, constant.shape);
  const auto out = result.as<float>();
  for (int64_t o = 0; o < rows.outputs; ++o) {
    for (int64_t t = 0; t < rows.taps; ++t) {
      out[size_t(rows.Place(o, t))] =
          float(codes.codes[size_t(o * rows.taps + t)]) *
          codes.scale[size_t(o)] / scale_at(o, t);
    }
  }
  return result;
}

}  // namespace octet::compile
