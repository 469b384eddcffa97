#include "compile/plan/request.h"

#include <algorithm>

#include "base/error.h"
#include "base/nearest.h"
#include "compile/plan/match.h"
#include "compile/plan/move_quant.h"

namespace octet::compile {
namespace {

struct PrecisionRow {
  std::string_view name;
  Precision precision;
};
constexpr PrecisionRow kPrecisions[] = {
    {"fp32", Precision::kF32},  {"f32", Precision::kF32},
    {"float", Precision::kF32}, {"int8", Precision::kInt8},
    {"fp16", Precision::kF16},  {"f16", Precision::kF16},
    {"bf16", Precision::kBf16}};

}  // namespace

Result<Request> ParseRequest(std::string_view text, bool required) {
  const size_t equals = text.rfind('=');
  const std::string_view option = required ? "--require" : "--keep";
  if (equals == std::string_view::npos || equals == 0) {
    return Usage("{} '{}': expected PATTERN=PRECISION, e.g. 'model.22.*=fp32'",
                 option, text);
  }
  const std::string_view name = text.substr(equals + 1);
  std::vector<std::string_view> names;
  for (const PrecisionRow& row : kPrecisions) {
    if (row.name == name) {
      return Request{std::string(text.substr(0, equals)), row.precision,
                     required};
    }
    names.push_back(row.name);
  }
  const std::string_view near = Nearest(name, names);
  return Usage("{} '{}': no precision '{}'; {}", option, text, name,
               near.empty() ? "use fp32, bf16, fp16 or int8"
                            : "did you mean '" + std::string(near) + "'?");
}

Result<std::vector<const Request*>> RequestsByNode(
    const Graph& graph, const std::vector<Request>& requests) {
  std::vector<const Request*> asked(graph.nodes.size(), nullptr);
  for (const Request& request : requests) {
    OCTET_ASSIGN(const auto nodes, MatchNodes(graph, request.pattern));
    const bool movers_alone = std::ranges::all_of(
        nodes, [&](NodeId n) { return IsMover(graph.nodes[n]); });
    if (movers_alone && !request.required && IsHalf(request.precision)) {
      return Usage(
          "--keep '{}={}' matches only what moves data ('{}'), which has the "
          "precision of its readers; keep those",
          request.pattern, Name(request.precision), graph.nodes[nodes[0]].name);
    }
    for (NodeId n : nodes) {
      const Request* before = asked[n];
      if (request.required && before != nullptr && !before->required &&
          before->precision != request.precision && !IsMover(graph.nodes[n])) {
        return Usage(
            "--keep '{}={}' and --require '{}={}' both match node '{}'; leave "
            "it out of one of them",
            before->pattern, Name(before->precision), request.pattern,
            Name(request.precision), graph.nodes[n].name);
      }
      asked[n] = &request;
    }
  }
  return asked;
}

Status CheckRequired(const Graph& graph, const Plan& plan,
                     const std::vector<Request>& requests) {
  std::string faults;
  for (const Request& request : requests) {
    if (!request.required) continue;
    OCTET_ASSIGN(const auto nodes, MatchNodes(graph, request.pattern));
    bool computes = false;
    for (NodeId n : nodes) {
      const Node& node = graph.nodes[n];
      // What moves data has no precision of its own.
      if (IsMover(node)) continue;
      computes = true;
      const auto row = plan.nodes.find(node.name);
      if (row == plan.nodes.end()) continue;
      const NodePlan& got = row->second;
      if (got.precision == request.precision) continue;
      faults += fmt::format("\n  {} ({}) is {}: {}", node.name, node.type,
                            Name(got.precision), Describe(got.reason));
    }
    if (computes) continue;
    return Usage(
        "--require '{}={}' matches only nodes that move data, which have no "
        "precision of their own; name the nodes before or after them",
        request.pattern, Name(request.precision));
  }
  if (faults.empty()) return {};
  return Unsupported(
      "--require cannot be met; leave these nodes out of the pattern (those "
      "that only move data do not count):{}",
      faults);
}

}  // namespace octet::compile
