#include "compile/onnx/node_order.h"

#include <onnx.pb.h>

#include <algorithm>
#include <functional>
#include <queue>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/error.h"

namespace octet::compile {
namespace {

constexpr int kMostNodes = 1'000'000;

class Orderer {
 public:
  explicit Orderer(const onnx::GraphProto& graph) : graph_(graph) {}

  Result<std::vector<int>> Order() {
    if (graph_.node_size() > kMostNodes) {
      return BadInput("the model has {} nodes, at most {}", graph_.node_size(),
                      kMostNodes);
    }
    OCTET_RETURN_IF_ERROR(CollectNames());
    OCTET_RETURN_IF_ERROR(CollectReads());
    MarkLive();
    return Sort();
  }

 private:
  // Who makes each name.
  Status CollectNames() {
    std::unordered_set<std::string_view> initializers;
    for (const auto& tensor : graph_.initializer()) {
      if (!initializers.insert(tensor.name()).second) {
        return BadInput("two initializers are named '{}'", tensor.name());
      }
      given_.insert(tensor.name());
    }
    std::unordered_set<std::string_view> inputs;
    for (const auto& input : graph_.input()) {
      if (!inputs.insert(input.name()).second) {
        return BadInput("two inputs are named '{}'", input.name());
      }
      given_.insert(input.name());
    }
    for (int n = 0; n < graph_.node_size(); ++n) {
      for (const std::string& name : graph_.node(n).output()) {
        if (name.empty()) continue;
        if (given_.contains(name) || !producer_.emplace(name, n).second) {
          return BadInput("node '{}' ({}) makes '{}', which exists already",
                          NodeName(graph_.node(n), n), graph_.node(n).op_type(),
                          name);
        }
      }
    }
    return {};
  }

  void AddRead(int n, std::string_view name) {
    const auto found = producer_.find(name);
    if (found != producer_.end()) reads_[size_t(n)].push_back(found->second);
  }

  // A subgraph's own names hide those outside; taking them for captured anyway
  // can only order more than needed, and never makes a cycle in a valid model,
  // whose names are unique across nested graphs.
  void AddCaptured(int n, const onnx::GraphProto& body) {
    for (const auto& node : body.node()) {
      for (const std::string& name : node.input()) AddRead(n, name);
      AddSubgraphs(n, node);
    }
    for (const auto& output : body.output()) AddRead(n, output.name());
  }

  void AddSubgraphs(int n, const onnx::NodeProto& node) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) AddCaptured(n, attribute.g());
      for (const auto& body : attribute.graphs()) AddCaptured(n, body);
    }
  }

  Status CollectReads() {
    reads_.resize(size_t(graph_.node_size()));
    for (int n = 0; n < graph_.node_size(); ++n) {
      const auto& node = graph_.node(n);
      for (const std::string& name : node.input()) {
        if (name.empty() || given_.contains(name)) continue;
        if (!producer_.contains(name)) {
          return BadInput("node '{}' ({}) reads '{}', which nothing makes",
                          NodeName(node, n), node.op_type(), name);
        }
        AddRead(n, name);
      }
      AddSubgraphs(n, node);
      auto& reads = reads_[size_t(n)];
      std::ranges::sort(reads);
      reads.erase(std::ranges::unique(reads).begin(), reads.end());
    }
    return {};
  }

  void MarkLive() {
    live_.assign(reads_.size(), false);
    std::vector<int> stack;
    const auto visit = [&](int n) {
      if (!live_[size_t(n)]) stack.push_back(n);
      live_[size_t(n)] = true;
    };
    for (const auto& output : graph_.output()) {
      const auto found = producer_.find(output.name());
      if (found != producer_.end()) visit(found->second);
    }
    while (!stack.empty()) {
      const int n = stack.back();
      stack.pop_back();
      for (int read : reads_[size_t(n)]) visit(read);
    }
  }

  // Kahn's algorithm; of the nodes that are ready the file's first goes first.
  Result<std::vector<int>> Sort() const {
    std::vector<std::vector<int>> readers(reads_.size());
    std::vector<size_t> missing(reads_.size());
    std::priority_queue<int, std::vector<int>, std::greater<>> ready;
    size_t live_count = 0;
    for (size_t n = 0; n < reads_.size(); ++n) {
      if (!live_[n]) continue;
      ++live_count;
      missing[n] = reads_[n].size();
      for (int read : reads_[n]) readers[size_t(read)].push_back(int(n));
      if (missing[n] == 0) ready.push(int(n));
    }
    std::vector<int> order;
    while (!ready.empty()) {
      const int n = ready.top();
      ready.pop();
      order.push_back(n);
      for (int reader : readers[size_t(n)]) {
        if (--missing[size_t(reader)] == 0) ready.push(reader);
      }
    }
    if (order.size() == live_count) return order;
    for (size_t n = 0; n < missing.size(); ++n) {
      if (!live_[n] || missing[n] == 0) continue;
      const auto& node = graph_.node(int(n));
      return BadInput("node '{}' ({}) is part of a cycle or reads from one",
                      NodeName(node, int(n)), node.op_type());
    }
    return order;
  }

  const onnx::GraphProto& graph_;
  std::unordered_set<std::string_view> given_;
  std::unordered_map<std::string_view, int> producer_;
  std::vector<std::vector<int>> reads_;
  std::vector<bool> live_;
};

}  // namespace

std::string NodeName(const onnx::NodeProto& node, int index) {
  if (!node.name().empty()) return node.name();
  return fmt::format("{}_{}", node.op_type(), index);
}

Result<std::vector<int>> OrderNodes(const onnx::GraphProto& graph) {
  return Orderer(graph).Order();
}

}  // namespace octet::compile
