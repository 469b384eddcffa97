#include "compile/search/window_samples.h"

#include <algorithm>
#include <cmath>

#include "base/thread_pool.h"
#include "compile/calibrate/read_sample.h"
#include "compile/lower/lower.h"
#include "compile/search/trial_engine.h"

namespace octet::compile {
namespace {

// Windows of one node over its input, [N,H,W,C]; a matrix product is the 1x1
// case on one row of pixels.
struct Geometry {
  std::string node;
  bool is_conv = false;
  int64_t kernel_h = 1, kernel_w = 1;
  Conv conv;
  int64_t channels = 0;
  Shape y;
  int64_t width() const { return kernel_h * kernel_w * channels; }
};

Geometry GeometryOf(const Graph& graph, const Node& node) {
  Geometry g;
  g.node = node.name;
  const Shape& x = graph.values[size_t(node.inputs[0])].shape;
  g.channels = x[x.rank() - 1];
  if (const Conv* conv = std::get_if<Conv>(&node.op)) {
    const Shape& w = graph.values[size_t(node.inputs[1])].shape;
    g.is_conv = true;
    g.kernel_h = w[1];
    g.kernel_w = w[2];
    g.conv = *conv;
    g.y = graph.values[size_t(node.outputs[0])].shape;
  } else {
    g.y = Shape{1, 1, x.elements() / g.channels, 1};
  }
  return g;
}

// Draw number `draw` of [0, count): a walk by the golden ratio, so that
// neighbouring draws lie far from each other.
int64_t Position(int64_t draw, int64_t count) {
  const uint64_t mixed = uint64_t(draw + 1) * 0x9e3779b97f4a7c15ULL;
  return int64_t((mixed >> 32) * uint64_t(count) >> 32);
}

// Appends the window at an output position, or nothing if it is not finite.
void AppendWindow(const Geometry& g, const TensorView& x, int64_t position,
                  std::vector<float>& rows) {
  const int64_t in_h = g.is_conv ? x.shape[1] : 1;
  const int64_t in_w = g.is_conv ? x.shape[2] : x.shape.elements() / g.channels;
  const int64_t ox = position % g.y[2], oy = position / g.y[2] % g.y[1];
  const int64_t image = position / g.y[2] / g.y[1];
  const auto* data = reinterpret_cast<const float*>(x.data);
  const size_t begin = rows.size();
  rows.resize(begin + size_t(g.width()), 0.0f);
  float* to = rows.data() + begin;
  for (int64_t i = 0; i < g.kernel_h; ++i) {
    const int64_t row =
        oy * g.conv.strides[0] - g.conv.pads[0] + i * g.conv.dilations[0];
    for (int64_t j = 0; j < g.kernel_w; ++j, to += g.channels) {
      const int64_t column =
          ox * g.conv.strides[1] - g.conv.pads[1] + j * g.conv.dilations[1];
      if (row < 0 || row >= in_h || column < 0 || column >= in_w) continue;
      const float* from =
          data + ((image * in_h + row) * in_w + column) * x.pixel_stride;
      std::copy_n(from, g.channels, to);
    }
  }
  const bool finite = std::all_of(rows.begin() + int64_t(begin), rows.end(),
                                  [](float v) { return std::isfinite(v); });
  if (!finite) rows.resize(begin);
}

class Drawing {
 public:
  Drawing(const Graph& graph, const std::vector<NodeId>& nodes,
          const SampleSource& samples, const WindowOptions& options)
      : graph_(graph),
        samples_(samples),
        options_(options),
        indices_(SpreadOver(samples.size(), options.samples)),
        drawn_(indices_.size()),
        status_(indices_.size()) {
    for (NodeId n : nodes) {
      const Node& node = graph.nodes[size_t(n)];
      const std::string& x = graph.values[size_t(node.inputs[0])].name;
      readers_[x].push_back(GeometryOf(graph, node));
    }
  }

  Result<WindowSamples> Run() {
    OCTET_ASSIGN(const Engine engine,
                 EngineOf(graph_, FloatPlan(graph_), /*whole=*/true));
    OCTET_ASSIGN(const auto pool, ThreadPool::Create(options_.threads));
    std::vector<Session> sessions;
    for (int i = 0; i < pool->threads(); ++i) {
      OCTET_ASSIGN(Session session, Session::Create(engine));
      sessions.push_back(std::move(session));
    }
    pool->ParallelFor(int64_t(indices_.size()), [&](int64_t i, int worker) {
      status_[size_t(i)] = Take(i, sessions[size_t(worker)]);
    });
    for (const Status& status : status_) OCTET_RETURN_IF_ERROR(status);
    return Joined();
  }

 private:
  Status Take(int64_t i, Session& session) {
    const int64_t index = indices_[size_t(i)];
    const Result<std::vector<Tensor>> inputs = ReadSample(samples_, index);
    if (!inputs.ok()) return {};
    session.SetTap([&](int, const TensorView& view) {
      const auto readers = readers_.find(view.name);
      if (view.dtype != DType::kF32 || readers == readers_.end()) return;
      for (const Geometry& g : readers->second) Draw(i, g, view);
    });
    return RunSample(session, *inputs, samples_.Name(index));
  }

  void Draw(int64_t i, const Geometry& g, const TensorView& view) {
    Windows& windows = drawn_[size_t(i)][g.node];
    if (windows.width != 0) return;  // seen in this sample
    windows.width = g.width();
    const int64_t rows = std::clamp<int64_t>(options_.most_floats / g.width(),
                                             64, options_.most_rows);
    const int64_t samples = int64_t(indices_.size());
    const int64_t wanted = (rows + samples - 1) / samples;
    const int64_t count = g.y[0] * g.y[1] * g.y[2];
    const int64_t n = std::min(wanted, count);
    for (int64_t k = 0; k < n; ++k) {
      AppendWindow(g, view, n == count ? k : Position(i * n + k, count),
                   windows.rows);
    }
  }

  WindowSamples Joined() const {
    WindowSamples all;
    for (int32_t sample = 0; sample < int32_t(drawn_.size()); ++sample) {
      for (const auto& [name, windows] : drawn_[size_t(sample)]) {
        Windows& to = all[name];
        to.width = windows.width;
        to.rows.insert(to.rows.end(), windows.rows.begin(), windows.rows.end());
        to.sample.insert(to.sample.end(), size_t(windows.count()), sample);
      }
    }
    std::erase_if(all, [](const auto& one) { return one.second.rows.empty(); });
    return all;
  }

  const Graph& graph_;
  const SampleSource& samples_;
  const WindowOptions& options_;
  const std::vector<int64_t> indices_;
  std::map<std::string, std::vector<Geometry>, std::less<>> readers_;
  std::vector<WindowSamples> drawn_;  // by position in indices_
  std::vector<Status> status_;
};

}  // namespace

Result<WindowSamples> DrawWindows(const Graph& graph,
                                  const std::vector<NodeId>& nodes,
                                  const SampleSource& samples,
                                  const WindowOptions& options) {
  return Drawing(graph, nodes, samples, options).Run();
}

}  // namespace octet::compile
